import KindlingCore
import KindlingPlatform

/// The published checksum of a file, in hexadecimal.
public enum FileDigest: Sendable, Hashable {
  /// The MD5 checksum.
  case md5(String)
  /// The SHA-256 checksum or its first digits, such as those at the end of a file name.
  case sha256(String)

  private var digits: String {
    switch self {
    case .md5(let digits), .sha256(let digits): digits.lowercased()
    }
  }

  private var isWhole: Bool {
    switch self {
    case .md5: true
    case .sha256: digits.count == 64
    }
  }

  /// Returns whether the checksum `found` matches.
  package func accepts(_ found: String) -> Bool {
    isWhole ? found == digits : !digits.isEmpty && found.hasPrefix(digits)
  }

  /// Returns a message about a file with the checksum `found`.
  func complaint(about found: String) -> String {
    "the \(names.text) sum is \(found), but should \(isWhole ? "be" : "begin with") \(digits)"
  }

  /// The name of the checksum in messages and in libcrypto.
  private var names: (text: String, function: String) {
    switch self {
    case .md5: ("MD5", "MD5")
    case .sha256: ("SHA-256", "SHA256")
    }
  }

  /// Returns the checksum of the whole file behind `descriptor`, in hexadecimal.
  func sum(of descriptor: Int32) throws -> String {
    lseek(descriptor, 0, SEEK_SET)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    return try sum {
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
          throw VisionError(
            .system, "cannot read what was downloaded: \(SystemCall.errorText())")
        }
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
      }
    }
  }

  /// Returns the checksum of `bytes`, in hexadecimal.
  package func sum(of bytes: [UInt8]) throws -> String {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      return try sum {
        defer { rest = rest.suffix(0) }
        return UnsafeRawBufferPointer(rebasing: rest)
      }
    }
  }

  /// Returns the checksum of the data that `next` returns until it returns nothing, in hexadecimal.
  private func sum(_ next: () throws -> UnsafeRawBufferPointer) throws -> String {
    let digits = Array("0123456789abcdef")
    let sum = try DigestLibrary.shared.get().sum(names.function, next: next)
    return String(sum.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// Returns the checksum of the file at `path`, in hexadecimal.
  package func sum(ofFile path: String) throws -> String {
    do {
      let file = try InputFile(path)
      return try withExtendedLifetime(file) { try sum(of: file.descriptor) }
    } catch let error as FileError {
      throw VisionError(error.isMissing ? .notFound : .system, "\(path): \(error.reason)")
    }
  }
}
