#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of text files.
enum TextFile {
  /// The largest file that is read: a sparse one may claim any size.
  private static let mostBytes = 1 << 31

  /// What the file at `path` holds.
  static func read(_ path: String) throws -> [UInt8] {
    func failure() -> CSVError { CSVError(.file, path: path, String(cString: strerror(errno))) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure() }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR {
      errno = EISDIR
      throw failure()
    }
    guard kind == S_IFREG || kind == S_IFIFO else {
      throw CSVError(.file, path: path, "is a device, neither a file nor a pipe")
    }
    func tooLarge() -> CSVError {
      CSVError(.file, path: path, "holds more bytes than a table may: at most \(mostBytes)")
    }
    guard status.st_size <= mostBytes else { throw tooLarge() }
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
      guard bytes.count <= mostBytes else { throw tooLarge() }
      if got < chunk {
        if ferror(file) != 0 { throw failure() }
        return bytes
      }
    }
  }
}
