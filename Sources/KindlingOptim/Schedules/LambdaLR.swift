public import KindlingCore

/// The base class of ``LambdaLR`` and ``MultiplicativeLR``, schedules with a function of the epoch for
/// each group.
///
/// The functions are not part of the state dict.
open class FunctionLR: LRScheduler {
  fileprivate let lambdas: [(Int) -> Double]

  /// Creates a schedule with one function for all groups.
  public convenience init(
    _ optimizer: Optimizer, lastEpoch: Int = -1, lrLambda: @escaping (Int) -> Double
  ) throws {
    try self.init(
      optimizer, lrLambdas: optimizer.paramGroups.map { _ in lrLambda }, lastEpoch: lastEpoch)
  }

  /// Creates a schedule with one function per group.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for another number of functions.
  public init(_ optimizer: Optimizer, lrLambdas: [(Int) -> Double], lastEpoch: Int = -1) throws {
    lambdas = lrLambdas
    try require(
      lrLambdas.count == optimizer.paramGroups.count, .value, "",
      "Expected \(expected: optimizer.paramGroups.count) lr_lambdas, but got \(got: lrLambdas.count)"
    )
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    super.attributes + [("lr_lambdas", .list(lambdas.map { _ in .none }))]
  }
}

/// A schedule that multiplies the base learning rates by a function of the epoch
/// (PyTorch: `torch.optim.lr_scheduler.LambdaLR`).
open class LambdaLR: FunctionLR {
  override open func getLr() throws -> [Double] {
    zip(baseLrs, lambdas).map { $0 * $1(lastEpoch) }
  }
}

/// A schedule that multiplies the current learning rates by a function of the epoch
/// (PyTorch: `torch.optim.lr_scheduler.MultiplicativeLR`).
open class MultiplicativeLR: FunctionLR {
  override open func getLr() throws -> [Double] {
    isInitial ? currentLrs : zip(currentLrs, lambdas).map { $0 * $1(lastEpoch) }
  }
}
