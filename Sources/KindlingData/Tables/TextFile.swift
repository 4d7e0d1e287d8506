#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of text files.
enum TextFile {
  /// What the file at `path` holds.
  static func read(_ path: String) throws -> [UInt8] {
    func failure() -> CSVError { CSVError(.file, path: path, String(cString: strerror(errno))) }
    guard let file = fopen(path, "rb") else { throw failure() }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    let chunk = 1 << 16
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunk))
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { fread($0 + start, 1, chunk, file) } ?? 0
      }
      bytes.removeLast(chunk - got)
      if got < chunk {
        // A folder opens, and fails when it is read.
        if ferror(file) != 0 { throw failure() }
        return bytes
      }
    }
  }
}
