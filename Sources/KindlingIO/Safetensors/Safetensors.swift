public import KindlingCore
import KindlingPlatform

/// Reading and writing of safetensors files: named tensors with metadata
/// (PyTorch: `safetensors.torch.load_file`, `save_file`).
public enum Safetensors {
  /// Loads the tensors in the file at `path`, in file order.
  ///
  /// Types that Kindling lacks are read as wider ones: uint16 as int32, uint32 and uint64 as int64,
  /// 8-bit floats as float32, complex64 as float32 with a last dimension of 2.
  ///
  /// - Throws: ``CheckpointError`` if the file is missing, damaged or inconsistent.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mapped: Whether tensors may use the mapped file without a copy, as in
  ///     ``load(_:device:verify:mapped:)``.
  /// - Returns: The tensors by name.
  public static func load(_ path: String, mapped: Bool = false) throws -> StateDict {
    try CheckpointError.naming(path) { try load(FileSource(path, mapped: mapped)) }
  }

  /// Loads the metadata of the file at `path` (Python: `safe_open(path).metadata()`).
  public static func metadata(_ path: String) throws -> [String: String] {
    try CheckpointError.naming(path) {
      try SafetensorsHeader(FileSource(path)).metadata()
    }
  }

  /// Saves `tensors` to the file at `path`, replacing it atomically.
  ///
  /// The format only supports contiguous values: tensors that share memory are each written
  /// completely.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written, or if a name is `__metadata__`.
  public static func save(
    _ tensors: StateDict, to path: String, metadata: [String: String] = [:]
  ) throws {
    try CheckpointError.naming(path) {
      // Wide elements come first, so that all are aligned; names determine the order within a
      // width.
      let ordered = tensors.sorted {
        ($1.value.dtype.byteSize, $0.key) < ($0.value.dtype.byteSize, $1.key)
      }
      let header = try self.header(ordered.map { ($0.key, $0.value) }, metadata)
      try AtomicFile.write(to: path) { file in
        try file.write(header)
        for (_, tensor) in ordered { try tensor.withElementBytes { try file.write($0) } }
      }
    }
  }

  private static func header(
    _ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]
  ) throws -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map {
        "\(TextForm.json($0.key)):\(TextForm.json($0.value))"
      }
      fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var place = 0
    for (name, tensor) in tensors {
      try require(
        name != "__metadata__", .content,
        "a tensor cannot be called __metadata__ in a safetensors file")
      let (bytes, over) = tensor.numel.multipliedReportingOverflow(by: tensor.dtype.byteSize)
      let (end, beyond) = place.addingReportingOverflow(bytes)
      try require(!over && !beyond, .content, "the tensors together are larger than any file")
      let sizes = tensor.shape.map { "\($0)" }.joined(separator: ",")
      fields.append(
        "\(TextForm.json(name)):{\"dtype\":\"\(SafetensorsHeader.name(tensor.dtype))\",\"shape\":[\(sizes)],\"data_offsets\":[\(place),\(end)]}"
      )
      place = end
    }
    var text = Array("{\(fields.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  package static func load(_ file: FileSource) throws -> StateDict {
    let entries = try SafetensorsHeader(file).entries
    let storages = try ElementReader.read(
      entries.map { StoredElements(range: $0.range, type: $0.type) }, in: file, verify: false)
    var result = StateDict()
    for (entry, storage) in zip(entries, storages) {
      result[entry.name] = entry.type.tensor(storage, entry.shape)
    }
    return result
  }

  static func inspect(_ file: FileSource) throws -> [CheckpointEntry] {
    try SafetensorsHeader(file).entries.map { CheckpointEntry($0.name, $0.shape, $0.type) }
  }
}
