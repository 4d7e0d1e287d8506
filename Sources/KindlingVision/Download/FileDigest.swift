internal import Crypto
import KindlingCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a published file is known: a sum that its publishers give, in hexadecimal.
public enum FileDigest: Sendable, Hashable {
  /// Its MD5 sum.
  case md5(String)
  /// Its SHA-256 sum, or the beginning of it, such as the one that its name ends in.
  case sha256(String)

  private var digits: String {
    switch self {
    case .md5(let digits), .sha256(let digits): digits.lowercased()
    }
  }

  private var isWhole: Bool {
    switch self {
    case .md5: true
    case .sha256: digits.count == 2 * SHA256Digest.byteCount
    }
  }

  /// Whether a file of the sum `found` is the one meant.
  package func accepts(_ found: String) -> Bool {
    isWhole ? found == digits : !digits.isEmpty && found.hasPrefix(digits)
  }

  /// What is wrong with a file of the sum `found`.
  func complaint(about found: String) -> String {
    let name = if case .md5 = self { "MD5" } else { "SHA-256" }
    return "the \(name) sum is \(found), but should \(isWhole ? "be" : "begin with") \(digits)"
  }

  /// The sum of the whole file behind `descriptor`, in hexadecimal.
  func sum(of descriptor: Int32) throws -> String {
    switch self {
    case .md5: try FileDigest.sum(Insecure.MD5.self, descriptor)
    case .sha256: try FileDigest.sum(SHA256.self, descriptor)
    }
  }

  /// The sum of the file at `path`, in hexadecimal.
  package func sum(ofFile path: String) throws -> String {
    do {
      let file = try InputFile(path)
      return try withExtendedLifetime(file) { try sum(of: file.descriptor) }
    } catch let error as FileError {
      throw VisionError(error.isMissing ? .notFound : .system, "\(path): \(error.reason)")
    }
  }

  private static func sum<Function: HashFunction>(
    _ type: Function.Type, _ descriptor: Int32
  ) throws -> String {
    lseek(descriptor, 0, SEEK_SET)
    var function = Function()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw VisionError(
          .system, "cannot read what was downloaded: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      buffer.withUnsafeBytes { function.update(bufferPointer: .init(rebasing: $0[..<count])) }
    }
    let digits = Array("0123456789abcdef")
    return String(function.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
