import KindlingCore

/// An open checkpoint in one of PyTorch's containers.
package struct CheckpointReader {
  let graph: PickleGraph
  /// The source of the storages: the file, or memory with its content.
  private let source: FileSource
  /// The location of each storage of the graph.
  private let storages: [StoredElements]
  private let verify: Bool

  /// Creates a reader of the checkpoint in `file`.
  ///
  /// With `verify`, the checksum of every record that is used is checked; the legacy format has
  /// none.
  package init(_ file: FileSource, verify: Bool) throws {
    enum Form { case zip, legacy }
    let form: Form = try file.part(0..<file.byteCount, upTo: 16).withBytes { bytes in
      if bytes.starts(with: [0x50, 0x4B]) { return .zip }
      if LegacyContainer.isOne(bytes) { return .legacy }
      try require(bytes.first == 0x80, .format, "unknown file format: not a PyTorch checkpoint")
      throw CheckpointError(
        .format, "the file is a bare pickle, not a PyTorch checkpoint; refused")
    }
    self.verify = verify
    switch form {
    case .zip:
      source = file
      (graph, storages) = try CheckpointReader.readZip(file, verify: verify)
    case .legacy:
      // The length of the pickle is only known after reading it.
      source = try file.inMemory()
      (graph, storages) = try LegacyContainer.read(source)
    }
  }

  // MARK: The zip format

  private static func readZip(
    _ file: FileSource, verify: Bool
  ) throws -> (PickleGraph, [StoredElements]) {
    let archive = try ZipArchive(file)
    let root = try CheckpointReader.root(archive)
    func record(_ name: String) throws -> ZipArchive.Record {
      guard let record = archive["\(root)/\(name)"] else {
        throw CheckpointError.corrupt("the record \("\(root)/\(name)".prefix(200)) is missing")
      }
      return record
    }
    let pickle = try record("data.pkl")
    try CheckpointReader.checkVersion(try text(record("version"), in: file))
    if let order = archive["\(root)/byteorder"] {
      try CheckpointReader.checkByteOrder(text(order, in: file))
    }
    // Compressed records may expand to a thousand times their size, but those of checkpoints do
    // not.
    var room = 8 * file.byteCount + mostSmall
    func unpack(_ record: ZipArchive.Record) throws {
      room -= record.inflatedSize ?? 0
      try require(
        room >= 0, .unsafe,
        "refused: the compressed record \(record.name.prefix(200)) unpacks to far more than the file"
      )
    }
    try unpack(pickle)
    let graph = try pickle.content(in: file, verify: verify).withBytes {
      try Unpickler.read($0, .init(storages: .inZip, fileBytes: file.byteCount))
    }
    let storages = try graph.storages.map { storage in
      let found = try record("data/\(storage.key)")
      try require(
        found.byteCount >= storage.byteCount, .corrupt,
        "storage '\(storage.key.prefix(100))' has \(found.byteCount) bytes but its declaration needs \(storage.byteCount)"
      )
      try unpack(found)
      // If the record is compressed, that is the position in the decompressed data.
      let start = found.inflatedSize == nil ? found.range.lowerBound : 0
      return StoredElements(
        range: start..<start + storage.byteCount, type: storage.type, record: found)
    }
    return (graph, storages)
  }

  /// The maximum decompressed size of records in a file of any size.
  private static let mostSmall = 1 << 24

  /// Returns the beginning of a record with a short text.
  private static func text(_ record: ZipArchive.Record, in file: FileSource) throws -> String {
    try require(
      record.byteCount <= 1 << 16, .corrupt, "the record \(record.name.prefix(200)) is too long")
    return try record.content(in: file, verify: false).withBytes {
      String(decoding: $0.prefix(20), as: UTF8.self)
    }
  }

  /// Returns the folder in the archive that contains all records.
  static func root(_ archive: ZipArchive) throws -> String {
    let roots = archive.records.map(\.name).filter { $0.hasSuffix("/data.pkl") }.map {
      $0.dropLast(9)
    }
    .filter { !$0.contains("/") && $0 != ".." && $0 != "." }
    let root = try require(
      roots.first, .format,
      "data.pkl is missing: the file is a zip file, but no PyTorch checkpoint")
    try require(roots.count == 1, .corrupt, "there are \(roots.count) records data.pkl")
    return String(root)
  }

  private static func checkVersion(_ text: String) throws {
    let digits = text.prefix { $0.isNumber }
    guard let version = Int(digits), text.dropFirst(digits.count).allSatisfy(\.isWhitespace) else {
      throw CheckpointError.corrupt("the record version is not a number")
    }
    try require(
      1...10 ~= version, .unsupported,
      "the file is written in format version \(version); versions 1 to 10 are read")
  }

  private static func checkByteOrder(_ text: String) throws {
    switch text {
    case "little": break
    case "big":
      throw CheckpointError(
        .unsupported, "the file was written on a big-endian machine, which is not read")
    case let order: throw CheckpointError.corrupt("unknown byte order '\(order)'")
    }
  }

  // MARK: Tensors

  /// Returns the tensors of the graph on the memory of their storages; equal storages are shared.
  package func tensors(on device: Device?) throws -> [Tensor] {
    try tensors(over: blocks(on: device))
  }

  /// Returns the memory of each storage.
  private func blocks(on device: Device?) throws -> [Storage] {
    for storage in graph.storages where storage.location != "cpu" && device == nil {
      throw CheckpointError(
        .unsupported,
        "the file holds tensors of the device \(storage.location.prefix(100)); pass device: .cpu to load them into main memory"
      )
    }
    let backend = try (device ?? .cpu).backend
    // Storages are moved instead of tensors: what shares memory in the file shares it on the
    // device.
    return try ElementReader.read(storages, in: source, verify: verify).map {
      try $0.copied(to: backend)
    }
  }

  private func tensors(over blocks: [Storage]) throws -> [Tensor] {
    // Views of one storage with the same signs share one copy.
    var signed: [SignedStorage: Storage] = [:]
    return try graph.tensors.map { record in
      var block = blocks[record.storage]
      if record.signs != .init() {
        let key = SignedStorage(number: record.storage, signs: record.signs)
        block = try signed[key] ?? record.signs.applied(to: graph.storages[key.number].whole(block))
        signed[key] = block
      }
      let tensor = Tensor(
        storage: block, shape: record.shape, strides: record.strides,
        offset: record.offset, dtype: record.dtype, numel: record.numel,
        isContiguous: Layout.isContiguous(record.shape, record.strides))
      let result = record.isParameter ? tensor.asParameter() : tensor
      return try result.requiresGrad_(record.requiresGrad)
    }
  }

  private struct SignedStorage: Hashable {
    let number: Int
    let signs: TensorRecord.Signs
  }

  /// Returns the plain value of the checkpoint.
  package func value(on device: Device?) throws -> CheckpointValue {
    if case .object(let number) = graph.root, graph.isModule(number) {
      throw PickleGlobal.refusal(ofModel: graph.objects[number].className)
    }
    let blocks = try blocks(on: device)
    let storages = zip(graph.storages, blocks).map { $0.whole($1) }
    return try graph.value(tensors(over: blocks), storages: storages)
  }
}

extension TensorRecord.Signs {
  /// Returns a copy of `elements` with these signs.
  fileprivate func applied(to elements: Tensor) throws -> Storage {
    try noGrad {
      let result = try negative ? elements.neg() : elements.clone()
      // Complex numbers are pairs; the second element is the imaginary part.
      if conjugate { try result.select(1, 1).neg_() }
      return result.storage
    }
  }
}

extension StorageRecord {
  /// Returns all elements of `block`, which is this storage.
  fileprivate func whole(_ block: Storage) -> Tensor {
    Tensor(
      storage: block, shape: shape, strides: Layout.contiguousStrides(shape), offset: 0,
      dtype: type.dtype, numel: count, isContiguous: true)
  }
}

extension Storage {
  /// Returns this host memory in the memory of `backend`: itself, or a copy.
  fileprivate func copied(to backend: any Backend) throws -> Storage {
    if backend.device == self.backend.device { return self }
    let copy = try backend.allocate(byteCount: byteCount)
    try backend.withHostBytes(copy, mutating: true) { target in
      try self.backend.withHostBytes(self, mutating: false) { source in
        target.copyMemory(from: UnsafeRawBufferPointer(source))
      }
    }
    return copy
  }
}
