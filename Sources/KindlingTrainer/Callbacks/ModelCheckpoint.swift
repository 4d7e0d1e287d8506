import KindlingCore

/// Saves the training after every epoch, or after the best ones (Keras: `ModelCheckpoint`).
///
/// Files are whole at every moment; see ``Trainer/save(to:)``.
public final class ModelCheckpoint: Callback {
  private let path: String
  private var monitor: Monitor?

  /// Saves to `path` after every epoch; `{epoch}` in it becomes the epoch's number, counted from 1.
  public init(_ path: String) { self.path = path }

  /// Saves to `path` after each epoch whose number called `best` is the best so far.
  public init(_ path: String, best: String, mode: Monitor.Mode? = nil) {
    self.path = path
    monitor = Monitor(best, mode: mode)
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if try monitor?.improves(logs) == false { return }
    let pieces = path.components(separatedBy: "{epoch}")
    try trainer.save(to: pieces.joined(separator: "\(trainer.epoch)"))
  }
}

extension String {
  /// The pieces between the places where `separator` stands.
  fileprivate func components(separatedBy separator: String) -> [String] {
    var pieces: [String] = [], rest = self[...]
    while let range = rest.firstRange(of: separator) {
      pieces.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return pieces + [String(rest)]
  }
}
