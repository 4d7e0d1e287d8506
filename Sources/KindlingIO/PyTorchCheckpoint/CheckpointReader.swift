import KindlingCore

/// A checkpoint in PyTorch's zip form, opened.
struct CheckpointReader {
  let graph: PickleGraph
  private let file: MappedFile
  /// The bytes of each storage of the graph.
  private let storages: [UnsafeMutableRawBufferPointer]

  /// Opens the file at `path`; with `verify`, every record that is used has its checksum checked.
  init(_ path: String, verify: Bool) throws {
    file = try MappedFile(path)
    let bytes = UnsafeRawBufferPointer(file.bytes)
    guard bytes.starts(with: [0x50, 0x4B]) else { throw CheckpointReader.stranger(bytes) }
    let archive = try ZipArchive(file.bytes)
    let root = try CheckpointReader.root(archive)
    func record(_ name: String) throws -> ZipArchive.Record {
      guard let record = archive.records["\(root)/\(name)"] else {
        throw CheckpointError.corrupt("the record \("\(root)/\(name)".prefix(200)) is missing")
      }
      return record
    }
    let pickle = try record("data.pkl")
    var verified = [pickle]
    try CheckpointReader.checkVersion(try record("version"))
    if let order = archive.records["\(root)/byteorder"] {
      try CheckpointReader.checkByteOrder(order)
    }
    if verify { try Checksum.verify(verified) }
    graph = try Unpickler.read(UnsafeRawBufferPointer(pickle.bytes))
    verified = []
    storages = try graph.storages.map { storage in
      let found = try record("data/\(storage.key)")
      guard found.bytes.count >= storage.byteCount else {
        throw CheckpointError.corrupt(
          "storage '\(storage.key.prefix(100))' has \(found.bytes.count) bytes but its declaration needs \(storage.byteCount)"
        )
      }
      verified.append(found)
      return UnsafeMutableRawBufferPointer(rebasing: found.bytes[..<storage.byteCount])
    }
    if verify { try Checksum.verify(verified) }
  }

  /// What to say of a file that is no zip file.
  private static func stranger(_ bytes: UnsafeRawBufferPointer) -> CheckpointError {
    // PyTorch's form before 1.6 starts with a pickled magic number.
    let legacy: [UInt8] = [
      0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    if bytes.count > 2, bytes[0] == 0x80, bytes[2...].starts(with: legacy) {
      return CheckpointError(
        .format,
        "the file is in PyTorch's legacy form (before version 1.6), which is not read; write it again with torch.save(torch.load(file), file)"
      )
    }
    if bytes.first == 0x80 {
      return CheckpointError(
        .format, "the file is a bare pickle, not a PyTorch checkpoint; refused")
    }
    return CheckpointError(.format, "unknown file format: not a PyTorch checkpoint")
  }

  /// The folder in the archive that all records lie in.
  private static func root(_ archive: ZipArchive) throws -> String {
    let roots = archive.records.keys.filter { $0.hasSuffix("/data.pkl") }.map { $0.dropLast(9) }
      .filter { !$0.contains("/") && $0 != ".." && $0 != "." }
    guard let root = roots.first else {
      throw CheckpointError(
        .format, "data.pkl is missing: the file is a zip file, but no PyTorch checkpoint")
    }
    guard roots.count == 1 else {
      throw CheckpointError.corrupt("there are \(roots.count) records data.pkl")
    }
    return String(root)
  }

  private static func checkVersion(_ record: ZipArchive.Record) throws {
    let text = String(decoding: record.bytes.prefix(20), as: UTF8.self)
    let digits = text.prefix { $0.isNumber }
    guard let version = Int(digits), text.dropFirst(digits.count).allSatisfy(\.isWhitespace) else {
      throw CheckpointError.corrupt("the record version is not a number")
    }
    guard 1...10 ~= version else {
      throw CheckpointError(
        .unsupported, "the file is written in format version \(version); versions 1 to 10 are read")
    }
  }

  private static func checkByteOrder(_ record: ZipArchive.Record) throws {
    switch String(decoding: record.bytes.prefix(20), as: UTF8.self) {
    case "little": break
    case "big":
      throw CheckpointError(
        .unsupported, "the file was written on a big-endian machine, which is not read")
    case let order: throw CheckpointError.corrupt("unknown byte order '\(order)'")
    }
  }

  /// The tensors of the graph, each over the memory of its storage; equal storages are shared.
  func tensors(on device: Device?) throws -> [Tensor] {
    for storage in graph.storages where storage.location != "cpu" && device == nil {
      throw CheckpointError(
        .unsupported,
        "the file holds tensors of the device \(storage.location.prefix(100)); pass device: .cpu to load them into main memory"
      )
    }
    let blocks = try zip(graph.storages, storages).map { try block($0, $1) }
    return try graph.tensors.map { record in
      let tensor = Tensor(
        storage: blocks[record.storage], shape: record.shape, strides: record.strides,
        offset: record.offset, dtype: record.dtype, numel: record.numel,
        isContiguous: Layout.isContiguous(record.shape, record.strides))
      let placed =
        try device.map { try $0 == tensor.device ? tensor : moved(tensor, to: $0) } ?? tensor
      let result = record.isParameter ? placed.asParameter() : placed
      return try result.requiresGrad_(record.requiresGrad)
    }
  }

  /// The storage's memory: the mapped file itself, or a copy where its place does not suit the dtype.
  private func block(_ record: StorageRecord, _ bytes: UnsafeMutableRawBufferPointer) throws
    -> Storage
  {
    let backend = try Device.cpu.backend
    if let address = bytes.baseAddress,
      Int(bitPattern: address).isMultiple(of: record.dtype.byteSize)
    {
      return Storage(external: address, byteCount: record.byteCount, backend: backend) { [file] in
        withExtendedLifetime(file) {}
      }
    }
    let copy = try backend.allocate(byteCount: record.byteCount)
    try backend.withHostBytes(copy, mutating: true) { target in
      target.copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
    return copy
  }

  private func moved(_ tensor: Tensor, to device: Device) throws -> Tensor {
    _ = try device.backend
    throw CheckpointError(
      .unsupported, "loading onto \(device) is not supported; load to .cpu and move the tensors")
  }
}
