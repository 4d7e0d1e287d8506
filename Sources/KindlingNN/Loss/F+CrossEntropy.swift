public import KindlingCore

extension F {
  /// Computes the cross entropy of logits and targets (PyTorch: `F.cross_entropy`).
  ///
  /// - Parameters:
  ///   - input: the logits, `[C]`, `[N, C]` or `[N, C, *]`.
  ///   - target: class indices (int64) `[]`, `[N]` or `[N, *]`, or class probabilities in the shape
  ///     of `input`.
  ///   - weight: the weight of each class, `[C]`.
  ///   - ignoreIndex: a class index to ignore.
  ///   - reduction: the reduction; `.mean` divides by the sum of the targets' weights.
  ///   - labelSmoothing: the amount of label smoothing, 0 to 1.
  /// - Returns: a scalar, or one loss for each target without a reduction.
  /// - Throws: `TensorError` `.index` if a target is not a valid class, `.shape`, `.dtype` and
  ///   `.value` if the arguments do not match.
  public static func crossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100,
    reduction: Reduction = .mean, labelSmoothing: Double = 0
  ) throws -> Tensor {
    let kind = try reduction.forLoss("cross_entropy")
    try require(
      (0...1).contains(labelSmoothing), .value, "cross_entropy",
      "label_smoothing must be between 0.0 and 1.0. Got: \(labelSmoothing)")
    try require(
      input.ndim > 0, .shape, "cross_entropy", "input tensor should be 1D or more, but it is 0D")
    let classDim = input.ndim == 1 ? 0 : 1
    if target.shape == input.shape && (input.ndim > 1 || target.dtype.isFloatingPoint) {
      return try probabilities(
        input, target, weight, ignoreIndex: ignoreIndex, kind, smoothing: labelSmoothing, classDim)
    }
    let logs = try input.logSoftmax(dim: classDim)
    let nll = try nllLoss(
      logs, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
    if labelSmoothing == 0 { return nll }
    let smooth = try smoothLoss(logs, target, weight, ignoreIndex: ignoreIndex, kind, classDim)
    return try nll.scaled(by: 1 - labelSmoothing)
      .add(smooth.scaled(by: labelSmoothing / Double(input.shape[classDim])))
  }

  /// Returns the part of the loss that label smoothing spreads over all classes.
  private static func smoothLoss(
    _ logs: Tensor, _ target: Tensor, _ weight: Tensor?, ignoreIndex: Int, _ kind: LossReduction,
    _ classDim: Int
  ) throws -> Tensor {
    let spread = try weight.map { try logs.mul(alongClasses($0, logs.ndim, classDim)) } ?? logs
    let ignored = try target.eq(ignoreIndex)
    let losses = try spread.sum(dim: classDim).neg()
      .zeroed(where: ignored.view(spread.shape.removing(classDim)))
    if kind != .mean { return try losses.reduced(kind) }
    let used = try noGrad {
      let counted = try ignored.logicalNot()
      guard let weight else { return try counted.sum() }
      // An ignored target need not be a valid class.
      let labels = try Tensor.where(ignored, 0, target.to(.int64)).reshape(-1)
      return try weight.indexSelect(0, labels).mul(counted.reshape(-1)).sum()
    }
    return try losses.sum().div(used)
  }

  private static func probabilities(
    _ input: Tensor, _ target: Tensor, _ weight: Tensor?, ignoreIndex: Int, _ kind: LossReduction,
    smoothing: Double, _ classDim: Int
  ) throws -> Tensor {
    try require(
      target.dtype.isFloatingPoint, .dtype, "cross_entropy",
      "Expected floating point type for target with class probabilities, got \(got: target.dtype.scalarName); class indexes have shape \(got: input.shape.removing(classDim))"
    )
    try require(
      ignoreIndex < 0, .value, "cross_entropy",
      "ignore_index is not supported for floating point target")
    let classes = input.shape[classDim]
    if let weight, weight.shape != [classes] {
      throw TensorError(
        .shape, "cross_entropy",
        "weight tensor should be defined either for all \(expected: classes) classes or no classes but got weight tensor of shape: \(got: weight.shape)"
      )
    }
    var target = target
    if smoothing > 0 { target = try target.mul(1 - smoothing).add(smoothing / Double(classes)) }
    var products = try input.logSoftmax(dim: classDim).mul(target)
    if let weight { products = try products.mul(alongClasses(weight, input.ndim, classDim)) }
    switch kind {
    case .none: return try products.sum(dim: classDim).neg()
    case .sum: return try products.sum().neg()
    case .mean:
      let samples = classes == 0 ? 0 : input.numel / classes
      return try products.sum().neg().divided(by: Double(samples))
    }
  }

  /// Returns class weights in a shape that broadcasts along dimension `classDim`.
  private static func alongClasses(_ weight: Tensor, _ rank: Int, _ classDim: Int) throws -> Tensor
  {
    var shape = [Int](repeating: 1, count: rank)
    shape[classDim] = weight.numel
    return try weight.view(shape)
  }
}

extension Array {
  fileprivate func removing(_ index: Int) -> Self {
    var rest = self
    rest.remove(at: index)
    return rest
  }
}
