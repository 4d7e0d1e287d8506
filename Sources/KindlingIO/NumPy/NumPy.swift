public import KindlingCore
import KindlingPlatform

/// Reading and writing of NumPy files: one array in `.npy`, several by name in `.npz`
/// (Python: `np.load`, `np.save`, `np.savez`, `np.savez_compressed`).
///
/// Arrays of numbers and Booleans are read, in any byte order and memory order. Types that Kindling
/// lacks are read as wider ones: uint16 as int32, uint32 and uint64 as int64, complex numbers with
/// a last dimension of 2. Arrays of Python objects are refused.
public enum NumPy {
  /// Loads the array in the `.npy` file at `path`.
  ///
  /// An array in Fortran order is returned as a transposed view.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mapped: Whether the array may use the mapped file without a copy, as in
  ///     ``load(_:device:verify:mapped:)``.
  /// - Returns: The array.
  /// - Throws: ``CheckpointError`` if the file is missing, damaged, or does not contain plain
  ///   numbers.
  public static func load(_ path: String, mapped: Bool = false) throws -> Tensor {
    try CheckpointError.naming(path) { try load(FileSource(path, mapped: mapped)) }
  }

  /// Loads a copy of the array in the content of an `.npy` file.
  public static func load(bytes: some Collection<UInt8>) throws -> Tensor {
    try load(copying(bytes))
  }

  /// Saves `tensor` to the file at `path`, replacing it atomically.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be written, or if `tensor` is bfloat16, which
  ///   NumPy does not support.
  public static func save(_ tensor: Tensor, to path: String) throws {
    try CheckpointError.naming(path) {
      let header = try NpyHeader.bytes(tensor.dtype, tensor.shape)
      try AtomicFile.write(to: path) { file in
        try file.write(header)
        try tensor.withElementBytes { try file.write($0) }
      }
    }
  }

  /// Returns the content of an `.npy` file with `tensor`.
  public static func bytes(_ tensor: Tensor) throws -> [UInt8] {
    try Layout.checkList(tensor.numel, bytes: 2 * tensor.dtype.byteSize, "NumPy.bytes")
    return Array(try content(tensor))
  }

  /// Creates the content for ``bytes(_:)`` in memory from the allocator.
  private static func content(_ tensor: Tensor) throws -> HostBuffer<UInt8> {
    let header = try NpyHeader.bytes(tensor.dtype, tensor.shape)
    return try tensor.withElementBytes { elements in
      let result = try HostBuffer<UInt8>(count: header.count + elements.count, "NumPy")
      result.withElements {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer($0)[header.count...])
        _ = $0.update(fromContentsOf: header)
        rest.copyMemory(from: elements)
      }
      return result
    }
  }

  // MARK: Several arrays

  /// Loads the arrays in the `.npz` file at `path` by name, compressed or not.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mapped: Whether arrays may use the mapped file without a copy, if they are not compressed.
  /// - Returns: The arrays by name.
  /// - Throws: ``CheckpointError`` like ``load(_:mapped:)``, and if a checksum does not match.
  public static func loadz(_ path: String, mapped: Bool = false) throws -> StateDict {
    try CheckpointError.naming(path) { try loadz(FileSource(path, mapped: mapped)) }
  }

  /// Saves `arrays` to the file at `path`, replacing it atomically.
  ///
  /// Records can be mapped unless they are `compressed`.
  public static func savez(
    _ arrays: StateDict, to path: String, compressed: Bool = false
  ) throws {
    try CheckpointError.naming(path) {
      try AtomicFile.write(to: path) { file in
        var zip = ZipWriter()
        for (name, tensor) in arrays {
          try content(tensor).withElements {
            let bytes = UnsafeRawBufferPointer($0)
            if compressed {
              try zip.addCompressed("\(name).npy", bytes, to: &file)
            } else {
              try zip.add("\(name).npy", bytes, to: &file)
            }
          }
        }
        try zip.finish(&file)
      }
    }
  }

  // MARK: Reading

  package static func load(_ file: FileSource) throws -> Tensor {
    let header = try NpyHeader(file, 0..<file.byteCount)
    return try tensor(header, in: file)
  }

  package static func loadz(_ file: FileSource) throws -> StateDict {
    var result = StateDict()
    try visit(file) { name, record in
      let (place, range) = try record.unpacked(in: file)
      result[name] = try tensor(
        NpyHeader(place, range), in: place, of: record.inflatedSize == nil ? record : nil)
    }
    return result
  }

  static func inspect(_ file: FileSource) throws -> [CheckpointEntry] {
    let header = try NpyHeader(file, 0..<file.byteCount)
    return [CheckpointEntry("", header.shape, header.type)]
  }

  static func inspectz(_ file: FileSource) throws -> [CheckpointEntry] {
    var entries: [CheckpointEntry] = []
    try visit(file) { name, record in
      let (place, range) = try record.unpacked(in: file, verify: false)
      let header = try NpyHeader(place, range)
      entries.append(CheckpointEntry(name, header.shape, header.type))
    }
    return entries
  }

  private static func copying(_ bytes: some Collection<UInt8>) throws -> FileSource {
    if let file = try bytes.withContiguousStorageIfAvailable({
      try FileSource(copying: UnsafeRawBufferPointer($0))
    }) {
      return file
    }
    return try Array(bytes).withUnsafeBytes { try FileSource(copying: $0) }
  }

  /// Loads the array in `file`, whose checksum is that of `record`.
  private static func tensor(
    _ header: NpyHeader, in file: FileSource, of record: ZipArchive.Record? = nil
  ) throws -> Tensor {
    let elements = StoredElements(
      range: header.elements, type: header.type, bigEndian: header.isBigEndian, record: record)
    let storages = try ElementReader.read([elements], in: file, verify: true)
    return header.type.tensor(storages[0], header.shape, columnMajor: header.isColumnMajor)
  }

  /// Calls `body` with the name and the record of each array.
  private static func visit(
    _ file: FileSource, _ body: (_ name: String, ZipArchive.Record) throws -> Void
  ) throws {
    for record in try ZipArchive(file).records {
      try require(
        record.name.hasSuffix(".npy"), .unsupported,
        "the record \(record.name.prefix(200)) is no array: its name does not end in .npy")
      try body(String(record.name.dropLast(4)), record)
    }
  }
}
