import CZlib
import KindlingCore
import KindlingPlatform

/// A sequential reader of a file that decompresses gzip.
struct GzipReader: ~Copyable {
  let path: String
  /// An upper bound on the contents of the file; a header that promises more is wrong.
  let mostBytes: Int
  /// An upper bound on a decompressed dataset; a small file could fill the memory otherwise.
  let mostUnpacked: Int
  private let file: gzFile

  init(_ path: String) throws {
    let input: InputFile
    do { input = try InputFile(path) } catch let error as FileError {
      throw VisionError(error.isMissing ? .notFound : .system, "\(path): \(error.reason)")
    }
    // zlib closes the descriptor it is given.
    let descriptor = dup(input.descriptor)
    guard descriptor >= 0, let opened = gzdopen(descriptor, "rb") else {
      if descriptor >= 0 { close(descriptor) }
      throw VisionError(.system, "\(path): cannot be opened")
    }
    self.path = path
    file = opened
    gzbuffer(file, 1 << 17)
    // Deflate compresses by at most a factor of 1032.
    let size = min(input.byteCount, 1 << 50)
    let isPlain = gzdirect(opened) == 1
    mostBytes = isPlain ? size : (size + 1) * 1032
    mostUnpacked = isPlain ? size : 8 * size + 1 << 26
  }

  deinit { gzclose(file) }

  /// Fills `buffer` and returns the number of bytes read, fewer only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let step = min(buffer.count - done, 1 << 26)
      let got = gzread(file, base + done, UInt32(step))
      if got < 0 { throw damaged() }
      done += Int(got)
      // A truncated gzip file ends early and reports it only here.
      if Int(got) < step {
        var code: Int32 = 0
        gzerror(file, &code)
        if code != Z_OK && code != Z_STREAM_END { throw damaged() }
        break
      }
    }
    return done
  }

  /// Returns the next `count` bytes, or fewer at the end of the file.
  func read(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  private func damaged() -> VisionError {
    var code: Int32 = 0
    let text = gzerror(file, &code).map { String(cString: $0) } ?? ""
    return VisionError(.corrupt, "\(path) is damaged (\(text)); delete it and fetch it again")
  }
}
