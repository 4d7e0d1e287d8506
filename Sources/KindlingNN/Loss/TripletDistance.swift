public import KindlingCore

/// A ``TripletMarginLoss`` with any distance function
/// (PyTorch: `nn.TripletMarginWithDistanceLoss`).
///
/// - Throws: on use, `TensorError` `.value` for a margin that is not positive.
open class TripletMarginWithDistanceLoss: ReducedLoss {
  /// The module that computes the distance of two batches of vectors, if it is a module.
  public let distanceFunction: (any Loss)?
  /// The margin between the two distances.
  public let margin: Double
  /// Whether to use the distance of positive to negative if it is smaller than that of the anchor.
  public let swap: Bool
  private let distance: ((Tensor, Tensor) throws -> Tensor)?

  /// Creates a loss with a module as distance function; `nil` means ``PairwiseDistance``.
  public init(
    distanceFunction: (any Loss)? = nil, margin: Double = 1, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    self.distanceFunction = distanceFunction ?? PairwiseDistance()
    distance = nil
    self.margin = margin
    self.swap = swap
    super.init(reduction: reduction)
    checkMargin()
  }

  /// Creates a loss with a closure as distance function.
  public init(
    distanceFunction: @escaping (Tensor, Tensor) throws -> Tensor, margin: Double = 1,
    swap: Bool = false, reduction: Reduction = .mean
  ) {
    self.distanceFunction = nil
    distance = distanceFunction
    self.margin = margin
    self.swap = swap
    super.init(reduction: reduction)
    checkMargin()
  }

  private func checkMargin() {
    if margin > 0 { return }
    initializationError = TensorError(
      .value, "TripletMarginWithDistanceLoss",
      "expected margin to be greater than 0, got \(got: PrintedNumber.shortest(margin)) instead")
  }

  /// Returns the loss of triplets.
  open func forward(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.tripletMarginWithDistanceLoss(
      anchor, positive, negative,
      distanceFunction: { a, b in
        if let distance = self.distance { return try distance(a, b) }
        if let module = self.distanceFunction { return try module(a, b) }
        return try F.pairwiseDistance(a, b)
      }, margin: margin, swap: swap, reduction: reduction)
  }

  /// Returns the result of ``forward(_:_:_:)`` and runs the hooks.
  public func callAsFunction(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor
  ) throws -> Tensor {
    try call([anchor, positive, negative]) { try forward($0[0], $0[1], $0[2]) }
  }
}
