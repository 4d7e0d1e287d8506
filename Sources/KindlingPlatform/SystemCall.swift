/// System calls that need more than one line, or whose names have another meaning where they are
/// used.
package enum SystemCall {
  /// Writes all of `bytes`, retrying after interruptions; returns the error number, or 0.
  package static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, start, rest.count)
      #elseif canImport(Musl)
        let written = Musl.write(descriptor, start, rest.count)
      #else
        let written = Darwin.write(descriptor, start, rest.count)
      #endif
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return written < 0 ? errno : EIO }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    return 0
  }

  /// Writes all of `bytes`; returns the error number, or 0.
  package static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBytes { write(descriptor, $0) }
  }

  /// Frees memory from `malloc`.
  package static func free(_ block: UnsafeMutableRawPointer) {
    #if canImport(Glibc)
      Glibc.free(block)
    #elseif canImport(Musl)
      Musl.free(block)
    #else
      Darwin.free(block)
    #endif
  }

  /// Returns the system's text for the error `code`, by default the last one on this thread.
  package static func errorText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}
