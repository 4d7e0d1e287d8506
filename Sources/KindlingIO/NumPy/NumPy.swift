public import KindlingCore

/// Reads and writes NumPy's files: one array in `.npy`, several by name in `.npz`
/// (Python: `np.load`, `np.save`, `np.savez`, `np.savez_compressed`).
///
/// Arrays of numbers and truth values are read, in either byte order and either memory order. Types
/// that Kindling lacks are read as wider ones: uint16 as int32, uint32 and uint64 as int64, complex
/// numbers with a last dimension of 2. Arrays of Python objects are refused.
public enum NumPy {
  /// The array in the `.npy` file at `path`.
  ///
  /// It lies in the mapped file, without a copy where alignment and byte order allow; an array in
  /// Fortran's order comes as a transposed view.
  ///
  /// - Throws: ``CheckpointError`` where the file is absent, damaged, or holds no plain numbers.
  public static func load(_ path: String) throws -> Tensor {
    try CheckpointError.naming(path) { try load(MappedFile(path)) }
  }

  /// The array in the content of an `.npy` file, copied.
  public static func load(bytes: some Collection<UInt8>) throws -> Tensor {
    try load(copying(bytes))
  }

  /// Makes the file at `path` hold `tensor`; either it is whole afterwards, or the old one still there.
  ///
  /// - Throws: ``CheckpointError`` where the file cannot be written, or `tensor` is bfloat16, which
  ///   NumPy does not have.
  public static func save(_ tensor: Tensor, to path: String) throws {
    try CheckpointError.naming(path) {
      let header = try NpyHeader.bytes(tensor.dtype, tensor.shape)
      try AtomicFile.write(to: path) { file in
        try file.write(header)
        try tensor.withElementBytes { try file.write($0) }
      }
    }
  }

  /// The content of an `.npy` file that holds `tensor`.
  public static func bytes(_ tensor: Tensor) throws -> [UInt8] {
    let header = try NpyHeader.bytes(tensor.dtype, tensor.shape)
    return try tensor.withElementBytes { header + $0 }
  }

  // MARK: Several arrays

  /// The arrays in the `.npz` file at `path` by name, compressed or not.
  ///
  /// - Throws: ``CheckpointError`` as ``load(_:)``, and where a checksum does not match.
  public static func loadz(_ path: String) throws -> StateDict {
    try CheckpointError.naming(path) { try loadz(MappedFile(path)) }
  }

  /// Makes the file at `path` hold `arrays`; either it is whole afterwards, or the old one still there.
  ///
  /// Records that are not `compressed` can be mapped.
  public static func savez(
    _ arrays: StateDict, to path: String, compressed: Bool = false
  ) throws {
    try CheckpointError.naming(path) {
      try AtomicFile.write(to: path) { file in
        var zip = ZipWriter()
        for (name, tensor) in arrays {
          let content = try bytes(tensor)
          try content.withUnsafeBytes {
            if compressed {
              try zip.addCompressed("\(name).npy", $0, to: &file)
            } else {
              try zip.add("\(name).npy", $0, to: &file)
            }
          }
        }
        try zip.finish(&file)
      }
    }
  }

  // MARK: Reading

  package static func load(_ file: MappedFile) throws -> Tensor {
    try tensor(file.bytes, in: file)
  }

  package static func loadz(_ file: MappedFile) throws -> StateDict {
    var result = StateDict()
    try visit(file, verify: true) { name, bytes, memory in
      result[name] = try tensor(bytes, in: memory)
    }
    return result
  }

  static func inspect(_ file: MappedFile) throws -> [CheckpointEntry] {
    let header = try NpyHeader(UnsafeRawBufferPointer(file.bytes))
    _ = try header.elements(file.bytes)
    return [CheckpointEntry("", header.shape, header.type)]
  }

  static func inspectz(_ file: MappedFile) throws -> [CheckpointEntry] {
    var entries: [CheckpointEntry] = []
    try visit(file, verify: false) { name, bytes, _ in
      let header = try NpyHeader(UnsafeRawBufferPointer(bytes))
      entries.append(CheckpointEntry(name, header.shape, header.type))
    }
    return entries
  }

  private static func copying(_ bytes: some Collection<UInt8>) throws -> MappedFile {
    if let file = try bytes.withContiguousStorageIfAvailable({
      try MappedFile(copying: UnsafeRawBufferPointer($0))
    }) {
      return file
    }
    return try Array(bytes).withUnsafeBytes { try MappedFile(copying: $0) }
  }

  private static func tensor(
    _ bytes: UnsafeMutableRawBufferPointer, in file: MappedFile
  ) throws -> Tensor {
    let header = try NpyHeader(UnsafeRawBufferPointer(bytes))
    return try header.type.tensor(
      header.elements(bytes), header.shape, in: file, columnMajor: header.isColumnMajor,
      bigEndian: header.isBigEndian)
  }

  /// Hands over each array's content and the memory it lies in.
  private static func visit(
    _ file: MappedFile, verify: Bool,
    _ body: (_ name: String, UnsafeMutableRawBufferPointer, _ memory: MappedFile) throws -> Void
  ) throws {
    let archive = try ZipArchive(file.bytes, compressed: true)
    for record in archive.names.compactMap({ archive.records[$0] }) {
      guard record.name.hasSuffix(".npy") else {
        throw CheckpointError(
          .unsupported,
          "the record \(record.name.prefix(200)) is no array: its name does not end in .npy")
      }
      let name = String(record.name.dropLast(4))
      let (bytes, memory) = try record.unpacked(in: file, verify: verify)
      try body(name, bytes, memory)
    }
  }
}
