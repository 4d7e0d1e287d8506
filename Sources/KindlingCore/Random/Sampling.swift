/// Sampling with given probabilities.
extension Tensor {
  /// Fills this tensor with 1 with probability `p`, else 0 (PyTorch: `Tensor.bernoulli_`).
  ///
  /// - Throws: ``TensorError`` `.value` unless 0 ≤ `p` ≤ 1.
  @discardableResult
  public func bernoulli_(_ p: Double = 0.5, generator: Generator? = nil) throws -> Tensor {
    try require(
      p >= 0 && p <= 1, .value, "bernoulli_", "expects p to be in [0, 1], but got p=\(got: p)")
    return try fillRandom("bernoulli_", "BernoulliBackward2", .bernoulli(p), generator)
  }

  /// Fills this tensor with 1 with the probabilities `p`, which broadcast
  /// (PyTorch: `Tensor.bernoulli_`).
  @discardableResult
  public func bernoulli_(_ p: Tensor, generator: Generator? = nil) throws -> Tensor {
    try inPlace("bernoulli_", [p]) { x, destination in
      let out = destination.alias()
      try out.drawBernoulli("bernoulli_", p.detach().expand(out.shape), generator)
      return try out.recorded(
        "BernoulliBackward1", Input(x, pullback: Tensor.zeroGradient),
        Input(p, pullback: Tensor.zeroGradient))
    }
  }

  /// Samples 1 with the probability in each element, else 0 (PyTorch: `torch.bernoulli`).
  public func bernoulli(generator: Generator? = nil) throws -> Tensor {
    let out = try Tensor(like: self, dtype, .contiguous, "bernoulli")
    try out.drawBernoulli("bernoulli", detach(), generator)
    return try out.recorded("BernoulliBackward0", Input(self, pullback: Tensor.zeroGradient))
  }

  /// Samples a tensor like this one: 1 with probability `p`, else 0 (PyTorch: `Tensor.bernoulli`).
  public func bernoulli(_ p: Double, generator: Generator? = nil) throws -> Tensor {
    try Tensor(like: self, dtype, .contiguous, "bernoulli").bernoulli_(p, generator: generator)
      .withoutDerivative("bernoulli", [self])
  }

  private func drawBernoulli(_ operation: String, _ p: Tensor, _ generator: Generator?) throws {
    try p.requireFloat(operation)
    if let bad = try p.toArray(as: Double.self).first(where: { !(0...1).contains($0) }) {
      throw TensorError(.value, operation, "expects p to be in [0, 1], but got p=\(got: bad)")
    }
    // Samples are drawn in memory order, so the dimensions are put in that order first.
    let order = shape.indices.sorted { (strides[$0], -$0) > (strides[$1], -$1) }
    let (out, p) = (permuted(order), p.permuted(order))
    let type: DType = p.dtype == .float64 ? .float64 : .float32
    let draws = try Tensor(uninitialized: out.shape, type, on: backend, operation)
    try backend.random(.uniform(from: 0, to: 1), generator ?? .default, into: draws)
    try backend.binary(.lt, draws, p, 0, dtype: type, into: out)
  }

  private func permuted(_ order: [Int]) -> Tensor {
    alias(shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, offset: storageOffset)
  }

  /// Creates the dropout factors: 0 with probability `p`, else 1 / (1 − p).
  ///
  /// They have this tensor's shape and dtype, a float.
  package func dropoutNoise(_ p: Double) throws -> Tensor {
    let noise = try Tensor(uninitializedLike: self, dtype)
    if p == 1 { return try noise.fill_(0) }
    try backend.random(.bernoulli(1 - p), .default, into: noise)
    return try noise.div_(1 - p)
  }

  // MARK: Multinomial

  /// Samples indices in proportion to the weights in each row (PyTorch: `torch.multinomial`).
  ///
  /// - Shape: `[K]` → `[numSamples]`, `[N, K]` → `[N, numSamples]`, int64.
  /// - Throws: ``TensorError`` if a weight is negative or not finite, a row sums to zero, or there
  ///   are fewer weights than samples without replacement.
  public func multinomial(
    _ numSamples: Int, replacement: Bool = false, generator: Generator? = nil
  ) throws -> Tensor {
    func fail(_ kind: TensorError.Kind, _ message: ErrorMessage) -> TensorError {
      TensorError(kind, "multinomial", message)
    }
    guard dtype.isFloatingPoint else {
      throw fail(.dtype, "only supports floating-point dtypes for input, got: \(got: dtype)")
    }
    guard ndim == 1 || ndim == 2 else {
      throw fail(.shape, "prob_dist must be 1 or 2 dim, but its shape is \(shape)")
    }
    guard numSamples > 0 else {
      throw fail(.value, "cannot sample n_sample <= 0 samples, got \(got: numSamples)")
    }
    let categories = shape[ndim - 1], rows = ndim == 2 ? shape[0] : 1
    guard replacement || numSamples <= categories else {
      throw fail(
        .value,
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement: \(numSamples) > \(categories)"
      )
    }
    guard categories > 0 || rows == 0 else {
      throw fail(.shape, "there is no category to sample from in shape \(shape)")
    }
    let result = ndim == 2 ? [rows, numSamples] : [numSamples]
    let weights = try hostElements(as: Double.self, "multinomial")
    try weights.withElements { weights in
      for row in 0..<rows {
        var total = 0.0
        for weight in weights[row * categories..<(row + 1) * categories] {
          guard weight >= 0 && weight.isFinite else {
            throw fail(
              .value, "probability tensor contains either `inf`, `nan` or element < 0: \(weight)")
          }
          total += weight
        }
        guard total > 0 else {
          throw fail(.value, "invalid multinomial distribution (sum of probabilities <= 0)")
        }
      }
    }
    guard replacement && numSamples > 1 else {
      // The indices of the largest weight / exponential are a sample without replacement.
      return try noGrad {
        let q = try Tensor(uninitializedLike: self, dtype).exponential_(generator: generator)
        try backend.binary(.div, self, q, 0, dtype: dtype.computeType, into: q)
        return try q.topk(numSamples).indices.contiguous()
      }
    }
    let chosen = try HostBuffer<Int>(
      count: Layout.checkedCount(result, .int64, "multinomial"), "multinomial")
    chosen.withElements { chosen in
      weights.withElements { weights in
        for row in 0..<rows {
          Multinomial.draw(
            UnsafeMutableBufferPointer(
              rebasing: chosen[row * numSamples..<(row + 1) * numSamples]),
            UnsafeMutableBufferPointer(
              rebasing: weights[row * categories..<(row + 1) * categories]),
            dtype, generator ?? .default)
        }
      }
    }
    return try chosen.tensor(shape: result, device: device)
  }
}
