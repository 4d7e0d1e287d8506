/// A stream of the process that a person may be looking at.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Whether it is a terminal.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The width of the terminal in columns; nil where there is none.
  package var columns: Int? {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes `text` past any buffer.
  ///
  /// What cannot be written is dropped: a closed or full stream must not disturb the program.
  package func write(_ text: String) {
    _ = SystemCall.write(rawValue, Array(text.utf8))
  }
}
