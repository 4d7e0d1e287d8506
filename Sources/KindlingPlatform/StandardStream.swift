/// A standard stream of the process.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Whether the stream is a terminal.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The width of the terminal in columns, or nil if there is none.
  package var columns: Int? {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes `text` without buffering.
  ///
  /// Text that cannot be written is dropped: a closed or full stream must not disturb the program.
  package func write(_ text: String) {
    _ = SystemCall.write(rawValue, Array(text.utf8))
  }
}
