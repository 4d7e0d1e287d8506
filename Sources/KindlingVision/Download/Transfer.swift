import KindlingPlatform

/// An HTTP request whose body is appended to an open file.
final class Transfer {
  private let descriptor: Int32
  private let progress: DownloadProgress?
  private let name: String
  /// The size of the file before the request.
  private let start: Int
  private var writeError: Int32 = 0
  private var reported = -1

  private init(_ descriptor: Int32, from start: Int, _ name: String, _ progress: DownloadProgress?)
  {
    self.descriptor = descriptor
    self.start = start
    self.name = name
    self.progress = progress
  }

  /// The outcome of a request.
  enum Outcome {
    case complete
    /// The server cannot resume at the end of the file.
    case cannotResume
    /// The file cannot be written; the value is the error number.
    case cannotWrite(Int32)
    case failed(String)
  }

  /// Appends the bytes of `url` from offset `start` to the file behind `descriptor`.
  static func run(
    _ url: String, to descriptor: Int32, from start: Int, name: String, progress: DownloadProgress?
  ) throws -> Outcome {
    let curl = try CurlLibrary.shared.get()
    guard let handle = curl.makeHandle() else { return .failed("libcurl gives no handle") }
    defer { curl.freeHandle(handle) }
    let transfer = Transfer(descriptor, from: start, name, progress)
    let context = Int(bitPattern: Unmanaged.passUnretained(transfer).toOpaque())
    var errorText = [CChar](repeating: 0, count: 257)

    let code = errorText.withUnsafeMutableBufferPointer { text in
      func set(_ option: CurlLibrary.Option, _ value: Int) {
        _ = curl.setOption(handle, option.rawValue, value)
      }
      // libcurl copies all strings except for the error buffer.
      func set(_ option: CurlLibrary.Option, _ value: String) {
        value.withCString { set(option, Int(bitPattern: $0)) }
      }
      set(.url, url)
      set(.userAgent, "kindling")
      set(.protocols, "http,https")
      set(.redirectProtocols, "http,https")
      set(.errorBuffer, Int(bitPattern: text.baseAddress))
      set(.followLocation, 1)
      set(.maxRedirects, 8)
      set(.failOnError, 1)
      set(.noSignal, 1)
      set(.connectTimeout, 20)
      // A slower transfer for half a minute counts as dead, and the next mirror is tried.
      set(.lowSpeedLimit, 100)
      set(.lowSpeedTime, 30)
      set(.maxFileSize, 1 << 32)
      set(.resumeFrom, start)
      set(.writeData, context)
      set(.writeFunction, Int(bitPattern: unsafeBitCast(Transfer.write, to: UnsafeRawPointer.self)))
      set(.progressData, context)
      set(
        .progressFunction,
        Int(bitPattern: unsafeBitCast(Transfer.report, to: UnsafeRawPointer.self)))
      set(.noProgress, progress == nil ? 1 : 0)
      return withExtendedLifetime(transfer) { curl.perform(handle) }
    }

    if code == CurlLibrary.Code.ok { return .complete }
    if transfer.writeError != 0 { return .cannotWrite(transfer.writeError) }
    var status = 0
    _ = curl.getInfo(handle, CurlLibrary.responseCode, &status)
    // Status 416: the partial file is already complete, or it is a different file.
    if start > 0 && (code == CurlLibrary.Code.rangeError || status == 416) { return .cannotResume }
    let detail =
      errorText.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
    return .failed(
      detail.isEmpty ? curl.describe(code).map { String(cString: $0) } ?? "error \(code)" : detail)
  }

  private typealias Write =
    @convention(c) (UnsafeRawPointer?, Int, Int, UnsafeMutableRawPointer?) -> Int
  private typealias Report =
    @convention(c) (UnsafeMutableRawPointer?, Int, Int, Int, Int) -> Int32

  private static let write: Write = { bytes, size, count, context in
    guard let context, let bytes else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let total = size * count
    transfer.writeError = SystemCall.write(
      transfer.descriptor, UnsafeRawBufferPointer(start: bytes, count: total))
    return transfer.writeError == 0 ? total : 0
  }

  private static let report: Report = { context, total, now, _, _ in
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    // libcurl also calls this function when nothing has arrived.
    if total > 0 && now != transfer.reported {
      transfer.reported = now
      transfer.progress?(transfer.name, transfer.start + now, transfer.start + total)
    }
    return 0
  }
}
