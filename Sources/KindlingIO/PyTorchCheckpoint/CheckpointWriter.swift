import KindlingCore
import KindlingPlatform

/// The writer of pickles and their storages in either of PyTorch's containers.
enum CheckpointWriter {
  /// Writes the pickle of `fill` to the file at `path`, replacing it atomically.
  static func write(
    to path: String, _ container: CheckpointContainer, notes: CheckpointValue = .none,
    _ fill: (inout Pickler) throws -> Void
  ) throws {
    let (pickle, storages) = try Pickler.write(container, fill)
    let notes = try CheckpointNotes.pickle(notes, container)
    try AtomicFile.write(to: path) { file in
      switch container {
      case .zip: try writeZip(pickle, storages, notes, to: &file)
      case .legacy: try LegacyContainer.write(pickle, storages, to: &file)
      }
    }
  }

  private static func writeZip(
    _ pickle: [UInt8], _ storages: [(storage: Storage, dtype: DType)], _ notes: [UInt8]?,
    to file: inout AtomicFile
  ) throws {
    var zip = ZipWriter()
    try zip.add("archive/data.pkl", pickle, to: &file)
    if let notes { try zip.add("archive/\(CheckpointNotes.record)", notes, to: &file) }
    try zip.add("archive/.storage_alignment", Array("\(ZipWriter.alignment)".utf8), to: &file)
    try zip.add("archive/byteorder", Array("little".utf8), to: &file)
    for (number, (storage, dtype)) in storages.enumerated() {
      let whole = storage.byteCount / dtype.byteSize * dtype.byteSize
      try storage.backend.withHostBytes(storage, mutating: false) { bytes in
        let content = UnsafeRawBufferPointer(rebasing: bytes[..<whole])
        try zip.add("archive/data/\(number)", content, to: &file)
      }
    }
    try zip.add("archive/version", Array("3\n".utf8), to: &file)
    try zip.add("archive/.data/serialization_id", Array(zip.fingerprint.utf8), to: &file)
    try zip.finish(&file)
  }
}
