public import KindlingCore

/// The kinds of files that hold tensors.
public enum FileFormat: String, Sendable, CaseIterable {
  /// PyTorch's checkpoint as a zip file.
  case pytorch
  /// PyTorch's checkpoint in the form before version 1.6.
  case legacy
  /// Named tensors, and texts about them.
  case safetensors
  /// One array of NumPy's.
  case npy
  /// Named arrays of NumPy's.
  case npz

  /// The kind of the file at `path`, by its content.
  ///
  /// - Throws: ``CheckpointError`` where it cannot be read, or is of none of these kinds.
  public init(ofFile path: String) throws {
    self = try CheckpointError.naming(path) { try FileFormat(FileSource(path)) }
  }

  /// The kind that a file called `path` should be of: `.pth`, `.pt`, `.th`, `.bin` and `.ckpt` are
  /// PyTorch's; nil for other endings.
  public init?(pathExtension path: String) {
    let name = path.split(separator: "/").last ?? ""
    switch name.split(separator: ".").dropFirst().last?.lowercased() {
    case "pth", "pt", "th", "bin", "ckpt": self = .pytorch
    case "safetensors": self = .safetensors
    case "npy": self = .npy
    case "npz": self = .npz
    default: return nil
    }
  }

  init(_ file: FileSource) throws {
    self = try file.part(0..<file.byteCount, upTo: 16).withBytes { try FileFormat(file, $0) }
  }

  /// `bytes` are the first of the file.
  private init(_ file: FileSource, _ bytes: UnsafeRawBufferPointer) throws {
    if bytes.starts(with: NpyHeader.magic) {
      self = .npy
    } else if bytes.starts(with: [0x50, 0x4B]) {
      let names = try ZipArchive(file).records.map(\.name)
      let isCheckpoint = names.contains { $0.hasSuffix("/data.pkl") }
      self = isCheckpoint || !names.allSatisfy { $0.hasSuffix(".npy") } ? .pytorch : .npz
    } else if LegacyContainer.isOne(bytes) {
      self = .legacy
    } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
      self = .safetensors
    } else {
      throw CheckpointError(
        .format, "unknown file format: neither a PyTorch checkpoint, nor safetensors, npy or npz")
    }
  }
}

/// What is known of a tensor in a file before it is loaded.
public struct CheckpointEntry: Sendable {
  /// The keys that lead to it, joined by dots; empty where the file holds one tensor alone.
  public let key: String
  /// The size of each dimension.
  public let shape: [Int]
  /// The type of the elements.
  public let dtype: DType
  /// The bytes its elements take.
  public let byteCount: Int

  /// `shape` elements of a type as it is stored, described as they are read.
  init(_ key: String, _ shape: [Int], _ type: StoredType) {
    self.init(key, type.reading == .pairs ? shape + [2] : shape, type.dtype)
  }

  init(_ key: String, _ shape: [Int], _ dtype: DType) {
    (self.key, self.shape, self.dtype) = (key, shape, dtype)
    byteCount = shape.reduce(1, &*) &* dtype.byteSize
  }
}

/// Lists the tensors of a file of any ``FileFormat`` without loading them; those of a model that was
/// saved whole are listed with the keys of its state dict.
///
/// - Throws: ``CheckpointError``, as loading the file; checksums of tensors are not compared.
public func inspect(_ path: String) throws -> [CheckpointEntry] {
  try CheckpointError.naming(path) {
    let file = try FileSource(path)
    switch try FileFormat(file) {
    case .safetensors: return try Safetensors.inspect(file)
    case .npy: return try NumPy.inspect(file)
    case .npz: return try NumPy.inspectz(file)
    case .pytorch, .legacy:
      let reader = try CheckpointReader(file, verify: false)
      var entries: [CheckpointEntry] = []
      try reader.graph.visitTensors { key, shape, dtype in
        entries.append(CheckpointEntry(key, shape, dtype))
      }
      return entries
    }
  }
}
