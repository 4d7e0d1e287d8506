import KindlingCore
import KindlingPlatform

/// The libcrypto library (of OpenSSL), loaded when the first checksum is computed.
struct DigestLibrary: Sendable {
  private typealias Handle = OpaquePointer
  private typealias Find = @convention(c) (UnsafePointer<CChar>) -> Handle?
  private typealias Make = @convention(c) () -> Handle?
  private typealias Start = @convention(c) (Handle, Handle, Handle?) -> Int32
  private typealias Update = @convention(c) (Handle, UnsafeRawPointer?, Int) -> Int32
  private typealias Finish =
    @convention(c) (Handle, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt32>) -> Int32
  private typealias Free = @convention(c) (Handle) -> Void

  private let find: Find
  private let make: Make
  private let start: Start
  private let update: Update
  private let finish: Finish
  private let free: Free

  /// The library, or the error of loading it.
  static let shared: Result<DigestLibrary, VisionError> = Result { () throws(VisionError) in
    try DigestLibrary()
  }

  private init() throws(VisionError) {
    #if canImport(Darwin)
      let files = ["libcrypto.3.dylib"]
    #else
      let files = ["libcrypto.so.3", "libcrypto.so.1.1"]
    #endif
    guard let library = SystemLibrary(files) else {
      throw VisionError(
        .system,
        "the sums of files are taken with libcrypto, which this machine lacks: apt-get install openssl"
      )
    }
    func function<F>(_ name: String, as: F.Type) throws(VisionError) -> F {
      guard let found = library.function(name, as: F.self) else {
        throw VisionError(.system, "libcrypto has no \(name)")
      }
      return found
    }
    find = try function("EVP_get_digestbyname", as: Find.self)
    make = try function("EVP_MD_CTX_new", as: Make.self)
    start = try function("EVP_DigestInit_ex", as: Start.self)
    update = try function("EVP_DigestUpdate", as: Update.self)
    finish = try function("EVP_DigestFinal_ex", as: Finish.self)
    free = try function("EVP_MD_CTX_free", as: Free.self)
  }

  /// Returns the checksum of the data that `next` returns until it returns nothing.
  ///
  /// `name` is libcrypto's name of the function ("MD5", "SHA256").
  func sum(_ name: String, next: () throws -> UnsafeRawBufferPointer) throws -> [UInt8] {
    guard let type = name.withCString(find), let context = make() else { throw refusal(name) }
    defer { free(context) }
    guard start(context, type, nil) == 1 else { throw refusal(name) }
    while true {
      let bytes = try next()
      if bytes.isEmpty { break }
      guard update(context, bytes.baseAddress, bytes.count) == 1 else { throw refusal(name) }
    }
    // EVP_MAX_MD_SIZE
    var digest = [UInt8](repeating: 0, count: 64), count: UInt32 = 0
    guard finish(context, &digest, &count) == 1 else { throw refusal(name) }
    return Array(digest.prefix(Int(count)))
  }

  /// Returns the error of a library that is configured to reject the function, such as MD5.
  private func refusal(_ name: String) -> VisionError {
    VisionError(.system, "libcrypto does not take \(name) sums on this machine")
  }
}
