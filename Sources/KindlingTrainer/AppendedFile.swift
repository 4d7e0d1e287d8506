#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A log file that grows; each write is whole on disk before the next one.
final class AppendedFile {
  private let path: String
  private let descriptor: Int32
  /// Whether nothing was there when it was opened.
  let wasEmpty: Bool

  /// The file at `path`, emptied unless `appending`; its folder is made if it is not there.
  init(_ path: String, appending: Bool = false) throws {
    self.path = path
    if let slash = path.lastIndex(of: "/") { AppendedFile.makeFolders(String(path[..<slash])) }
    let mode = O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC)
    descriptor = open(path, mode, 0o666)
    wasEmpty = descriptor >= 0 && lseek(descriptor, 0, SEEK_END) <= 0
    guard descriptor >= 0 else { throw AppendedFile.failure(path) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { AppendedFile.put(descriptor, $0) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw AppendedFile.failure(path) }
      start += count
    }
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Every folder on the way; what cannot be made shows when the file is opened.
  private static func makeFolders(_ path: String) {
    var soFar = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      soFar += part
      if !soFar.isEmpty { mkdir(soFar, 0o777) }
      soFar += "/"
    }
  }

  private static func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func failure(_ path: String) -> TrainerError {
    TrainerError(.file, "\(path): \(String(cString: strerror(errno)))")
  }
}
