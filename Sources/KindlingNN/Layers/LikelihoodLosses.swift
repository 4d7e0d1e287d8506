public import KindlingCore

/// The Poisson negative log-likelihood loss (PyTorch: `nn.PoissonNLLLoss`).
open class PoissonNLLLoss: Module, Loss {
  /// Whether the input is the logarithm of the rate.
  public let logInput: Bool
  /// Whether to add Stirling's approximation.
  public let full: Bool
  /// A value added inside the logarithm.
  public let eps: Double
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// Creates a Poisson negative log-likelihood loss.
  public init(
    logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean
  ) {
    self.logInput = logInput
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.poissonNLLLoss(
      input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
  }
}

/// The Gaussian negative log-likelihood loss (PyTorch: `nn.GaussianNLLLoss`).
open class GaussianNLLLoss: Module {
  /// Whether to add the constant term.
  public let full: Bool
  /// The lower bound of the variance.
  public let eps: Double
  /// The reduction to apply to the element-wise losses.
  public let reduction: Reduction
  /// Creates a Gaussian negative log-likelihood loss.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }
  /// Returns the loss of `target` under normal distributions of mean `input`.
  open func forward(_ input: Tensor, _ target: Tensor, _ variance: Tensor) throws -> Tensor {
    try F.gaussianNLLLoss(input, target, variance, full: full, eps: eps, reduction: reduction)
  }
  /// Returns the result of ``forward(_:_:_:)`` and runs the hooks.
  public func callAsFunction(_ input: Tensor, _ target: Tensor, _ variance: Tensor) throws -> Tensor
  {
    try call([input, target, variance]) { try forward($0[0], $0[1], $0[2]) }
  }
}

/// The connectionist temporal classification loss (PyTorch: `nn.CTCLoss`).
open class CTCLoss: Module {
  /// The blank label.
  public let blank: Int
  /// The reduction to apply to the losses of the sequences.
  public let reduction: Reduction
  /// Whether to replace infinite losses by 0.
  public let zeroInfinity: Bool
  /// Creates a CTC loss.
  public init(blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false) {
    self.blank = blank
    self.reduction = reduction
    self.zeroInfinity = zeroInfinity
  }
  /// Returns the loss of label sequences.
  open func forward(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor
  ) throws -> Tensor {
    try F.ctcLoss(
      logProbs, targets, inputLengths, targetLengths, blank: blank, reduction: reduction,
      zeroInfinity: zeroInfinity)
  }
  /// Returns the result of ``forward(_:_:_:_:)`` and runs the hooks.
  public func callAsFunction(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor
  ) throws -> Tensor {
    try call([logProbs, targets, inputLengths, targetLengths]) {
      try forward($0[0], $0[1], $0[2], $0[3])
    }
  }
  /// Returns the loss of label sequences with lengths given as integers.
  public func callAsFunction(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: [Int], _ targetLengths: [Int]
  ) throws -> Tensor {
    try self(logProbs, targets, Tensor(inputLengths), Tensor(targetLengths))
  }
}

/// The cosine similarity of vectors (PyTorch: `nn.CosineSimilarity`).
open class CosineSimilarity: Module, Loss {
  /// The dimension of the vectors.
  public let dim: Int
  /// The lower bound of the norms.
  public let eps: Double
  /// Creates a cosine similarity along `dim`.
  public init(dim: Int = 1, eps: Double = 1e-8) {
    self.dim = dim
    self.eps = eps
  }
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try F.cosineSimilarity(x1, x2, dim: dim, eps: eps)
  }
}

/// The p-norm of the difference of vectors (PyTorch: `nn.PairwiseDistance`).
open class PairwiseDistance: Module, Loss {
  /// The `p` of the norm.
  public let norm: Double
  /// A value added to each difference.
  public let eps: Double
  /// Whether to keep the last dimension, with size 1.
  public let keepdim: Bool
  /// Creates a p-norm distance.
  public init(p: Double = 2, eps: Double = 1e-6, keepdim: Bool = false) {
    norm = p
    self.eps = eps
    self.keepdim = keepdim
  }
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try F.pairwiseDistance(x1, x2, p: norm, eps: eps, keepdim: keepdim)
  }
}
