public import KindlingCore

/// ``F/poissonNLLLoss(_:_:logInput:full:eps:reduction:)`` as a module (PyTorch: `nn.PoissonNLLLoss`).
open class PoissonNLLLoss: Module, Loss {
  /// Whether the input is the logarithm of the rate.
  public let logInput: Bool
  /// Whether Stirling's term is added.
  public let full: Bool
  /// What is added inside the logarithm.
  public let eps: Double
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// A loss of counts.
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

/// ``F/gaussianNLLLoss(_:_:_:full:eps:reduction:)`` as a module (PyTorch: `nn.GaussianNLLLoss`).
open class GaussianNLLLoss: Module {
  /// Whether the constant term is added.
  public let full: Bool
  /// What smaller variances count as.
  public let eps: Double
  /// What becomes of the losses of single elements.
  public let reduction: Reduction
  /// A loss of means and variances.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }
  /// The loss of targets under normal distributions.
  open func forward(_ input: Tensor, _ target: Tensor, _ variance: Tensor) throws -> Tensor {
    try F.gaussianNLLLoss(input, target, variance, full: full, eps: eps, reduction: reduction)
  }
  /// ``forward(_:_:_:)`` with the hooks around it.
  public func callAsFunction(_ input: Tensor, _ target: Tensor, _ variance: Tensor) throws -> Tensor
  {
    try call([input, target, variance]) { try forward($0[0], $0[1], $0[2]) }
  }
}

/// ``F/ctcLoss(_:_:_:_:blank:reduction:zeroInfinity:)`` as a module (PyTorch: `nn.CTCLoss`).
open class CTCLoss: Module {
  /// The label between labels.
  public let blank: Int
  /// What becomes of the losses of single sequences.
  public let reduction: Reduction
  /// Whether infinite losses count as 0.
  public let zeroInfinity: Bool
  /// A loss of sequences whose alignment is not known.
  public init(blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false) {
    self.blank = blank
    self.reduction = reduction
    self.zeroInfinity = zeroInfinity
  }
  /// The loss of label sequences.
  open func forward(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor
  ) throws -> Tensor {
    try F.ctcLoss(
      logProbs, targets, inputLengths, targetLengths, blank: blank, reduction: reduction,
      zeroInfinity: zeroInfinity)
  }
  /// ``forward(_:_:_:_:)`` with the hooks around it.
  public func callAsFunction(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor
  ) throws -> Tensor {
    try call([logProbs, targets, inputLengths, targetLengths]) {
      try forward($0[0], $0[1], $0[2], $0[3])
    }
  }
  /// The loss of label sequences whose lengths are given as numbers.
  public func callAsFunction(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: [Int], _ targetLengths: [Int]
  ) throws -> Tensor {
    try self(logProbs, targets, Tensor(inputLengths), Tensor(targetLengths))
  }
}

/// ``F/cosineSimilarity(_:_:dim:eps:)`` as a module (PyTorch: `nn.CosineSimilarity`).
open class CosineSimilarity: Module, Loss {
  /// The dimension of the vectors.
  public let dim: Int
  /// What smaller norms count as.
  public let eps: Double
  /// The cosine along `dim`.
  public init(dim: Int = 1, eps: Double = 1e-8) {
    self.dim = dim
    self.eps = eps
  }
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try F.cosineSimilarity(x1, x2, dim: dim, eps: eps)
  }
}

/// ``F/pairwiseDistance(_:_:p:eps:keepdim:)`` as a module (PyTorch: `nn.PairwiseDistance`).
open class PairwiseDistance: Module, Loss {
  /// The norm.
  public let norm: Double
  /// What is added to each difference.
  public let eps: Double
  /// Whether the last dimension stays, with size 1.
  public let keepdim: Bool
  /// The p-norm of differences.
  public init(p: Double = 2, eps: Double = 1e-6, keepdim: Bool = false) {
    norm = p
    self.eps = eps
    self.keepdim = keepdim
  }
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try F.pairwiseDistance(x1, x2, p: norm, eps: eps, keepdim: keepdim)
  }
}
