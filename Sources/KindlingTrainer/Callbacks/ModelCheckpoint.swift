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
  /// numbers of the epoch; `{epoch:02d}` has two digits at least, `{val_loss:.3f}` three decimals.
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
  private func filled(_ epoch: Int, _ logs: Logs) throws -> String {
    var result = "", rest = path[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      let parts = rest[rest.index(after: start)..<end].split(separator: ":", maxSplits: 1)
      let name = parts.first.map(String.init) ?? "", form = parts.count > 1 ? parts[1] : ""
      guard let value = name == "epoch" ? Double(epoch) : logs[name] else {
        throw TrainerError(
          .name,
          "there is no '\(name)' for the file name \(path) among \(["epoch"] + logs.map(\.name))")
      }
      result += rest[..<start] + text(value, form, isCount: name == "epoch")
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }

  /// A number as Python's `{:02d}` and `{:.3f}` write it; without a form in the shortest way.
  private func text(_ value: Double, _ form: Substring, isCount: Bool) -> String {
    let digits = Int(form.filter(\.isNumber)).map { min($0, 20) }
    if isCount {
      let number = PrintedNumber.fixed(value, 0)
      return String(repeating: "0", count: max(0, (digits ?? 0) - number.count)) + number
    }
    return digits.map { PrintedNumber.fixed(value, $0) } ?? PrintedNumber.shortest(value)
  }
}
