public import KindlingCore

/// An approximate softmax over many classes, in clusters of decreasing frequency
/// (PyTorch: `nn.AdaptiveLogSoftmaxWithLoss`).
///
/// The head has the first `cutoffs[0]` classes and one entry for each cluster of the tail. The
/// projection size shrinks by `divValue` from cluster to cluster.
///
/// - Throws: on use, `TensorError` if an argument of the initializer was invalid.
/// - Source: Grave et al., *Efficient softmax approximation for GPUs*, arXiv:1609.04309.
open class AdaptiveLogSoftmaxWithLoss: Module {
  /// The number of input features.
  public let inFeatures: Int
  /// The number of classes.
  public let nClasses: Int
  /// The end of each cluster; the last one is `nClasses`.
  public let cutoffs: [Int]
  /// The factor between the sizes of successive clusters.
  public let divValue: Double
  /// Whether the head has a bias.
  public let headBias: Bool
  /// The linear map to the shortlist and the clusters.
  public let head: Linear
  /// The two linear maps of each cluster.
  public let tail: ModuleList

  /// Creates a layer with parameters drawn from the default generator.
  ///
  /// `cutoffs` are strictly increasing integers from 1 to `nClasses - 1`.
  public init(
    _ inFeatures: Int, _ nClasses: Int, cutoffs: [Int], divValue: Double = 4,
    headBias: Bool = false, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.inFeatures = inFeatures
    self.nClasses = nClasses
    self.divValue = divValue
    self.headBias = headBias
    self.cutoffs = cutoffs + [nClasses]
    let problem = AdaptiveLogSoftmaxWithLoss.flaw(inFeatures, nClasses, cutoffs, divValue)
    let ends = problem == nil ? cutoffs + [nClasses] : []
    let clusters = max(ends.count - 1, 0)
    head = Linear(
      inFeatures, (ends.first ?? 0) + clusters, bias: headBias, dtype: dtype, device: device)
    let features = Double(inFeatures)
    var divisor = 1.0
    tail = ModuleList(
      (0..<clusters).map { i in
        divisor *= divValue
        let rest = features.truncatingRemainder(dividingBy: divisor)
        let hidden = Int(((features - rest) / divisor).rounded())
        return Sequential(
          Linear(inFeatures, hidden, bias: false, dtype: dtype, device: device),
          Linear(hidden, ends[i + 1] - ends[i], bias: false, dtype: dtype, device: device))
      })
    super.init()
    initializationError = problem
  }

  private static func flaw(
    _ inFeatures: Int, _ nClasses: Int, _ cutoffs: [Int], _ divValue: Double
  ) -> TensorError? {
    func error(_ message: ErrorMessage) -> TensorError {
      TensorError(.value, "AdaptiveLogSoftmaxWithLoss", message)
    }
    guard let first = cutoffs.first, let last = cutoffs.last else {
      return error("cutoffs should be a sequence of length larger than 0")
    }
    guard first > 0, last < nClasses, zip(cutoffs, cutoffs.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      return error(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and nClasses-1, got \(got: cutoffs) for \(got: nClasses) classes"
      )
    }
    guard inFeatures >= 0, divValue >= 1, divValue.isFinite else {
      return error(
        "expected inFeatures >= 0 and a finite divValue >= 1, got \(got: inFeatures) and \(got: PrintedNumber.shortest(divValue))"
      )
    }
    return nil
  }

  private var shortlistSize: Int { cutoffs[0] }

