/// Random tensors, sampled from `generator` or the default generator, with the same numbers as
/// PyTorch.
extension Tensor {
  /// Samples uniformly from [0, 1) (PyTorch: `torch.rand`).
  ///
  /// - Throws: ``TensorError`` `.dtype` unless `dtype` is a float type.
  public static func rand(
    _ shape: [Int], generator: Generator? = nil, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype ?? .default, on: device.backend, "rand")
    try result.requireFloat("rand")
    return try result.drawn(.uniform(from: 0, to: 1), generator, requiresGrad)
  }

  /// Samples uniformly from [0, 1) (PyTorch: `torch.rand`).
  public static func rand(
    _ shape: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try rand(
      shape, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Samples uniformly from [0, 1), with the shape and by default the dtype of `other`
  /// (PyTorch: `torch.rand_like`).
  public static func rand(
    like other: Tensor, generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try empty(like: other, dtype: dtype, device: device)
    try result.requireFloat("rand")
    return try result.drawn(.uniform(from: 0, to: 1), generator, requiresGrad)
  }

  /// Samples the standard normal distribution (PyTorch: `torch.randn`).
  ///
  /// - Throws: ``TensorError`` `.dtype` unless `dtype` is a float type.
  public static func randn(
    _ shape: [Int], generator: Generator? = nil, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype ?? .default, on: device.backend, "randn")
    try result.requireFloat("randn", emptily: true)
    return try result.drawn(.normal(mean: 0, std: 1), generator, requiresGrad)
  }

  /// Samples the standard normal distribution (PyTorch: `torch.randn`).
  public static func randn(
    _ shape: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try randn(
      shape, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Samples the standard normal distribution, with the shape and by default the dtype of `other`
  /// (PyTorch: `torch.randn_like`).
  public static func randn(
    like other: Tensor, generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try empty(like: other, dtype: dtype, device: device)
    try result.requireFloat("randn", emptily: true)
    return try result.drawn(.normal(mean: 0, std: 1), generator, requiresGrad)
  }

  /// Samples integers from `low` up to, but not including, `high` (PyTorch: `torch.randint`).
  ///
  /// - Throws: ``TensorError`` `.value` unless `low < high` and both fit `dtype`.
  public static func randint(
    _ low: Int, _ high: Int, _ shape: [Int], generator: Generator? = nil, dtype: DType = .int64,
    device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype, on: device.backend, "randint")
    return try result.drawn(
      result.integerRange("randint", low, high), generator, requiresGrad)
  }

  /// Samples integers from 0 up to, but not including, `high` (PyTorch: `torch.randint`).
  public static func randint(
    _ high: Int, _ shape: [Int], generator: Generator? = nil, dtype: DType = .int64,
    device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try randint(
      0, high, shape, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad
    )
  }

  /// Samples integers from `low` up to, but not including, `high`, with the shape and by default
  /// the dtype of `other` (PyTorch: `torch.randint_like`).
  public static func randint(
    like other: Tensor, _ low: Int, _ high: Int, generator: Generator? = nil, dtype: DType? = nil,
    device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try empty(like: other, dtype: dtype, device: device)
    return try result.drawn(result.integerRange("randint", low, high), generator, requiresGrad)
  }

  /// Returns a random permutation of the integers from 0 to `n` − 1 (PyTorch: `torch.randperm`).
  ///
  /// - Throws: ``TensorError`` `.value` if `n` is negative or `dtype` cannot hold all of them.
  public static func randperm(
    _ n: Int, generator: Generator? = nil, dtype: DType = .int64, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try require(n >= 0, .value, "randperm", "n must be non-negative, but got \(got: n)")
    try require(
      dtype != .bool && n <= dtype.integerLimits.upperBound, .value, "randperm",
      dtype == .bool
        ? "not implemented for bool"
        : "n cannot be greater than \(expected: dtype.integerLimits.upperBound) for dtype \(expected: dtype), but got \(got: n)"
    )
    let order = try Tensor(uninitialized: [n], .int64, on: device.backend, "randperm")
    try order.backend.randperm(generator ?? .default, into: order)
    let result = dtype == .int64 ? order : try order.to(dtype)
    return requiresGrad ? try result.requiresGrad_() : result
  }

  /// Samples a normal distribution with mean `mean` and standard deviation `std`
  /// (PyTorch: `torch.normal`).
  public static func normal(
    _ mean: Double, _ std: Double, _ shape: [Int], generator: Generator? = nil, dtype: DType? = nil,
    device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype ?? .default, on: device.backend, "normal")
    try result.requireFloat("normal", emptily: true)
    try Tensor.checkDeviation("normal", std)
    return try result.drawn(.normal(mean: mean, std: std), generator, requiresGrad)
  }

  /// Samples one normal number for each element of `mean`, with standard deviation `std`
  /// (PyTorch: `torch.normal`).
  ///
  /// The gradient of `mean` is zero, as in PyTorch: samples are not reparameterized.
  public static func normal(
    _ mean: Tensor, _ std: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try mean.requireFloat("normal", emptily: true)
    try checkDeviation("normal", std)
    let result = try Tensor(like: mean, mean.dtype, .contiguous, "normal")
      .drawn(.normal(mean: 0, std: std), generator, false)
    _ = try noGrad { try result.add_(mean) }
    return try result.recorded("NormalBackward1", Input(mean, pullback: zeroGradient))
  }

  /// Samples one normal number with mean `mean` for each element of `std`
  /// (PyTorch: `torch.normal`).
  public static func normal(
    _ mean: Double, _ std: Tensor, generator: Generator? = nil
  ) throws -> Tensor {
    try std.checkDeviations()
    let result = try Tensor(like: std, std.dtype, .contiguous, "normal")
      .drawn(.normal(mean: 0, std: 1), generator, false)
    _ = try noGrad { try result.mul_(std).add_(Tensor.wrapped(mean, like: result)) }
    return try result.recorded("NormalBackward2", Input(std, pullback: zeroGradient))
  }

  /// Samples one normal number for each mean and standard deviation, with broadcasting
  /// (PyTorch: `torch.normal`).
  public static func normal(
    _ mean: Tensor, _ std: Tensor, generator: Generator? = nil
  ) throws -> Tensor {
    try mean.requireFloat("normal", emptily: true)
    try std.checkDeviations()
    let (mean, std) = try onOneDevice("normal", mean, std)
    let shape = try Layout.broadcast(mean.shape, std.shape, "normal")
    let result = try Tensor(uninitialized: shape, mean.dtype, on: mean.backend, "normal")
      .drawn(.normal(mean: 0, std: 1), generator, false)
    _ = try noGrad { try result.mul_(std).add_(mean) }
    return try result.recorded(
      "NormalBackward3", Input(mean, pullback: zeroGradient), Input(std, pullback: zeroGradient))
  }

  /// Fills this new tensor with samples.
  private func drawn(
    _ distribution: Distribution, _ generator: Generator?, _ requiresGrad: Bool
  ) throws -> Tensor {
    try backend.random(distribution, generator ?? .default, into: self)
    return requiresGrad ? try requiresGrad_() : self
  }

  private func checkDeviations() throws {
    try requireFloat("normal", emptily: true)
    let lowest = try noGrad { try detach().toArray(as: Double.self) }.first { !($0 >= 0) }
    if let lowest {
      throw TensorError(
        .value, "normal", "expects all elements of std >= 0.0, but found \(lowest)")
    }
  }
}
