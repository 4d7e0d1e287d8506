/// What a training is about to do.
public struct FitRun: Sendable {
  /// The number of the first epoch, counted from 0, and how many there will be.
  public let epochs: (first: Int, count: Int)
  /// The batches of an epoch; 0 where that is not known.
  public let batches: Int
}

/// Something that happens during a training; one of your own overrides the stages it cares for.
open class Callback {
  /// A callback that does nothing.
  public init() {}

  /// Whether ``batchEnded(_:_:_:)`` is wanted; metrics are then computed for every batch.
  open var wantsBatches: Bool { false }

  /// Before the first epoch.
  open func fitBegins(_ trainer: Trainer, _ run: FitRun) throws {}
  /// Before epoch number `epoch`, counted from 0.
  open func epochBegins(_ trainer: Trainer, _ epoch: Int) throws {}
  /// After batch number `batch` of an epoch, counted from 1, with the numbers of the epoch so far.
  open func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) throws {}
  /// After an epoch, which `trainer.history` holds already.
  open func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {}
  /// After the last epoch; not where an error ended the training.
  open func fitEnded(_ trainer: Trainer) throws {}
  /// Where an error ended the training, before it is thrown on.
  open func fitFailed(_ trainer: Trainer, _ error: any Error) {}
}

/// Follows one number of the logs and says when it has become better.
public struct Monitor: Sendable {
  /// Whether less is better or more.
  public enum Mode: Sendable { case min, max }

  /// The number's name, such as `val_loss`.
  public let name: String
  /// Whether less is better or more.
  public let mode: Mode
  private let minDelta: Double
  /// The best value so far.
  public private(set) var best: Double?

  /// A monitor of `name`.
  ///
  /// Without a `mode`, less is better where a word of the name is that of a loss or an error, such as
  /// `val_loss`, `mse` or `perplexity`, and more for the rest.
  public init(_ name: String, mode: Mode? = nil, minDelta: Double = 0) {
    let losses: Set = [
      "loss", "error", "mse", "mae", "rmse", "mape", "msle", "perplexity", "nll", "divergence",
      "distance", "wer", "cer", "fid",
    ]
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    self.name = name
    self.mode = mode ?? (losses.isDisjoint(with: words) ? .max : .min)
    self.minDelta = minDelta.magnitude
  }

  /// Forgets the best value.
  mutating func reset() { best = nil }

  /// Whether the logs' number is the best so far, by more than the least change.
  ///
  /// NaN never is.
  mutating func improves(_ logs: Logs) throws -> Bool {
    guard let value = logs[name] else {
      throw TrainerError(
        .name,
        "there is no '\(name)' to monitor among \(logs.map(\.name)); metrics of validation data begin with val_"
      )
    }
    if value.isNaN { return false }
    if let best, mode == .min ? !(value < best - minDelta) : !(value > best + minDelta) {
      return false
    }
    best = value
    return true
  }
}
