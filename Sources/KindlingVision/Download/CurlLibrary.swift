import KindlingCore
import KindlingPlatform

/// The libcurl library, loaded when the first download starts.
///
/// Loading at run time keeps it out of the build and the binary: a program that downloads nothing
/// neither links nor initializes it. (Foundation's `URLSession` uses libcurl too, but static
/// linking needs libcurl's development files and all its dependencies.)
struct CurlLibrary: Sendable {
  typealias Handle = UnsafeMutableRawPointer
  /// The value of an option is an integer or a pointer, which have the same size.
  typealias SetOption = @convention(c) (Handle, Int32, Int) -> Int32
  typealias GetInfo = @convention(c) (Handle, Int32, UnsafeMutableRawPointer) -> Int32

  let makeHandle: @convention(c) () -> Handle?
  let freeHandle: @convention(c) (Handle) -> Void
  let setOption: SetOption
  let perform: @convention(c) (Handle) -> Int32
  let getInfo: GetInfo
  let describe: @convention(c) (Int32) -> UnsafePointer<CChar>?

  /// Option numbers of libcurl's stable ABI.
  enum Option: Int32 {
    case url = 10002
    case writeData = 10001
    case errorBuffer = 10010
    case userAgent = 10018
    case progressData = 10057
    case protocols = 10318
    case redirectProtocols = 10319
    case writeFunction = 20011
    case progressFunction = 20219
    case lowSpeedLimit = 19
    case lowSpeedTime = 20
    case noProgress = 43
    case failOnError = 45
    case followLocation = 52
    case maxRedirects = 68
    case connectTimeout = 78
    case noSignal = 99
    case resumeFrom = 30116
    case maxFileSize = 30117
  }

  /// Result codes that the caller distinguishes.
  enum Code {
    static let ok: Int32 = 0
    static let rangeError: Int32 = 33
  }

  /// The status code of the response (`CURLINFO_RESPONSE_CODE`).
  static let responseCode: Int32 = 0x200002

  /// The library, or the error of loading it.
  static let shared: Result<CurlLibrary, VisionError> = Result { () throws(VisionError) in
    try CurlLibrary()
  }

  private init() throws(VisionError) {
    #if canImport(Darwin)
      let names = ["libcurl.4.dylib"]
    #else
      let names = ["libcurl.so.4", "libcurl-gnutls.so.4"]
    #endif
    guard let library = SystemLibrary(names) else {
      throw VisionError(
        .download, "downloads need libcurl, which this machine lacks: apt-get install libcurl4")
    }
    func function<F>(_ name: String, as: F.Type) throws(VisionError) -> F {
      guard let found = library.function(name, as: F.self) else {
        throw VisionError(.download, "libcurl has no \(name)")
      }
      return found
    }
    typealias GlobalInit = @convention(c) (Int) -> Int32
    guard try function("curl_global_init", as: GlobalInit.self)(3) == Code.ok else {
      throw VisionError(.download, "libcurl does not start")
    }
    makeHandle = try function("curl_easy_init", as: (@convention(c) () -> Handle?).self)
    freeHandle = try function("curl_easy_cleanup", as: (@convention(c) (Handle) -> Void).self)
    setOption = try function("curl_easy_setopt", as: SetOption.self)
    perform = try function("curl_easy_perform", as: (@convention(c) (Handle) -> Int32).self)
    getInfo = try function("curl_easy_getinfo", as: GetInfo.self)
    describe = try function(
      "curl_easy_strerror", as: (@convention(c) (Int32) -> UnsafePointer<CChar>?).self)
  }
}