  /// Reinitializes all parameters (PyTorch: `reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    for module in modules() { if let linear = module as? Linear { try linear.resetParameters() } }
  }

  /// Computes the log-probability of each target, and the mean of its negative as the loss.
  ///
  /// - Shape: input `[N, inFeatures]` or `[inFeatures]`, target `[N]` or `[]` → output like the
  ///   target.
  /// - Throws: `TensorError` for other shapes and for a target that is not a valid class.
  open func forward(_ input: Tensor, _ target: Tensor) throws -> (output: Tensor, loss: Tensor) {
    try checkInitialization()
    try checkShapes(input, target)
    let isBatched = target.ndim > 0
    let x = isBatched ? input : try input.unsqueeze(0)
    let labels = isBatched ? target : try target.unsqueeze(0)
    let count = labels.shape[0]
    var output = try Tensor.zeros([count], dtype: x.dtype, device: x.device)
    var places = try Tensor.zeros(like: labels)
    var found = 0
    for (i, end) in cutoffs.enumerated() {
      let start = i == 0 ? 0 : cutoffs[i - 1]
      let isHere = try labels.ge(start).logicalAnd(labels.lt(end))
      let rows = try isHere.nonzero().reshape(-1)
      if rows.numel == 0 { continue }
      found += rows.numel
      let own = try labels.indexSelect(0, rows)
      if i == 0 {
        places = try places.indexCopy(0, rows, own)
        continue
      }
      let scores = try F.logSoftmax(cluster(i - 1, x.indexSelect(0, rows)), dim: 1)
      let local = try scores.gather(1, own.sub(start).unsqueeze(1)).squeeze(1)
      places = try places.indexFill(0, rows, shortlistSize + i - 1)
      output = try output.indexCopy(0, rows, local)
    }
    guard found == count else {
      throw TensorError(
        .value, "AdaptiveLogSoftmaxWithLoss",
        "target values should be in [0, \(nClasses - 1)], but values in range [\(try labels.min().item()), \(try labels.max().item())] were found"
      )
    }
    let scores = try F.logSoftmax(head(x), dim: 1)
    output = try output + scores.gather(1, places.unsqueeze(1)).squeeze(1)
    let loss = try (-output).mean()
    return (isBatched ? output : try output.squeeze(0), loss)
  }

  /// Returns the result of ``forward(_:_:)`` and runs the hooks.
  public func callAsFunction(
    _ input: Tensor, _ target: Tensor
  ) throws -> (output: Tensor, loss: Tensor) {
    var loss: Tensor?
    let output = try call([input, target]) { inputs in
      let result = try forward(inputs[0], inputs[1])
      loss = result.loss
      return result.output
    }
    return (output, try loss ?? (-output).mean())
  }

  private func checkShapes(_ input: Tensor, _ target: Tensor) throws {
    func refuse(_ message: ErrorMessage) -> TensorError {
      TensorError(.shape, "AdaptiveLogSoftmaxWithLoss", message)
    }
    guard target.ndim <= 1 else {
      throw refuse("0D or 1D target tensor expected, multi-target not supported")
    }
    guard input.ndim == target.ndim + 1 else {
      throw refuse(
        "a \(target.ndim)D target tensor expects \(target.ndim + 1)D input tensors, but found inputs with size \(input.shape)"
      )
    }
    guard target.ndim == 0 || input.shape[0] == target.shape[0] else {
      throw refuse(
        "input and target should have the same size in the batch dimension, got \(got: input.shape[0]) and \(got: target.shape[0])"
      )
    }
    try require(
      target.dtype == .int64, .dtype, "AdaptiveLogSoftmaxWithLoss",
      "expected an int64 target, got \(got: target.dtype)")
  }

  private func cluster(_ i: Int, _ x: Tensor) throws -> Tensor {
    try tail[i, as: Sequential.self](x)
  }

  /// Returns the log-probabilities of all classes (PyTorch: `log_prob`).
  ///
  /// - Shape: `[N, inFeatures]` → `[N, nClasses]`.
  open func logProb(_ input: Tensor) throws -> Tensor {
    try checkInitialization()
    let scores = try F.logSoftmax(head(input), dim: 1)
    let parts = try (0..<tail.count).map { i in
      try F.logSoftmax(cluster(i, input), dim: 1) + scores.narrow(1, shortlistSize + i, 1)
    }
    return try Tensor.cat([scores.narrow(1, 0, shortlistSize)] + parts, dim: 1)
  }

  /// Returns the most probable class of each sample (PyTorch: `predict`).
  ///
  /// If the best entry of the head is a class of the shortlist, it is the prediction.
  /// - Shape: `[N, inFeatures]` → `[N]`.
  open func predict(_ input: Tensor) throws -> Tensor {
    try checkInitialization()
    let best = try head(input).argmax(dim: 1)
    let isOutside = try best.ge(shortlistSize)
    if try !isOutside.any().item(as: Bool.self) { return best }
    return try Tensor.where(isOutside, logProb(input).argmax(dim: 1), best)
  }
}
