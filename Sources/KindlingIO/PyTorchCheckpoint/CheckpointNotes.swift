import KindlingCore

/// Loads the notes of a checkpoint, or `.none` if there are none.
///
/// They are stored as a pickle of plain values in a record of the zip format that PyTorch ignores.
///
/// - Throws: ``CheckpointError`` if the file is missing or not a checkpoint, or if the notes are
///   damaged.
public func loadNotes(from path: String) throws -> CheckpointValue {
  try CheckpointError.naming(path) { try CheckpointNotes.read(FileSource(path)) }
}

/// The notes stored beside the values of a checkpoint.
enum CheckpointNotes {
  /// The name of the record in the archive's folder.
  static let record = "notes.pkl"

  /// Returns the content of the record, or nil if there are no notes.
  static func pickle(_ notes: CheckpointValue, _ container: CheckpointContainer) throws -> [UInt8]?
  {
    if case .none = notes { return nil }
    try require(
      container == .zip, .unsupported,
      "the legacy form has no place for notes; save in the zip form")
    let (pickle, storages) = try Pickler.write { try $0.put(notes) }
    try require(storages.isEmpty, .content, "notes hold plain values, not tensors")
    return pickle
  }

  /// Reads the notes in `file`.
  static func read(_ file: FileSource) throws -> CheckpointValue {
    let isZip = try file.part(0..<file.byteCount, upTo: 16).withBytes { bytes in
      if bytes.starts(with: [0x50, 0x4B]) { return true }
      try require(
        LegacyContainer.isOne(bytes), .format, "unknown file format: not a PyTorch checkpoint")
      return false
    }
    guard isZip else { return .none }
    let archive = try ZipArchive(file)
    guard let found = archive["\(try CheckpointReader.root(archive))/\(record)"] else {
      return .none
    }
    return try found.content(in: file).withBytes {
      try Unpickler.read($0, .init(storages: .none)).value([])
    }
  }
}
