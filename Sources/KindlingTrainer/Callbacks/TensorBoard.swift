/// A callback that writes the values of every epoch for TensorBoard (Keras: `TensorBoard`).
///
/// The curves are `epoch_loss`, `epoch_accuracy` and so on, in the folders `train` and
/// `validation`.
public final class TensorBoard: Callback {
  private let logDir: String
  private let updatesBatches: Bool
  private var training: SummaryWriter?
  private var validation: SummaryWriter?

  /// Creates a callback that writes to `logDir`; with `batches`, also `batch_loss` and so on for
  /// every batch.
  public init(logDir: String = "logs", batches: Bool = false) {
    self.logDir = logDir
    updatesBatches = batches
  }

  public override var wantsBatches: Bool { updatesBatches }

  public override func fitBegins(_ trainer: Trainer, _ run: FitRun) throws {
    if training == nil { training = try SummaryWriter("\(logDir)/train") }
  }

  public override func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) throws {
    for (name, value) in logs where updatesBatches {
      try training?.addScalar("batch_\(name)", value, step: trainer.steps)
    }
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    for (name, value) in logs {
      guard name.hasPrefix("val_") else {
        try training?.addScalar("epoch_\(name)", value, step: trainer.epoch)
        continue
      }
      if validation == nil { validation = try SummaryWriter("\(logDir)/validation") }
      try validation?.addScalar("epoch_\(name.dropFirst(4))", value, step: trainer.epoch)
    }
  }
}
