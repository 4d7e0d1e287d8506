public import KindlingCore
import KindlingPlatform

/// A schedule that anneals to a fixed learning rate, for weight averaging
/// (PyTorch: `torch.optim.swa_utils.SWALR`).
///
/// - Source: Izmailov et al., *Averaging Weights Leads to Wider Optima and Better Generalization*,
///   arXiv:1803.05407.
open class SWALR: LRScheduler {
  /// The shape of the curve to the fixed learning rate.
  public enum AnnealStrategy: String, Sendable { case cos, linear }

  private let strategy: AnnealStrategy
  private var annealEpochs: Int

  /// Creates a schedule that reaches `swaLr` after `annealEpochs`.
  ///
  /// - Throws: `TensorError` `.value` like ``LRScheduler``, and for a negative number of epochs.
  public init(
    _ optimizer: Optimizer, swaLr: some GroupNumbers, annealEpochs: Int = 10,
    annealStrategy: AnnealStrategy = .cos, lastEpoch: Int = -1
  ) throws {
    try require(
      annealEpochs >= 0, .value, "",
      "anneal_epochs must be equal or greater than 0, got \(got: annealEpochs)")
    for (i, rate) in try swaLr.values("swa_lr", optimizer).enumerated() {
      optimizer.paramGroups[i]["swa_lr"] = .double(rate)
    }
    (strategy, self.annealEpochs) = (annealStrategy, annealEpochs)
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  /// Returns the weight of the fixed learning rate after `step` steps.
  private func share(_ step: Int) -> Double {
    let t = max(0, min(1, Double(step) / Double(max(1, annealEpochs))))
    return strategy == .linear ? t : (1 - cos(.pi * t)) / 2
  }

  override open func getLr() throws -> [Double] {
    let step = annealEpochs == 0 ? max(1, stepCount - 1) : stepCount - 1
    let (before, now) = (share(step - 1), share(step))
    return try optimizer.paramGroups.map { group in
      let (rate, fixed) = (try group.number("lr"), try group.number("swa_lr"))
      // The learning rate before annealing began.
      let start = before == 1 ? fixed : (rate - before * fixed) / (1 - before)
      return fixed * now + start * (1 - now)
    }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("_anneal_strategy", .string(strategy.rawValue)), ("anneal_epochs", .int(annealEpochs)),
    ] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    try require(
      saved.text("_anneal_strategy") == strategy.rawValue, .value, "",
      "the loaded state dict of SWALR has another anneal_strategy than \(strategy.rawValue)")
    annealEpochs = try saved.count("anneal_epochs")
    try super.restore(saved)
  }
}
