public import KindlingCore

/// The format of a file of tensors.
public enum FileFormat: String, Sendable, CaseIterable {
  /// A PyTorch checkpoint as a zip file.
  case pytorch
  /// A PyTorch checkpoint in the format before version 1.6.
  case legacy
  /// Named tensors with metadata.
  case safetensors
  /// A NumPy array.
  case npy
  /// Named NumPy arrays.
  case npz

  /// Creates the format of the file at `path`, detected from its content.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be read, or has none of these formats.
  public init(ofFile path: String) throws {
    self = try CheckpointError.naming(path) { try FileFormat(FileSource(path)) }
  }

  /// Creates the format that the name `path` suggests, or nil for other extensions.
  ///
  /// `.pth`, `.pt`, `.th`, `.bin` and `.ckpt` are PyTorch's.
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

  /// Creates the format of `file`, detected from `bytes`, its first ones.
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

/// The description of a tensor in a file, available without loading it.
public struct CheckpointEntry: Sendable {
  /// The keys that lead to the tensor, joined by dots; empty if the file contains a single tensor.
  public let key: String
  /// The size of each dimension.
  public let shape: [Int]
  /// The type of the elements.
  public let dtype: DType
  /// The size of the elements in bytes.
  public let byteCount: Int

  /// Creates an entry for `shape` elements of a stored type, with the shape and dtype as loaded.
  init(_ key: String, _ shape: [Int], _ type: StoredType) {
    self.init(key, type.reading == .pairs ? shape + [2] : shape, type.dtype)
  }

  init(_ key: String, _ shape: [Int], _ dtype: DType) {
    (self.key, self.shape, self.dtype) = (key, shape, dtype)
    byteCount = shape.reduce(1, &*) &* dtype.byteSize
  }
}

/// Lists the tensors of a file of any ``FileFormat`` without loading them.
///
/// The tensors of a whole model are listed with the keys of its state dict.
///
/// - Throws: ``CheckpointError`` like loading the file; checksums of tensors are not checked.
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
