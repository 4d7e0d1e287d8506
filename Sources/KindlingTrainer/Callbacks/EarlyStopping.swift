import KindlingCore
import KindlingNN

/// Ends the training when a number has stopped getting better (Keras: `EarlyStopping`).
public final class EarlyStopping: Callback {
  private var monitor: Monitor
  private let patience: Int
  private let restoreBestWeights: Bool
  private var bestWeights: StateDict?
  private var waited = 0
  /// The epoch after which the training ended, counted from 1; nil where it did not.
  public private(set) var stoppedEpoch: Int?

  /// Ends after `patience` epochs in a row without a better value.
  ///
  /// - Parameters:
  ///   - monitor: the number's name, as ``History`` has it.
  ///   - mode: whether lower or higher is better; by the name where nil.
  ///   - patience: how many epochs in a row may be no better.
  ///   - minDelta: a smaller change is none.
  ///   - restoreBestWeights: put back the parameters of the best epoch at the end.
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

  /// The best weights come back where a loss that is not finite, say, ended the training.
  public override func fitFailed(_ trainer: Trainer, _ error: any Error) {
    if let bestWeights { _ = try? trainer.model.loadStateDict(bestWeights) }
    bestWeights = nil
  }
}
