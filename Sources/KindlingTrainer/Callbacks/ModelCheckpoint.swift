import KindlingCore

/// A callback that saves the training after every epoch, or after the best ones
/// (Keras: `ModelCheckpoint`).
///
/// Files are replaced atomically; see ``Trainer/save(to:)``.
public final class ModelCheckpoint: Callback {
  private let path: String
  private var monitor: Monitor?

  /// Creates a callback that saves to `path` after every epoch.
  ///
  /// In the path, `{epoch}` is replaced by the number of the epoch, counted from 1, and
  /// `{val_loss}` and other names by the values of the epoch. `{epoch:02d}` has at least two digits
  /// and `{val_loss:.3f}` three decimals, as in Python. Other braces are unchanged.
  public init(_ path: String) { self.path = path }

  /// Creates a callback that saves to `path` after each epoch with the best value of `best` so far.
  public init(_ path: String, best: String, mode: Monitor.Mode? = nil) {
    self.path = path
    monitor = Monitor(best, mode: mode)
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if try monitor?.improves(logs) == false { return }
    try trainer.save(to: filled(trainer.epoch, logs))
  }

  /// Returns the path with names replaced by values.
  private func filled(_ epoch: Int, _ logs: Logs) -> String {
    var result = "", rest = path[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      let parts = rest[rest.index(after: start)..<end].split(separator: ":", maxSplits: 1)
      let name = parts.first.map(String.init) ?? "", form = parts.count > 1 ? parts[1] : ""
      result += rest[..<start]
      if name == "epoch" {
        result += text(Double(epoch), form, "d")
      } else if let value = logs[name] {
        result += text(value, form, "")
      } else {
        result += rest[start...end]
      }
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }

  /// Returns a number in Python's format `[0][width][.precision][d|e|f|g]`.
  private func text(_ value: Double, _ form: Substring, _ usual: String) -> String {
    let kind = form.last?.isLetter == true ? form.suffix(1) : usual[...]
    let parts = form.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let width = min(Int(parts.first?.filter(\.isNumber) ?? "") ?? 0, 100)
    let precision = parts.count > 1 ? min(Int(parts[1].filter(\.isNumber)) ?? 6, 30) : nil
    let number =
      switch kind {
      case "d": PrintedNumber.fixed(value, 0)
      case "f": PrintedNumber.fixed(value, precision ?? 6)
      case "e": PrintedNumber.scientific(value, precision ?? 6)
      default: precision.map { PrintedNumber.general(value, $0) } ?? PrintedNumber.shortest(value)
      }
    let padding = form.hasPrefix("0") ? "0" : " "
    return String(repeating: padding, count: max(0, width - number.count)) + number
  }
}
