import KindlingCore

/// The notes that a checkpoint was saved with; `.none` where there are none.
///
/// They lie in a record of the zip form that PyTorch does not look at, as a pickle of plain values.
///
/// - Throws: ``CheckpointError`` where the file is absent or no checkpoint, or the notes are damaged.
public func loadNotes(from path: String) throws -> CheckpointValue {
  try CheckpointError.naming(path) { try CheckpointNotes.read(FileSource(path)) }
}

/// Values beside those that a checkpoint is about.
enum CheckpointNotes {
  /// The record's name in the archive's folder.
  static let record = "notes.pkl"

  /// The record's content; nil where there are no notes.
  static func pickle(_ notes: CheckpointValue, _ container: CheckpointContainer) throws -> [UInt8]?
  {
    if case .none = notes { return nil }
    guard container == .zip else {
      throw CheckpointError(
        .unsupported, "the legacy form has no place for notes; save in the zip form")
    }
    let (pickle, storages) = try Pickler.write { try $0.put(notes) }
    guard storages.isEmpty else {
      throw CheckpointError(.content, "notes hold plain values, not tensors")
    }
    return pickle
  }

  /// The notes in `file`.
  static func read(_ file: FileSource) throws -> CheckpointValue {
    let isZip = try file.part(0..<file.byteCount, upTo: 16).withBytes { bytes in
      if bytes.starts(with: [0x50, 0x4B]) { return true }
      guard LegacyContainer.isOne(bytes) else {
        throw CheckpointError(.format, "unknown file format: not a PyTorch checkpoint")
      }
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
