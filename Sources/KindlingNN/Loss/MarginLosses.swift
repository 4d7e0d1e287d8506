public import KindlingCore

/// The base class of the margin losses.
open class MarginLoss: ReducedLoss {
  /// The margin.
  public let margin: Double

  init(margin: Double, _ reduction: Reduction) {
    self.margin = margin
    super.init(reduction: reduction)
  }

  static func described<L: MarginLoss>(_ make: @escaping (Reduction, Double) -> L) -> LayerForm {
    LayerForm(
      L.self, "loss", .reduction, .init("margin", \.margin, .hidden),
      make: make)
  }
}

/// The hinge embedding loss (PyTorch: `nn.HingeEmbeddingLoss`).
open class HingeEmbeddingLoss: MarginLoss, Loss {
  /// Creates a hinge embedding loss.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
  }

  override class var form: LayerForm? {
    described { HingeEmbeddingLoss(margin: $1, reduction: $0) }
  }
}

/// The margin ranking loss (PyTorch: `nn.MarginRankingLoss`).
open class MarginRankingLoss: MarginLoss {
  /// Creates a margin ranking loss.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  /// Returns the loss of two scores whose order `target` (1 or −1) gives.
  open func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
    try F.marginRankingLoss(input1, input2, target, margin: margin, reduction: reduction)
  }
  /// Returns the result of ``forward(_:_:_:)`` and runs the hooks.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor
  {
    try call([input1, input2, target]) { try forward($0[0], $0[1], $0[2]) }
  }

  override class var form: LayerForm? { described { MarginRankingLoss(margin: $1, reduction: $0) } }
}

/// The cosine embedding loss (PyTorch: `nn.CosineEmbeddingLoss`).
open class CosineEmbeddingLoss: MarginLoss {
  /// Creates a cosine embedding loss.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    super.init(margin: margin, reduction)
  }
  /// Returns the loss of similar (1) or dissimilar (−1) pairs.
  open func forward(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor {
    try F.cosineEmbeddingLoss(input1, input2, target, margin: margin, reduction: reduction)
  }
  /// Returns the result of ``forward(_:_:_:)`` and runs the hooks.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) throws -> Tensor
  {
    try call([input1, input2, target]) { try forward($0[0], $0[1], $0[2]) }
  }

  override class var form: LayerForm? {
    described { CosineEmbeddingLoss(margin: $1, reduction: $0) }
  }
}

/// The logistic loss of targets of 1 and −1 (PyTorch: `nn.SoftMarginLoss`).
open class SoftMarginLoss: ReducedLoss, Loss {
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.softMarginLoss(input, target, reduction: reduction)
  }

  override class var form: LayerForm? { described { SoftMarginLoss(reduction: $0) } }
}

/// The multi-class margin loss (PyTorch: `nn.MultiMarginLoss`).
open class MultiMarginLoss: MarginLoss, Loss {
  /// The exponent, 1 or 2.
  public let p: Int
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// Creates a multi-class margin loss.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.p = p
    _weight = Buffer(wrappedValue: weight)
    super.init(margin: margin, reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multiMarginLoss(
      input, target, p: p, margin: margin, weight: weight, reduction: reduction)
  }

  override class var form: LayerForm? {
    LayerForm(
      MultiMarginLoss.self, "loss", .reduction, .init("p", \.p, .hidden),
      .init("margin", \.margin, .hidden), .buffer("weight", \.weight)
    ) { MultiMarginLoss(p: $1, margin: $2, weight: $3, reduction: $0) }
  }
}

/// The multi-label margin loss (PyTorch: `nn.MultiLabelMarginLoss`).
open class MultiLabelMarginLoss: ReducedLoss, Loss {
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multilabelMarginLoss(input, target, reduction: reduction)
  }

  override class var form: LayerForm? { described { MultiLabelMarginLoss(reduction: $0) } }
}

/// The multi-label binary cross entropy of logits (PyTorch: `nn.MultiLabelSoftMarginLoss`).
open class MultiLabelSoftMarginLoss: ReducedLoss, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// Creates a multi-label cross entropy loss.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    super.init(reduction: reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.multilabelSoftMarginLoss(input, target, weight: weight, reduction: reduction)
  }

  override class var form: LayerForm? {
    LayerForm(MultiLabelSoftMarginLoss.self, "loss", .buffer("weight", \.weight), .reduction) {
      MultiLabelSoftMarginLoss(weight: $0, reduction: $1)
    }
  }
}

/// The triplet margin loss (PyTorch: `nn.TripletMarginLoss`).
///
/// See ``F/tripletMarginLoss(_:_:_:margin:p:eps:swap:reduction:)``.
open class TripletMarginLoss: MarginLoss {
  /// The `p` of the norm.
  public let p: Double
  /// A value added to each difference.
  public let eps: Double
  /// Whether to use the distance of positive to negative if it is smaller than that of the anchor.
  public let swap: Bool
  /// Creates a triplet margin loss.
  public init(
    margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    self.p = p
    self.eps = eps
    self.swap = swap
    super.init(margin: margin, reduction)
  }
  /// Returns the loss of triplets.
  open func forward(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws -> Tensor {
    try F.tripletMarginLoss(
      anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap, reduction: reduction)
  }
  /// Returns the result of ``forward(_:_:_:)`` and runs the hooks.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) throws
    -> Tensor
  {
    try call([anchor, positive, negative]) { try forward($0[0], $0[1], $0[2]) }
  }

  override class var form: LayerForm? {
    LayerForm(
      TripletMarginLoss.self, "loss", .reduction, .init("margin", \.margin, .hidden),
      .init("p", \.p, .hidden), .init("eps", \.eps, .hidden), .init("swap", \.swap, .hidden)
    ) { TripletMarginLoss(margin: $1, p: $2, eps: $3, swap: $4, reduction: $0) }
  }
}
