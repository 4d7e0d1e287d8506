public import KindlingCore

/// Margin losses: the correct score should exceed the others by a margin.
extension F {
  /// Computes `max(0, −target · (input1 − input2) + margin)` (PyTorch: `F.margin_ranking_loss`).
  ///
  /// `target` is 1 if `input1` should rank higher, −1 if `input2` should.
  public static func marginRankingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0,
    reduction: Reduction = .mean
  ) throws -> Tensor {
    let name = "margin_ranking_loss", kind = try reduction.forLoss(name)
    try require(
      input1.ndim == input2.ndim && input1.ndim == target.ndim, .shape, name,
      "All input tensors should have same dimension but got sizes: input1: \(got: input1.shape), input2: \(got: input2.shape), target: \(got: target.shape)"
    )
    return try target.neg().mul(input1.sub(input2)).add(margin).clampMin(0).reduced(kind)
  }

  /// Computes `x` for a target of 1, `max(0, margin − x)` for −1
  /// (PyTorch: `F.hinge_embedding_loss`).
  public static func hingeEmbeddingLoss(
    _ input: Tensor, _ target: Tensor, margin: Double = 1, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("hinge_embedding_loss")
    let apart = try Tensor.where(target.ne(1), input.rsub(margin).clampMin(0), 0)
    return try apart.add(Tensor.where(target.ne(-1), input, 0)).reduced(kind)
  }

  /// Computes `log(1 + exp(−target · x))` for targets of 1 or −1 (PyTorch: `F.soft_margin_loss`).
  public static func softMarginLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("soft_margin_loss")
    return try input.softMarginLoss(target, kind)
  }

  /// Computes the cosine embedding loss (PyTorch: `F.cosine_embedding_loss`).
  ///
  /// It is `1 − cos` for similar pairs (target 1), `max(0, cos − margin)` for dissimilar ones (−1).
  /// - Shape: inputs `[N, D]` and target `[N]`, or `[D]` and `[]`.
  public static func cosineEmbeddingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0,
    reduction: Reduction = .mean
  ) throws -> Tensor {
    let name = "cosine_embedding_loss", kind = try reduction.forLoss(name), rank = target.ndim
    try require(
      rank <= 1, .shape, name, "0D or 1D target tensor expected, multi-target not supported")
    try require(
      input1.ndim == rank + 1 && input2.ndim == rank + 1, .shape, name,
      "\(rank)D target tensor expects \(rank + 1)D input tensors, but found inputs with sizes \(input1.shape) and \(input2.shape)."
    )
    func squares(_ x: Tensor) throws -> Tensor { try x.mul(x).sum(dim: rank).add(1e-12) }
    let product = try input1.mul(input2).sum(dim: rank)
    let cosine = try product.div(squares(input1).mul(squares(input2)).sqrt())
    let together = try Tensor.where(target.eq(1), cosine.rsub(1), 0)
    let apart = try Tensor.where(target.eq(-1), cosine.sub(margin).clampMin(0), 0)
    return try together.add(apart).reduced(kind)
  }

  /// Computes the multi-class margin loss (PyTorch: `F.multi_margin_loss`).
  ///
  /// Each other class `i` adds `max(0, margin − x[target] + x[i])` to the power `p`, divided by the
  /// number of classes. `weight` has one number for each class.
  /// - Shape: `input` `[N, C]` or `[C]`; `target` `[N]` or `[]`, int64.
  public static func multiMarginLoss(
    _ input: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil,
    reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("multi_margin_loss")
    return try input.multiMarginLoss(target, p: p, margin: margin, weight: weight, kind)
  }

  /// Computes the multi-label margin loss (PyTorch: `F.multilabel_margin_loss`).
  ///
  /// Each pair of a target class `j` and another class `i` adds `max(0, 1 − x[j] + x[i])`, divided
  /// by the number of classes. `target` lists the classes of the sample up to the first −1; int64.
  /// - Shape: `[N, C]` or `[C]`, both.
  public static func multilabelMarginLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("multilabel_margin_loss")
    return try input.multilabelMarginLoss(target, kind)
  }

  /// Computes the mean over classes of the binary cross entropy of logits
  /// (PyTorch: `F.multilabel_soft_margin_loss`).
  ///
  /// `weight` has one number for each class and broadcasts.
  public static func multilabelSoftMarginLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("multilabel_soft_margin_loss")
    let classes = try require(
      input.shape.last, .shape, "multilabel_soft_margin_loss",
      "the input needs a dimension of classes")
    var losses = try target.mul(logsigmoid(input))
      .add(target.rsub(1).mul(logsigmoid(input.neg()))).neg()
    if let weight { losses = try losses.mul(weight) }
    return try losses.sum(dim: input.ndim - 1).div(classes).reduced(kind)
  }

  // MARK: Triplets

  /// Computes `max(0, d(anchor, positive) − d(anchor, negative) + margin)`
  /// (PyTorch: `F.triplet_margin_loss`).
  ///
  /// `d` is the `p`-norm of the difference, to which `eps` is added. With `swap` the distance
  /// between positive and negative replaces that of the anchor to the negative, if it is smaller.
  public static func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2,
    eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean
  ) throws -> Tensor {
    try triplets(
      "triplet_margin_loss", anchor, positive, negative, margin: margin, swap: swap, reduction
    ) {
      try pairwiseDistance($0, $1, p: p, eps: eps)
    }
  }

  /// Computes the triplet margin loss with any distance function
  /// (PyTorch: `F.triplet_margin_with_distance_loss`).
  ///
  /// See ``tripletMarginLoss(_:_:_:margin:p:eps:swap:reduction:)``. `distanceFunction` defaults to
  /// ``pairwiseDistance(_:_:p:eps:keepdim:)``.
  public static func tripletMarginWithDistanceLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor,
    distanceFunction: ((Tensor, Tensor) throws -> Tensor)? = nil, margin: Double = 1,
    swap: Bool = false, reduction: Reduction = .mean
  ) throws -> Tensor {
    try triplets(
      "triplet_margin_with_distance_loss", anchor, positive, negative, margin: margin, swap: swap,
      reduction, distance: distanceFunction ?? { try pairwiseDistance($0, $1) })
  }

  private static func triplets(
    _ name: String, _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double,
    swap: Bool, _ reduction: Reduction, distance: (Tensor, Tensor) throws -> Tensor
  ) throws -> Tensor {
    let kind = try reduction.forLoss(name)
    try require(margin > 0, .value, name, "margin must be greater than 0, got \(got: margin)")
    try require(
      anchor.ndim == positive.ndim && anchor.ndim == negative.ndim, .shape, name,
      "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor \(got: anchor.ndim)D, positive \(got: positive.ndim)D, and negative \(got: negative.ndim)D inputs"
    )
    let near = try distance(anchor, positive)
    var far = try distance(anchor, negative)
    if swap { far = try far.minimum(distance(positive, negative)) }
    return try near.add(margin).sub(far).clampMin(0).reduced(kind)
  }
}
