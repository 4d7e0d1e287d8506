import KindlingCore
import KindlingPlatform

/// A callback that shows the progress of a training: a bar in a terminal, otherwise a line per
/// epoch.
///
/// In a terminal the bar fits the window and is redrawn at most ten times per second. Only whole
/// lines, without control characters, are written to a pipe or a file, or if the environment has
/// `CI` or `TERM=dumb`.
public final class ProgressBar: Callback {
  /// The style of the display.
  public enum Style: Sendable {
    /// A bar in an interactive terminal, otherwise lines.
    case automatic
    /// A bar that is redrawn.
    case bar
    /// A line per epoch.
    case lines
    /// No output.
    case silent
  }

  private let style: Style
  private let width: () -> Int
  private let now: () -> Double
  private let write: (String) -> Void
  private var run = FitRun(epochs: (0, 0), batches: 0)
  private var epoch = 0
  private var began = 0.0
  private var lastDrawn = -Double.infinity
  private var isDrawn = false

  /// Creates a progress bar on standard output.
  public convenience init(_ style: Style = .automatic) {
    var style = style
    if style == .automatic {
      let isWatched =
        StandardStream.output.isTerminal && getenv("CI") == nil
        && getenv("TERM").map { String(cString: $0) } != "dumb"
      style = isWatched ? .bar : .lines
    }
    self.init(style, width: { StandardStream.output.columns ?? 80 }, now: ProgressBar.time) {
      text in
      print(text, terminator: "")
      fflush(nil)
    }
  }

  /// Creates a progress bar with the output `write`, the window width `width` and the clock `now`.
  package init(
    _ style: Style, width: @escaping () -> Int, now: @escaping () -> Double,
    write: @escaping (String) -> Void
  ) {
    self.style = style == .automatic ? .lines : style
    self.width = width
    self.now = now
    self.write = write
  }

  public override var wantsBatches: Bool { style == .bar }

  public override func fitBegins(_ trainer: Trainer, _ run: FitRun) { self.run = run }

  public override func epochBegins(_ trainer: Trainer, _ epoch: Int) {
    self.epoch = epoch
    began = now()
    lastDrawn = -.infinity
    if style == .bar { write("\(title)\n") }
  }

  private var title: String {
    let (last, isTooMany) = run.epochs.first.addingReportingOverflow(run.epochs.count)
    return "Epoch \(epoch + 1)/\(isTooMany ? .max : last)"
  }

  public override func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) {
    let time = now()
    guard style == .bar, time - lastDrawn >= 0.1 else { return }
    lastDrawn = time
    isDrawn = true
    var line = run.batches > 0 ? "\(bar(batch)) \(batch)/\(run.batches)" : "\(batch)"
    line += ProgressBar.numbers(logs)
    // A wrapped line could not be overwritten.
    write("\r\(line.prefix(max(1, width() - 1)))\u{1B}[K")
  }

  private func bar(_ batch: Int) -> String {
    let filled = min(20, 20 * min(batch, run.batches) / run.batches)
    return "[" + String(repeating: "=", count: filled) + String(repeating: ".", count: 20 - filled)
      + "]"
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) {
    let time = "\(PrintedNumber.fixed(max(0, now() - began), 1)) s"
    switch style {
    case .bar:
      if isDrawn { write("\r\u{1B}[K") }
      isDrawn = false
      write("\(time)\(ProgressBar.numbers(logs))\n")
    case .lines: write("\(title)  \(time)\(ProgressBar.numbers(logs))\n")
    case .automatic, .silent: break
    }
  }

  private static func numbers(_ logs: Logs) -> String {
    logs.map { entry in
      // Learning rates are often too small for four decimals.
      "  \(entry.name): "
        + (entry.name == "lr" ? "\(entry.value)" : PrintedNumber.fixed(entry.value, 4))
    }.joined()
  }

  private static func time() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
