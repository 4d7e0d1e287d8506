import KindlingCore

/// The header of an `.npy` file: element type, order and shape, as the text of a Python dictionary.
///
/// It is parsed, never evaluated.
struct NpyHeader {
  private(set) var type = StoredType(.float32)
  private(set) var isBigEndian = false
  private(set) var isColumnMajor = false
  private(set) var shape: [Int] = []
  /// The offset of the first element.
  private(set) var end = 0

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// The range of the elements.
  private(set) var elements = 0..<0

  /// Creates a header from the `.npy` content in `range` of `source`, and sets `elements`.
  init(_ source: FileSource, _ range: Range<Int>) throws {
    let length = try source.part(range, upTo: 12).withBytes(Self.length)
    self = try source.part(range, upTo: length).withBytes { try NpyHeader($0) }
    let (needed, left) = (try type.byteCount(shape, "the array"), range.count - end)
    try require(
      needed <= left, .corrupt,
      "the array of shape \(shape) takes \(needed) bytes, but only \(left) follow the header")
    let start = range.lowerBound + end
    elements = start..<start + needed
  }

  /// Returns the length of the header that begins with `bytes`.
  private static func length(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count == 12 else { return bytes.count }
    if bytes[6] == 1 { return 10 + Int(bytes[8]) + Int(bytes[9]) << 8 }
    return 12 + Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
  }

  /// Creates a header from the `.npy` content `bytes`.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    try require(!bytes.isEmpty, .corrupt, "the npy file is empty")
    try require(
      bytes.count >= 6 && bytes.starts(with: Self.magic), .format,
      "not an npy file: it does not begin with \\x93NUMPY")
    var reader = try ByteReader(bytes, at: 6, "the npy header")
    let (major, minor) = (try reader.take(UInt8.self), try reader.take(UInt8.self))
    try require(
      1...3 ~= major && minor == 0, .unsupported,
      "unsupported npy version \(major).\(minor); 1.0, 2.0 and 3.0 are read")
    let length = try major == 1 ? reader.count(UInt16.self) : reader.count(UInt32.self)
    let text = try reader.take(length)
    end = reader.offset
    var parser = PythonLiteral(text)
    try read(&parser)
  }

  private mutating func read(_ parser: inout PythonLiteral) throws {
    var seen = Set<String>()
    try parser.expect("{")
    while !parser.skip("}") {
      let key = try parser.string("a key")
      try require(
        seen.insert(key).inserted, .corrupt, "the npy header has the key \(key.prefix(50)) twice")
      try parser.expect(":")
      switch key {
      case "descr": try set(descr: try parser.descr())
      case "fortran_order": isColumnMajor = try parser.truth("fortran_order")
      case "shape": shape = try parser.integers("shape")
      default:
        throw CheckpointError.corrupt("the npy header has the unexpected key \(key.prefix(50))")
      }
      if !parser.skip(",") {
        try parser.expect("}")
        break
      }
    }
    try require(
      parser.isAtEnd(), .corrupt, "the npy header is no plain dictionary: more follows it")
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw CheckpointError.corrupt("the npy header lacks the key \(key)")
    }
    try require(
      shape.count <= 64, .unsupported,
      "the array has \(shape.count) dimensions; at most 64 are supported")
  }

  private mutating func set(descr: String) throws {
    let order = descr.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    let code = order == nil ? descr : String(descr.dropFirst())
    if let type = Self.types[code] {
      (self.type, isBigEndian) = (type, order == ">")
      return
    }
    func unsupported(_ what: String) -> CheckpointError {
      CheckpointError(
        .unsupported,
        "the array holds \(what) (dtype '\(descr.prefix(50))'), which Kindling does not have")
    }
    switch code.first {
    case "O":
      throw CheckpointError(
        .unsafe,
        "refused: the array holds Python objects, which only running their pickle would make")
    case "U", "S", "a": throw unsupported("texts")
    case "M", "m": throw unsupported("dates or time spans")
    case "V": throw unsupported("raw bytes")
    default: throw unsupported("elements of an unknown type")
    }
  }

  // MARK: Writing

  /// Creates the header of a row-major array, padded to align the elements.
  static func bytes(_ dtype: DType, _ shape: [Int]) throws -> [UInt8] {
    let descr = try require(
      names[dtype], .content, "NumPy has no \(dtype); convert with to(.float32) first")
    let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Magic, version and length take 10 bytes; a line feed ends the header.
    let padding = 63 - (10 + text.utf8.count) % 64
    let length = text.utf8.count + padding + 1
    let short = try require(
      UInt16(exactly: length), .content, "the array has too many dimensions for an npy header")
    return magic + [1, 0, UInt8(truncatingIfNeeded: short), UInt8(short >> 8)] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }

  private static let names: [DType: String] = [
    .float16: "<f2", .float32: "<f4", .float64: "<f8", .int8: "|i1", .int16: "<i2", .int32: "<i4",
    .int64: "<i8", .uint8: "|u1", .bool: "|b1",
  ]

  /// Returns the type for NumPy's `code`, such as `f8`.
  static func type(_ code: String) -> StoredType? { types[code] }

  private static let types: [String: StoredType] = {
    var types: [String: StoredType] = [
      "u2": .uint16, "u4": .uint32, "u8": .uint64, "c8": .complex64, "c16": .complex128,
      "?": StoredType(.bool),
    ]
    for (dtype, name) in names { types[String(name.dropFirst())] = StoredType(dtype) }
    return types
  }()
}
