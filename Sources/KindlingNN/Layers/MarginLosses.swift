public import KindlingCore

/// What losses with a margin share.
open class MarginLoss: Module {
  /// How much better what is right has to be.
  public let margin: Double
  /// What becomes of the losses of single samples.
  public let reduction: Reduction

  init(margin: Double, _ reduction: Reduction) {
    self.margin = margin
    self.reduction = reduction
  }
}

/// ``F/hingeEmbeddingLoss(_:_:margin:reduction:)`` as a module (PyTorch: `nn.HingeEmbeddingLoss`).
open class HingeEmbeddingLoss: MarginLoss, Loss {
  /// A loss that pushes apart up to `margin`.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
  }
}

/// ``F/marginRankingLoss(_:_:_:margin:reduction:)`` as a module (PyTorch: `nn.MarginRankingLoss`).
open class MarginRankingLoss: MarginLoss {
  /// A loss of pairs whose order is known.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  /// The loss of scores that `target` (1 or −1) says the order of.
  open func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
    try F.marginRankingLoss(input1, input2, target, margin: margin, reduction: reduction)
  }
  /// ``forward(_:_:_:)`` with the hooks around it.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor
  {
    try call([input1, input2, target]) { try forward($0[0], $0[1], $0[2]) }
  }
}

/// ``F/cosineEmbeddingLoss(_:_:_:margin:reduction:)`` as a module (PyTorch: `nn.CosineEmbeddingLoss`).
open class CosineEmbeddingLoss: MarginLoss {
  /// A loss of the angles between pairs.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  /// The loss of pairs that belong together (1) or not (−1).
  open func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
    try F.cosineEmbeddingLoss(input1, input2, target, margin: margin, reduction: reduction)
  }
  /// ``forward(_:_:_:)`` with the hooks around it.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor
  {
    try call([input1, input2, target]) { try forward($0[0], $0[1], $0[2]) }
  }
}

/// ``F/softMarginLoss(_:_:reduction:)`` as a module (PyTorch: `nn.SoftMarginLoss`).
open class SoftMarginLoss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// The logistic loss.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.softMarginLoss(input, target, reduction: reduction)
  }
}

/// ``F/multiMarginLoss(_:_:p:margin:weight:reduction:)`` as a module (PyTorch: `nn.MultiMarginLoss`).
open class MultiMarginLoss: MarginLoss, Loss {
  /// The power, 1 or 2.
  public let p: Int
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A hinge loss of classes.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.p = p
    _weight = Buffer(wrappedValue: weight)
    super.init(margin: margin, reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multiMarginLoss(
      input, target, p: p, margin: margin, weight: weight, reduction: reduction)
  }
}

/// ``F/multilabelMarginLoss(_:_:reduction:)`` as a module (PyTorch: `nn.MultiLabelMarginLoss`).
open class MultiLabelMarginLoss: Module, Loss {
  /// What becomes of the losses of single samples.
  public let reduction: Reduction
  /// A hinge loss of several classes a sample.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multilabelMarginLoss(input, target, reduction: reduction)
  }
}

/// ``F/multilabelSoftMarginLoss(_:_:weight:reduction:)`` as a module
/// (PyTorch: `nn.MultiLabelSoftMarginLoss`).
open class MultiLabelSoftMarginLoss: Module, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// What becomes of the losses of single samples.
  public let reduction: Reduction
  /// A cross entropy of several classes a sample.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.reduction = reduction
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multilabelSoftMarginLoss(input, target, weight: weight, reduction: reduction)
  }
}

/// ``F/tripletMarginLoss(_:_:_:margin:p:eps:swap:reduction:)`` as a module
/// (PyTorch: `nn.TripletMarginLoss`).
open class TripletMarginLoss: MarginLoss {
  /// The norm of the distance.
  public let p: Double
  /// What is added to each difference.
  public let eps: Double
  /// Whether the positive example's distance to the negative one counts too.
  public let swap: Bool
  /// A loss of an anchor, an example like it and one unlike it.
  public init(
    margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    self.p = p
    self.eps = eps
    self.swap = swap
    super.init(margin: margin, reduction)
  }
  /// The loss of triplets.
  open func forward(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
    try F.tripletMarginLoss(
      anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap, reduction: reduction)
  }
  /// ``forward(_:_:_:)`` with the hooks around it.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws
    -> Tensor
  {
    try call([anchor, positive, negative]) { try forward($0[0], $0[1], $0[2]) }
  }
}
