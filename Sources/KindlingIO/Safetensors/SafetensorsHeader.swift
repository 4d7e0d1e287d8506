import KindlingCore
import KindlingPlatform

/// The header of a safetensors file: the names, types, shapes and ranges of the tensors.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let type: StoredType
    let shape: [Int]
    /// The range of the elements in the file.
    let range: Range<Int>
  }

  /// The tensors in file order.
  private(set) var entries: [Entry] = []
  private var texts: [(key: String, value: String)] = []

  /// The maximum length of a header, as in the reference implementation.
  private static let maximumLength = 100_000_000

  /// Creates a header by reading and checking that of `file`: every byte of data belongs to exactly
  /// one tensor.
  init(_ file: FileSource) throws {
    try require(
      file.byteCount >= 8, .corrupt,
      "the file is cut short: a safetensors file has at least 8 bytes")
    let length = try file.part(0..<8).withBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    try require(length > 0, .corrupt, "the safetensors header is empty")
    try require(
      length <= UInt64(Self.maximumLength), .corrupt,
      "the safetensors header is too large: \(length) bytes, more than \(Self.maximumLength)")
    try require(
      length <= UInt64(file.byteCount - 8), .corrupt,
      "the safetensors header of \(length) bytes is longer than the file of \(file.byteCount)")
    let start = 8 + Int(length)
    try file.part(8..<start).withBytes { try read($0, start: start, end: file.byteCount) }
  }

  /// Reads the header `text`, for data from `start` to `end`.
  private mutating func read(_ text: UnsafeRawBufferPointer, start: Int, end: Int) throws {
    try require(
      text.first == UInt8(ascii: "{"), .corrupt, "the safetensors header does not start with '{'")
    var scanner = JSONScanner(text)
    var names = Set<ByteString>()
    try scanner.object("the header") { key, scanner in
      try require(
        names.insert(ByteString(key)).inserted, .corrupt,
        "the safetensors header has the key '\(key.prefix(200))' twice")
      if key == "__metadata__" {
        texts = try Self.texts(&scanner)
      } else {
        entries.append(try Self.entry(key, &scanner, start: start, end: end))
      }
    }
    try require(scanner.isAtEnd(), .corrupt, "the safetensors header has more after its end")
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkPlaces(from: start, to: end)
  }

  private static func texts(
    _ scanner: inout JSONScanner
  ) throws -> [(key: String, value: String)] {
    var result: [(key: String, value: String)] = []
    var keys = Set<ByteString>()
    try scanner.object("__metadata__") { key, scanner in
      let value = try scanner.string("the value of '\(key.prefix(100))' in __metadata__")
      try require(
        keys.insert(ByteString(key)).inserted, .corrupt,
        "__metadata__ has the key '\(key.prefix(200))' twice")
      result.append((key, value))
    }
    return result
  }

  /// Returns the metadata.
  ///
  /// - Throws: ``CheckpointError`` if two keys with different bytes are equal as Swift strings.
  func metadata() throws -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in texts where result.updateValue(value, forKey: key) != nil {
      throw CheckpointError(
        .unsupported,
        "__metadata__ has the key '\(key.prefix(200))' in two spellings that Swift does not tell apart"
      )
    }
    return result
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, start: Int, end: Int
  ) throws -> Entry {
    let what = "tensor '\(name.prefix(200))'"
    var (dtype, shape, offsets): (String?, [Int]?, [Int]?)
    try scanner.object(what) { key, scanner in
      let isFirst: Bool
      switch key {
      case "dtype":
        isFirst = dtype == nil
        dtype = try scanner.string("the dtype of \(what)")
      case "shape":
        isFirst = shape == nil
        shape = try scanner.integers("the shape of \(what)")
      case "data_offsets":
        isFirst = offsets == nil
        offsets = try scanner.integers("data_offsets of \(what)")
      default:
        throw CheckpointError.corrupt("\(what) has the unknown field '\(key.prefix(100))'")
      }
      try require(isFirst, .corrupt, "\(what) has the field \(key) twice")
    }
    func missing(_ field: String) -> CheckpointError {
      .corrupt("\(what) lacks the field \(field)")
    }
    guard let dtype else { throw missing("dtype") }
    guard let shape else { throw missing("shape") }
    guard let offsets else { throw missing("data_offsets") }
    let type = try Self.type(dtype, what)
    try require(
      shape.count <= 64, .unsupported,
      "\(what) has \(shape.count) dimensions; at most 64 are supported")
    try require(
      offsets.count == 2 && offsets[0] <= offsets[1], .corrupt,
      "data_offsets of \(what) are \(offsets.prefix(4)), no begin and end")
    try require(
      offsets[1] <= end - start, .corrupt,
      "\(what) ends at byte \(offsets[1]) of the data, of which there are \(end - start)")
    let needed = try type.byteCount(shape, what)
    try require(
      needed == offsets[1] - offsets[0], .corrupt,
      "\(what) of shape \(shape) and dtype \(dtype) takes \(needed) bytes, but its place has \(offsets[1] - offsets[0])"
    )
    return Entry(
      name: name, type: type, shape: shape, range: start + offsets[0]..<start + offsets[1])
  }

  private func checkPlaces(from start: Int, to end: Int) throws {
    var place = start
    for entry in entries {
      let what = "tensor '\(entry.name.prefix(200))'"
      try require(
        entry.range.lowerBound >= place, .corrupt, "\(what) overlaps the tensor before it")
      try require(
        entry.range.lowerBound == place, .corrupt,
        "there is a gap of \(entry.range.lowerBound - place) bytes before \(what)")
      place = entry.range.upperBound
    }
    try require(
      place == end, .corrupt, "the file has \(end - place) bytes that belong to no tensor")
  }

  // MARK: Types

  private static func type(_ name: String, _ what: String) throws -> StoredType {
    if let type = types[name] { return type }
    if ["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"].contains(name) {
      throw CheckpointError(
        .unsupported, "\(what) is of dtype \(name), which Kindling does not have")
    }
    throw CheckpointError.corrupt("\(what) is of the unknown dtype \(name.prefix(100))")
  }

  /// Returns the name of a dtype in the format.
  static func name(_ dtype: DType) -> String {
    switch dtype {
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }

  private static let types: [String: StoredType] = {
    var types: [String: StoredType] = [
      "U16": .uint16, "U32": .uint32, "U64": .uint64, "C64": .complex64,
      "F8_E4M3": .float8e4m3, "F8_E5M2": .float8e5m2,
    ]
    for dtype in DType.allCases { types[name(dtype)] = StoredType(dtype) }
    return types
  }()
}
