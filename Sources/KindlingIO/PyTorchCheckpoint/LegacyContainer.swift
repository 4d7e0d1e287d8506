import KindlingCore
import KindlingPlatform

/// PyTorch's checkpoint format before version 1.6, which it still reads.
///
/// It has five pickles (magic number, version, system, the value, the storages' keys), followed by
/// the count and bytes of each storage.
enum LegacyContainer {
  /// The magic number `0x1950A86A20F9469CFC6C`, as a pickle encodes it after its protocol.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  private static let version = 1001

  /// Returns whether `bytes` begin like a legacy checkpoint, possibly with another magic number.
  static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 4, bytes[0] == 0x80, 2...5 ~= bytes[1] else { return false }
    // From protocol 4 on, a frame comes first.
    let start = bytes[1] >= 4 && bytes[2] == 0x95 ? 11 : 2
    // Any integer is accepted: a wrong one deserves a better message than "bare pickle".
    return start < bytes.count && [0x8A, 0x4A, 0x4B, 0x4D].contains(bytes[start])
  }

  // MARK: Reading

  /// Reads the content of the file and the locations of its storages.
  static func read(
    _ source: FileSource
  ) throws -> (PickleGraph, [StoredElements]) {
    try source.part(0..<source.byteCount).withBytes { try read($0) }
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws -> (PickleGraph, [StoredElements]) {
    var end = 0
    func next(_ rules: Unpickler.Rules) throws -> PickleGraph {
      try require(end < bytes.count, .corrupt, "the legacy checkpoint is cut short")
      let (graph, stop) = try Unpickler.read(bytes, at: end, rules)
      end = stop
      return graph
    }
    let plain = Unpickler.Rules(storages: .none)
    guard case .bigInt(let number) = try next(plain).root, number == Array(magic[2..<12]) else {
      throw CheckpointError(
        .format, "the magic number of the legacy checkpoint is wrong: not a PyTorch file")
    }
    guard case .int(let version) = try next(plain).root, version == Self.version else {
      throw CheckpointError(
        .unsupported, "unknown protocol version of the legacy checkpoint; \(Self.version) is read")
    }
    try checkWriter(try next(plain))
    let graph = try next(.init(storages: .inLegacyFile))
    let keys = try keys(try next(plain))
    var places: [ByteString: Range<Int>] = [:]
    let declared = Dictionary(graph.storages.map { (ByteString($0.key), $0) }) { first, _ in first }
    for key in keys {
      let storage = try require(
        declared[ByteString(key)], .corrupt,
        "the storage '\(key.prefix(100))' is listed, but no tensor has it")
      var reader = try ByteReader(bytes, at: end, "storage '\(key.prefix(100))'")
      let count = try reader.take(Int64.self)
      try require(
        count == storage.declaredCount, .corrupt,
        "storage '\(key.prefix(100))' has \(count) elements but its declaration says \(storage.declaredCount)"
      )
      let start = reader.offset
      _ = try reader.take(storage.byteCount)
      end = reader.offset
      try require(
        places.updateValue(start..<end, forKey: ByteString(key)) == nil, .corrupt,
        "the storage '\(key.prefix(100))' is listed twice")
    }
    return (
      graph,
      try graph.storages.map { storage in
        guard let place = places[ByteString(storage.key)] else {
          throw CheckpointError.corrupt("the storage '\(storage.key.prefix(100))' is missing")
        }
        return StoredElements(range: place, type: storage.type)
      }
    )
  }

  /// Refuses a file from a machine of the other byte order.
  private static func checkWriter(_ graph: PickleGraph) throws {
    guard case .dictionary(let number) = graph.root else {
      throw CheckpointError.corrupt("the legacy checkpoint does not say what wrote it")
    }
    for (key, value) in graph.dictionaries[number].pairs {
      if case (.string("little_endian"), .bool(false)) = (key, value) {
        throw CheckpointError(
          .unsupported, "the file was written on a big-endian machine, which is not read")
      }
    }
  }

  private static func keys(_ graph: PickleGraph) throws -> [String] {
    guard case .list(let number) = graph.root else {
      throw CheckpointError.corrupt("the legacy checkpoint does not list its storages")
    }
    return try graph.sequences[number].map {
      guard case .string(let key) = $0 else {
        throw CheckpointError.corrupt("the legacy checkpoint has a storage without a name")
      }
      return key.text
    }
  }

  // MARK: Writing

  /// Writes a pickle and its storages.
  static func write(
    _ pickle: [UInt8], _ storages: [(storage: Storage, dtype: DType)], to file: inout AtomicFile
  ) throws {
    try file.write([0x80, 2] + magic)
    try file.write(Pickler.write { try $0.put(.int(version)) }.pickle)
    let writer: CheckpointValue = [
      "protocol_version": .int(version), "little_endian": true,
      "type_sizes": ["short": 2, "int": 4, "long": 4],
    ]
    try file.write(Pickler.write { try $0.put(writer) }.pickle)
    try file.write(pickle)
    let keys = CheckpointValue.list(storages.indices.map { .string("\($0)") })
    try file.write(Pickler.write { try $0.put(keys) }.pickle)
    for (storage, dtype) in storages {
      let count = storage.byteCount / dtype.byteSize
      try file.write(withUnsafeBytes(of: Int64(count).littleEndian) { Array($0) })
      try storage.backend.withHostBytes(storage, mutating: false) { bytes in
        try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<(count * dtype.byteSize)]))
      }
    }
  }
}
