/// The epochs and batches of a training that is about to start.
public struct FitRun: Sendable {
  /// The number of the first epoch, counted from 0, and the number of epochs.
  public let epochs: (first: Int, count: Int)
  /// The number of batches in an epoch; 0 if it is unknown.
  public let batches: Int
}

/// The base class of callbacks; a custom callback overrides the stages it needs.
open class Callback {
  /// Creates a callback that does nothing.
  public init() {}

  /// Whether ``batchEnded(_:_:_:)`` is needed; metrics are then computed for every batch.
  open var wantsBatches: Bool { false }

  /// Runs before the first epoch.
  open func fitBegins(_ trainer: Trainer, _ run: FitRun) throws {}
  /// Runs before epoch number `epoch`, counted from 0.
  open func epochBegins(_ trainer: Trainer, _ epoch: Int) throws {}
  /// Runs after batch number `batch`, counted from 1, with the values of the epoch so far.
  open func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) throws {}
  /// Runs after an epoch, when `trainer.history` already contains it.
  open func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {}
  /// Runs after the last epoch, unless an error ended the training.
  open func fitEnded(_ trainer: Trainer) throws {}
  /// Runs if an error ended the training, before it is rethrown.
  open func fitFailed(_ trainer: Trainer, _ error: any Error) {}
}

/// A monitor of one logged value that detects improvements.
public struct Monitor: Sendable {
  /// The direction in which the value improves.
  public enum Mode: Sendable { case min, max }

  /// The name of the value, such as `val_loss`.
  public let name: String
  /// The direction in which the value improves.
  public let mode: Mode
  private let minDelta: Double
  /// The best value so far.
  public private(set) var best: Double?

  /// Creates a monitor of the value `name`.
  ///
  /// Without a `mode`, lower is better if a word of the name is that of a loss or an error, such as
  /// `val_loss`, `mse` or `perplexity`. Otherwise higher is better.
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

  /// Resets the best value.
  mutating func reset() { best = nil }

  /// Returns whether the logged value is the best so far, by more than the minimum change.
  ///
  /// NaN is never an improvement.
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
