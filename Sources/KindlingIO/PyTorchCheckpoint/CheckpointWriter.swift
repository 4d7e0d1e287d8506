import KindlingCore

/// Writes checkpoints in PyTorch's zip form.
enum CheckpointWriter {
  /// Makes the file at `path` hold `value`; either it is whole afterwards, or the old one still there.
  static func write(_ value: CheckpointValue, to path: String) throws {
    let (pickle, storages) = try Pickler.write(value)
    try AtomicFile.write(to: path) { file in
      var zip = ZipWriter()
      try zip.add("archive/data.pkl", pickle, to: &file)
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
}
