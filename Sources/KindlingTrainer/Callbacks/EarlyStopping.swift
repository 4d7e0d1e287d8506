import KindlingCore
import KindlingNN

/// A callback that ends the training when a value stops improving (Keras: `EarlyStopping`).
public final class EarlyStopping: Callback {
  private var monitor: Monitor
  private let patience: Int
  private let restoreBestWeights: Bool
  private var bestWeights: StateDict?
  private var waited = 0
  /// The epoch after which the training ended, counted from 1; `nil` if it was not stopped.
  public private(set) var stoppedEpoch: Int?

  /// Creates a callback that ends the training after `patience` epochs without improvement.
  ///
  /// - Parameters:
  ///   - monitor: the name of the value in ``History``.
  ///   - mode: whether lower or higher is better; `nil` infers it from the name.
  ///   - patience: the number of consecutive epochs without improvement to tolerate.
  ///   - minDelta: the minimum change that counts as an improvement.
  ///   - restoreBestWeights: whether to restore the parameters of the best epoch at the end.
  public init(
    monitor: String = "val_loss", mode: Monitor.Mode? = nil, patience: Int = 0,
    minDelta: Double = 0, restoreBestWeights: Bool = false
  ) {
    self.monitor = Monitor(monitor, mode: mode, minDelta: minDelta)
    self.patience = patience
    self.restoreBestWeights = restoreBestWeights
  }

  public override func fitBegins(_ trainer: Trainer, _ run: FitRun) {
    monitor.reset()
    (bestWeights, waited, stoppedEpoch) = (nil, 0, nil)
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if try monitor.improves(logs) {
      waited = 0
      if restoreBestWeights {
        bestWeights = try StateDict(
          trainer.model.stateDict().map { ($0.key, try $0.value.clone()) })
      }
      return
    }
    waited += 1
    if waited >= max(1, patience) {
      stoppedEpoch = trainer.epoch
      trainer.stop()
    }
  }

  public override func fitEnded(_ trainer: Trainer) throws {
    if let bestWeights { try trainer.model.loadStateDict(bestWeights) }
    bestWeights = nil
  }

  /// Restores the best weights if, for example, a loss that is not finite ended the training.
  public override func fitFailed(_ trainer: Trainer, _ error: any Error) {
    if let bestWeights { _ = try? trainer.model.loadStateDict(bestWeights) }
    bestWeights = nil
  }
}
