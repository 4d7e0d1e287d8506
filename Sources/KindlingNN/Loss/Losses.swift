public import KindlingCore

/// The base class of the losses with a reduction.
open class ReducedLoss: Module {
  /// The reduction to apply to the losses of the elements, samples or sequences.
  public let reduction: Reduction

  /// Creates a loss with a reduction.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  static func described<L: ReducedLoss>(_ make: @escaping (Reduction) -> L) -> LayerForm {
    LayerForm(L.self, "loss", .reduction, make: make)
  }
}

extension LayerAttribute where L: ReducedLoss, V == Reduction {
  static var reduction: Self { .init("reduction", \.reduction, .hidden) }
}

/// The mean squared error (PyTorch: `nn.MSELoss`).
open class MSELoss: ReducedLoss, Loss {
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.mseLoss(input, target, reduction: reduction)
  }

  override class var form: LayerForm? { described { MSELoss(reduction: $0) } }
}

/// The mean absolute error (PyTorch: `nn.L1Loss`).
open class L1Loss: ReducedLoss, Loss {
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.l1Loss(input, target, reduction: reduction)
  }

  override class var form: LayerForm? { described { L1Loss(reduction: $0) } }
}

/// The smooth L1 loss, quadratic below `beta` and linear above (PyTorch: `nn.SmoothL1Loss`).
open class SmoothL1Loss: ReducedLoss, Loss {
  /// The difference at which the loss becomes linear.
  public let beta: Double
  /// Creates a smooth L1 loss.
  public init(reduction: Reduction = .mean, beta: Double = 1) {
    self.beta = beta
    super.init(reduction: reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.smoothL1Loss(input, target, reduction: reduction, beta: beta)
  }

  override class var form: LayerForm? {
    LayerForm(SmoothL1Loss.self, "loss", .reduction, .init("beta", \.beta, .hidden)) {
      SmoothL1Loss(reduction: $0, beta: $1)
    }
  }
}

/// The Huber loss, quadratic below `delta` and linear above (PyTorch: `nn.HuberLoss`).
open class HuberLoss: ReducedLoss, Loss {
  /// The difference at which the loss becomes linear.
  public let delta: Double
  /// Creates a Huber loss.
  public init(reduction: Reduction = .mean, delta: Double = 1) {
    self.delta = delta
    super.init(reduction: reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.huberLoss(input, target, reduction: reduction, delta: delta)
  }

  override class var form: LayerForm? {
    LayerForm(HuberLoss.self, "loss", .reduction, .init("delta", \.delta, .hidden)) {
      HuberLoss(reduction: $0, delta: $1)
    }
  }
}

/// The cross entropy of logits and targets (PyTorch: `nn.CrossEntropyLoss`).
///
/// See ``F/crossEntropy(_:_:weight:ignoreIndex:reduction:labelSmoothing:)``.
open class CrossEntropyLoss: ReducedLoss, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index to ignore.
  public let ignoreIndex: Int
  /// The amount of label smoothing.
  public let labelSmoothing: Double

  /// Creates a cross entropy loss of logits.
  public init(
    weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0
  ) {
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    self.labelSmoothing = labelSmoothing
    super.init(reduction: reduction)
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.crossEntropy(
      input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction,
      labelSmoothing: labelSmoothing)
  }

  override class var form: LayerForm? {
    LayerForm(
      CrossEntropyLoss.self, "loss", .buffer("weight", \.weight), .reduction,
      .init("ignore_index", \.ignoreIndex, .hidden),
      .init("label_smoothing", \.labelSmoothing, .hidden).ifMissing(0)
    ) { CrossEntropyLoss(weight: $0, ignoreIndex: $2, reduction: $1, labelSmoothing: $3) }
  }
}

/// The negative log-likelihood loss of class indices (PyTorch: `nn.NLLLoss`).
open class NLLLoss: ReducedLoss, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index to ignore.
  public let ignoreIndex: Int

  /// Creates a negative log-likelihood loss of log-probabilities.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    super.init(reduction: reduction)
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
  }

  override class var form: LayerForm? {
    LayerForm(
      NLLLoss.self, "loss", .buffer("weight", \.weight), .reduction,
      .init("ignore_index", \.ignoreIndex, .hidden)
    ) { NLLLoss(weight: $0, ignoreIndex: $2, reduction: $1) }
  }
}

/// The binary cross entropy of probabilities (PyTorch: `nn.BCELoss`).
open class BCELoss: ReducedLoss, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?

  /// Creates a binary cross entropy loss of probabilities.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    super.init(reduction: reduction)
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
  }

  override class var form: LayerForm? {
    LayerForm(BCELoss.self, "loss", .buffer("weight", \.weight), .reduction) {
      BCELoss(weight: $0, reduction: $1)
    }
  }
}

/// The binary cross entropy of logits (PyTorch: `nn.BCEWithLogitsLoss`).
///
/// See ``F/binaryCrossEntropyWithLogits(_:_:weight:reduction:posWeight:)``.
open class BCEWithLogitsLoss: ReducedLoss, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?
  /// The weight of positive targets, per class; broadcasts.
  @Buffer public var posWeight: Tensor?

  /// Creates a binary cross entropy loss of logits.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean, posWeight: Tensor? = nil) {
    _weight = Buffer(wrappedValue: weight)
    _posWeight = Buffer(wrappedValue: posWeight)
    super.init(reduction: reduction)
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.binaryCrossEntropyWithLogits(
      input, target, weight: weight, reduction: reduction, posWeight: posWeight)
  }

  override class var form: LayerForm? {
    LayerForm(
      BCEWithLogitsLoss.self, "loss", .buffer("weight", \.weight), .reduction,
      .buffer("pos_weight", \.posWeight)
    ) { BCEWithLogitsLoss(weight: $0, reduction: $1, posWeight: $2) }
  }
}

/// The Kullback-Leibler divergence loss (PyTorch: `nn.KLDivLoss`).
open class KLDivLoss: ReducedLoss, Loss {
  /// Whether targets are log-probabilities.
  public let logTarget: Bool

  /// Creates a loss of a target distribution and log-probabilities.
  public init(reduction: Reduction = .mean, logTarget: Bool = false) {
    self.logTarget = logTarget
    super.init(reduction: reduction)
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.klDiv(input, target, reduction: reduction, logTarget: logTarget)
  }

  override class var form: LayerForm? {
    LayerForm(KLDivLoss.self, "loss", .reduction, .init("log_target", \.logTarget, .hidden)) {
      KLDivLoss(reduction: $0, logTarget: $1)
    }
  }
}
