import Kindling
import KindlingPlatform

/// Returns the contents of the file at `path`; `nil` if it cannot be read.
func contents(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    result += buffer[..<count]
  }
  return result
}

/// Replaces the contents of the file at `path` by `bytes`.
func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "wb") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

/// Runs `body` with the path of a file of this process that contains `bytes`.
func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) rethrows {
  let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
  let path = "\(folder)/kindling-fuzz-\(getpid())"
  write(bytes, to: path)
  defer { unlink(path) }
  try body(path)
}

/// Returns the paths of the files below `folder`.
func files(below folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var result: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name.hasPrefix(".") { continue }
    let path = "\(folder)/\(name)"
    var status = stat()
    guard stat(path, &status) == 0 else { continue }
    if status.st_mode & S_IFMT == S_IFDIR {
      result += files(below: path)
    } else {
      result.append(path)
    }
  }
  return result.sorted()
}

extension FileSource {
  /// Returns a file source that contains `bytes`.
  static func holding(_ bytes: [UInt8]) throws -> FileSource {
    try bytes.withUnsafeBytes { try FileSource(copying: $0) }
  }
}
