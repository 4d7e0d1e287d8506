public import KindlingCore

/// The Poisson negative log-likelihood loss (PyTorch: `nn.PoissonNLLLoss`).
open class PoissonNLLLoss: ReducedLoss, Loss {
  /// Whether the input is the logarithm of the rate.
  public let logInput: Bool
  /// Whether to add Stirling's approximation.
  public let full: Bool
  /// A value added inside the logarithm.
  public let eps: Double
  /// Creates a Poisson negative log-likelihood loss.
  public init(
    logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean
  ) {
    self.logInput = logInput
    self.full = full
    self.eps = eps
    super.init(reduction: reduction)
  }
  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try F.poissonNLLLoss(
      input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
  }

  override class var form: LayerForm? {
    LayerForm(
      PoissonNLLLoss.self, "loss", .reduction, .init("log_input", \.logInput, .hidden),
      .init("full", \.full, .hidden), .init("eps", \.eps, .hidden)
    ) { PoissonNLLLoss(logInput: $1, full: $2, eps: $3, reduction: $0) }
  }
}

/// The Gaussian negative log-likelihood loss (PyTorch: `nn.GaussianNLLLoss`).
open class GaussianNLLLoss: ReducedLoss {
  /// Whether to add the constant term.
  public let full: Bool
  /// The lower bound of the variance.
  public let eps: Double
  /// Creates a Gaussian negative log-likelihood loss.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    self.full = full
    self.eps = eps
    super.init(reduction: reduction)
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

  override class var form: LayerForm? {
    LayerForm(
      GaussianNLLLoss.self, "loss", .reduction, .init("full", \.full, .hidden),
      .init("eps", \.eps, .hidden)
    ) { GaussianNLLLoss(full: $1, eps: $2, reduction: $0) }
  }
}

/// The connectionist temporal classification loss (PyTorch: `nn.CTCLoss`).
open class CTCLoss: ReducedLoss {
  /// The blank label.
  public let blank: Int
  /// Whether to replace infinite losses by 0.
  public let zeroInfinity: Bool
  /// Creates a CTC loss.
  public init(blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false) {
    self.blank = blank
    self.zeroInfinity = zeroInfinity
    super.init(reduction: reduction)
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

  override class var form: LayerForm? {
    LayerForm(
      CTCLoss.self, "loss", .reduction, .init("blank", \.blank, .hidden),
      .init("zero_infinity", \.zeroInfinity, .hidden).ifMissing(false)
    ) { CTCLoss(blank: $1, reduction: $0, zeroInfinity: $2) }
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

  override class var form: LayerForm? {
    LayerForm(
      CosineSimilarity.self, "distance", .init("dim", \.dim, .hidden), .init("eps", \.eps, .hidden)
    ) { CosineSimilarity(dim: $0, eps: $1) }
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

  override class var form: LayerForm? {
    LayerForm(
      PairwiseDistance.self, "distance", .init("norm", \.norm, .hidden),
      .init("eps", \.eps, .hidden), .init("keepdim", \.keepdim, .hidden)
    ) { PairwiseDistance(p: $0, eps: $1, keepdim: $2) }
  }
}
