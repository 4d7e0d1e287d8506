public import KindlingCore

/// The mean squared error (PyTorch: `nn.MSELoss`).
open class MSELoss: Module, Loss {
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// Creates a mean squared error.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.mseLoss(input, target, reduction: reduction)
  }
}

/// The mean absolute error (PyTorch: `nn.L1Loss`).
open class L1Loss: Module, Loss {
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// Creates a mean absolute error.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.l1Loss(input, target, reduction: reduction)
  }
}

/// The smooth L1 loss, quadratic below `beta` and linear above (PyTorch: `nn.SmoothL1Loss`).
open class SmoothL1Loss: Module, Loss {
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// The difference at which the loss becomes linear.
  public let beta: Double
  /// Creates a smooth L1 loss.
  public init(reduction: Reduction = .mean, beta: Double = 1) {
    self.reduction = reduction
    self.beta = beta
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.smoothL1Loss(input, target, reduction: reduction, beta: beta)
  }
}

/// The Huber loss, quadratic below `delta` and linear above (PyTorch: `nn.HuberLoss`).
open class HuberLoss: Module, Loss {
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// The difference at which the loss becomes linear.
  public let delta: Double
  /// Creates a Huber loss.
  public init(reduction: Reduction = .mean, delta: Double = 1) {
    self.reduction = reduction
    self.delta = delta
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.huberLoss(input, target, reduction: reduction, delta: delta)
  }
}

/// The cross entropy of logits and targets (PyTorch: `nn.CrossEntropyLoss`).
///
/// See ``F/crossEntropy(_:_:weight:ignoreIndex:reduction:labelSmoothing:)``.
open class CrossEntropyLoss: Module, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index to ignore.
  public let ignoreIndex: Int
  /// The reduction to apply to the losses of the samples.
  public let reduction: Reduction
  /// The amount of label smoothing.
  public let labelSmoothing: Double

  /// Creates a cross entropy loss of logits.
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

/// The negative log-likelihood loss of class indices (PyTorch: `nn.NLLLoss`).
open class NLLLoss: Module, Loss {
  /// The weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index to ignore.
  public let ignoreIndex: Int
  /// The reduction to apply to the losses of the samples.
  public let reduction: Reduction

  /// Creates a negative log-likelihood loss of log-probabilities.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
  }
}

/// The binary cross entropy of probabilities (PyTorch: `nn.BCELoss`).
open class BCELoss: Module, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction

  /// Creates a binary cross entropy loss of probabilities.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    _weight = Buffer(wrappedValue: weight)
    self.reduction = reduction
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
  }
}

/// The binary cross entropy of logits (PyTorch: `nn.BCEWithLogitsLoss`).
///
/// See ``F/binaryCrossEntropyWithLogits(_:_:weight:reduction:posWeight:)``.
open class BCEWithLogitsLoss: Module, Loss {
  /// The weight of each element; broadcasts.
  @Buffer public var weight: Tensor?
  /// The weight of positive targets, per class; broadcasts.
  @Buffer public var posWeight: Tensor?
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction

  /// Creates a binary cross entropy loss of logits.
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

/// The Kullback-Leibler divergence loss (PyTorch: `nn.KLDivLoss`).
open class KLDivLoss: Module, Loss {
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// Whether targets are log-probabilities.
  public let logTarget: Bool

  /// Creates a loss of a target distribution and log-probabilities.
  public init(reduction: Reduction = .mean, logTarget: Bool = false) {
    self.reduction = reduction
    self.logTarget = logTarget
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.klDiv(input, target, reduction: reduction, logTarget: logTarget)
  }
}
