public import KindlingCore

/// ``F/mseLoss(_:_:weight:reduction:)`` as a module (PyTorch: `nn.MSELoss`).
open class MSELoss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// Mean squared error.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.mseLoss(input, target, reduction: reduction)
  }
}

/// ``F/l1Loss(_:_:weight:reduction:)`` as a module (PyTorch: `nn.L1Loss`).
open class L1Loss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// Mean absolute error.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.l1Loss(input, target, reduction: reduction)
  }
}

/// ``F/smoothL1Loss(_:_:reduction:beta:)`` as a module (PyTorch: `nn.SmoothL1Loss`).
open class SmoothL1Loss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// The difference at which the parabola becomes a line.
  public let beta: Double
  /// A loss that bends at `beta`.
  public init(reduction: Reduction = .mean, beta: Double = 1) {
    self.reduction = reduction
    self.beta = beta
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.smoothL1Loss(input, target, reduction: reduction, beta: beta)
  }
}

/// ``F/huberLoss(_:_:reduction:delta:)`` as a module (PyTorch: `nn.HuberLoss`).
open class HuberLoss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// The difference at which the parabola becomes a line.
  public let delta: Double
  /// A loss that bends at `delta`.
  public init(reduction: Reduction = .mean, delta: Double = 1) {
    self.reduction = reduction
    self.delta = delta
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.huberLoss(input, target, reduction: reduction, delta: delta)
  }
}

/// ``F/crossEntropy(_:_:weight:ignoreIndex:reduction:labelSmoothing:)`` as a module
/// (PyTorch: `nn.CrossEntropyLoss`).
open class CrossEntropyLoss: Module, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index that counts for nothing.
  public let ignoreIndex: Int
  /// What becomes of the losses of single samples.
  public let reduction: Reduction
  /// How much of the target is spread over all classes.
  public let labelSmoothing: Double

  /// Cross entropy of logits.
  public init(
    weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0
  ) {
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
    self.labelSmoothing = labelSmoothing
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.crossEntropy(
      input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction,
      labelSmoothing: labelSmoothing)
  }
}

/// ``F/nllLoss(_:_:weight:ignoreIndex:reduction:)`` as a module (PyTorch: `nn.NLLLoss`).
open class NLLLoss: Module, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index that counts for nothing.
  public let ignoreIndex: Int
  /// What becomes of the losses of single samples.
  public let reduction: Reduction

  /// Negative log-likelihood of log-probabilities.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
  }
}

/// ``F/binaryCrossEntropy(_:_:weight:reduction:)`` as a module (PyTorch: `nn.BCELoss`).
open class BCELoss: Module, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?
  /// What becomes of the losses of single elements.
  public let reduction: Reduction

  /// Cross entropy of probabilities.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.reduction = reduction
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
  }
}

/// ``F/binaryCrossEntropyWithLogits(_:_:weight:reduction:posWeight:)`` as a module
/// (PyTorch: `nn.BCEWithLogitsLoss`).
open class BCEWithLogitsLoss: Module, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?
  /// The weight of positive targets, by class; broadcasts.
  @Buffer public var posWeight: Tensor?
  /// What becomes of the losses of single elements.
  public let reduction: Reduction

  /// Cross entropy of logits and probabilities.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean, posWeight: Tensor? = nil) {
    _weight = Buffer(wrappedValue: weight)
    _posWeight = Buffer(wrappedValue: posWeight)
    self.reduction = reduction
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.binaryCrossEntropyWithLogits(
      input, target, weight: weight, reduction: reduction, posWeight: posWeight)
  }
}

/// ``F/klDiv(_:_:reduction:logTarget:)`` as a module (PyTorch: `nn.KLDivLoss`).
open class KLDivLoss: Module, Loss {
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// Whether targets are log-probabilities.
  public let logTarget: Bool

  /// The divergence of a target distribution from log-probabilities.
  public init(reduction: Reduction = .mean, logTarget: Bool = false) {
    self.reduction = reduction
    self.logTarget = logTarget
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.klDiv(input, target, reduction: reduction, logTarget: logTarget)
  }
}
