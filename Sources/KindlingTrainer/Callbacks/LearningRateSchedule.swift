import KindlingCore
public import KindlingOptim

/// A callback that steps a learning-rate schedule after every epoch or every batch.
///
/// `LearningRateSchedule { try StepLR($0, stepSize: 10) }`. A `ReduceLROnPlateau` gets the value
/// called `monitor`.
public final class LearningRateSchedule: Callback {
  /// The interval at which the schedule steps.
  public enum Interval: Sendable { case epoch, batch }

  private let make: (Optimizer) throws -> LRScheduler
  private let interval: Interval
  private let monitor: String
  /// The schedule, after the training has started.
  public private(set) var schedule: LRScheduler?

  /// Creates a callback with a schedule that `make` creates when the training starts.
  public init(
    every interval: Interval = .epoch, monitor: String = "val_loss",
    _ make: @escaping (Optimizer) throws -> LRScheduler
  ) {
    self.interval = interval
    self.monitor = monitor
    self.make = make
  }

  public override var wantsBatches: Bool { interval == .batch }

  public override func fitBegins(_ trainer: Trainer, _ run: FitRun) throws {
    if schedule == nil { schedule = try make(trainer.optimizer) }
  }

  public override func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) throws {
    if interval == .batch { try step(logs) }
  }

  public override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
    if interval == .epoch { try step(logs) }
  }

  private func step(_ logs: Logs) throws {
    guard let plateau = schedule as? ReduceLROnPlateau else { return try schedule?.step() ?? () }
    guard let value = logs[monitor] else {
      throw TrainerError(
        .name, "there is no '\(monitor)' for ReduceLROnPlateau among \(logs.map(\.name))")
    }
    try plateau.step(value)
  }
}
