import KindlingCore

/// Saves the training after every epoch, or after the best ones (Keras: `ModelCheckpoint`).
///
/// Files are whole at every moment; see ``Trainer/save(to:)``.
public final class ModelCheckpoint: Callback {
  private let path: String
  private var monitor: Monitor?

  /// Saves to `path` after every epoch.
  ///
  /// `{epoch}` in it becomes the epoch's number, counted from 1, and `{val_loss}` and its like the
  /// numbers of the epoch; `{epoch:02d}` has two digits at least, `{val_loss:.3f}` three decimals, as in
  /// Python. Other braces stay as they are.
  public init(_ path: String) { self.path = path }

  /// Saves to `path` after each epoch whose number called `best` is the best so far.
  public init(_ path: String, best: String, mode: Monitor.Mode? = nil) {
    self.path = path
    monitor = Monitor(best, mode: mode)
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if try monitor?.improves(logs) == false { return }
    try trainer.save(to: filled(trainer.epoch, logs))
  }

  /// The path with numbers in the place of their names.
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

  /// A number in Python's form `[0][width][.precision][d|e|f|g]`.
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
