import KindlingCore

/// The notes that a checkpoint was saved with; `.none` where there are none.
///
/// They lie in a record of the zip form that PyTorch does not look at, as a pickle of plain values.
///
/// - Throws: ``CheckpointError`` where the file is absent or no checkpoint, or the notes are damaged.
public func loadNotes(from path: String) throws -> CheckpointValue {
  try CheckpointError.naming(path) { try CheckpointNotes.read(MappedFile(path)) }
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
  static func read(_ file: MappedFile) throws -> CheckpointValue {
    let bytes = UnsafeRawBufferPointer(file.bytes)
    guard bytes.starts(with: [0x50, 0x4B]) else {
      if LegacyContainer.isOne(bytes) { return .none }
      throw CheckpointError(.format, "unknown file format: not a PyTorch checkpoint")
    }
    let archive = try ZipArchive(file.bytes)
    let path = "\(try CheckpointReader.root(archive))/\(record)"
    guard let found = archive.records[path] else { return .none }
    try Checksum.verify([found])
    let pickle = UnsafeRawBufferPointer(found.bytes)
    return try Unpickler.read(pickle, .init(storages: .none)).value([])
  }
}
