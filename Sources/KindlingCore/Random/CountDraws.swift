/// Random counts, sampled in row-major order.
extension Tensor {
  /// Samples Poisson distributions whose rates are the elements of this tensor
  /// (PyTorch: `torch.poisson`).
  ///
  /// The gradient is zero.
  ///
  /// - Throws: ``TensorError`` for integers and bools, and if a rate is negative or NaN.
  public func poisson(generator: Generator? = nil) throws -> Tensor {
    try require(
      dtype.isFloatingPoint, .dtype, "poisson",
      "\"poisson_cpu\" not implemented for '\(dtype.scalarName)'")
    let rates = try toArray(as: Double.self)
    if let bad = rates.first(where: { !($0 >= 0) }) {
      throw TensorError(
        .value, "poisson", "invalid Poisson rate, expected rate to be non-negative, got \(got: bad)"
      )
    }
    let draws = (generator ?? .default).withEngine { engine in rates.map { engine.poisson($0) } }
    return try Tensor(draws, shape: shape, dtype: dtype, device: device).recorded(
      "PoissonBackward0", Input(self, pullback: Tensor.zeroGradient))
  }

  /// Samples the number of successes in `count` trials of probability `prob`, with broadcasting
  /// (PyTorch: `torch.binomial`).
  ///
  /// The operation is not differentiable: the backward pass throws.
  ///
  /// - Throws: ``TensorError`` unless both are float32 or both float64.
  public static func binomial(
    _ count: Tensor, _ prob: Tensor, generator: Generator? = nil
  ) throws -> Tensor {
    try require(
      count.dtype == .float32 || count.dtype == .float64, .dtype, "binomial",
      "binomial only supports float32 and float64 for count, got \(got: count.dtype)")
    try require(
      prob.dtype == count.dtype, .dtype, "binomial",
      "Found dtype \(prob.dtype) of prob but expected \(count.dtype)")
    let (n, p) = try onOneDevice("binomial", count, prob)
    let shape = try Layout.broadcast(n.shape, p.shape, "binomial")
    let generator = generator ?? .default
    func draws<T: TensorScalar & BinaryFloatingPoint>(
      _ type: T.Type, _ draw: (inout MersenneTwister, T, T) -> T
    ) throws -> Tensor {
      let (counts, probabilities) = try noGrad {
        (try n.expand(shape).toArray(as: T.self), try p.expand(shape).toArray(as: T.self))
      }
      let drawn = generator.withEngine { engine in
        zip(counts, probabilities).map { draw(&engine, $0, $1) }
      }
      return try Tensor(drawn, shape: shape, dtype: T.dtype, device: count.device)
    }
    let result =
      count.dtype == .float64
      ? try draws(Double.self) { $0.binomial($1, $2) }
      : try draws(Float.self) { $0.binomial($1, $2) }
    return try result.withoutDerivative("binomial", [count, prob])
  }
}
