public import KindlingCore

extension F {
  /// Normalizes over the last dimensions, whose sizes are `normalizedShape`
  /// (PyTorch: `F.layer_norm`).
  ///
  /// `eps` is added to the variance for numerical stability.
  ///
  /// - Shape: `x` `[*] + normalizedShape`; `weight` and `bias` have shape `normalizedShape`.
  /// - Throws: `TensorError` `.shape` and `.dtype` if the tensors do not match.
  public static func layerNorm(
    _ x: Tensor, _ normalizedShape: [Int], weight: Tensor? = nil, bias: Tensor? = nil,
    eps: Double = 1e-5
  ) throws -> Tensor {
    try x.nativeLayerNorm(normalizedShape, weight, bias, eps: eps).output
  }

  /// Normalizes groups of channels of each sample (PyTorch: `F.group_norm`).
  ///
  /// `numGroups` must divide the number of channels. `eps` is added to the variance for numerical
  /// stability.
  ///
  /// - Shape: `x` `[N, C, *]`; `weight` and `bias` `[C]`.
  /// - Throws: `TensorError` `.shape`, `.value` and `.dtype` if the arguments do not match.
  public static func groupNorm(
    _ x: Tensor, _ numGroups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
  ) throws -> Tensor {
    try require(
      x.ndim >= 2, .shape, "group_norm",
      "Expected at least 2 dimensions for input tensor but received \(x.ndim)")
    try require(
      x.shape[1] > 0, .shape, "group_norm",
      "Expected number of channels to be greater than 0, got 0")
    let places = x.shape.dropFirst(2).reduce(1, &*)
    try require(
      places > 0, .shape, "group_norm", "Expected HxW to be greater than 0, got \(got: places)")
    // PyTorch's count: the groups of all samples, by the elements of a group.
    let size = [x.shape[0] &* x.shape[1] / max(numGroups, 1), numGroups] + x.shape.dropFirst(2)
    if numGroups > 0, size[0] == 1, places == 1 {
      throw TensorError(
        .value, "group_norm",
        "Expected more than 1 value per channel when training, got input size \(got: size)")
    }
    return try x.nativeGroupNorm(
      weight, bias, x.shape[0], x.shape[1], places, numGroups: numGroups, eps: eps
    ).output
  }

  /// Divides by the root mean square over the last dimensions (PyTorch: `F.rms_norm`).
  ///
  /// These dimensions have the sizes `normalizedShape`. `eps` defaults to the machine epsilon of
  /// the dtype.
  public static func rmsNorm(
    _ x: Tensor, _ normalizedShape: [Int], weight: Tensor? = nil, eps: Double? = nil
  ) throws -> Tensor {
    try x.checkNormalized("rms_norm", normalizedShape, weight, nil)
    try require(
      x.dtype.isFloatingPoint, .dtype, "rms_norm",
      "expected a floating point input, but got \(got: x.dtype.scalarName); convert it with to(.float32)"
    )
    let type = x.dtype.computeType, dims = Array((x.ndim - normalizedShape.count)..<x.ndim)
    // 16-bit floats are computed in float32, so its epsilon applies.
    let least = eps ?? (type == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
    let wide = try x.to(type)
    let rstd = try wide.pow(2).mean(dims: dims, keepdim: true).add(least).rsqrt()
    let y = try wide.mul(rstd)
    return try (weight.map { try y.mul($0) } ?? y).to(x.dtype).contiguous()
  }

  /// Divides by the p-norm along `dim` (PyTorch: `F.normalize`).
  ///
  /// Norms smaller than `eps` are replaced by `eps`.
  public static func normalize(
    _ x: Tensor, p: Double = 2, dim: Int = 1, eps: Double = 1e-12
  ) throws -> Tensor {
    try x.div(x.norm(p: p, dim: dim, keepdim: true).clamp(min: eps).expand(x.shape))
  }

  /// Normalizes over neighbouring channels (PyTorch: `F.local_response_norm`).
  ///
  /// Each element is divided by `(k + alpha · mean of squares)^beta`, over `size` neighbouring
  /// channels.
  ///
  /// - Shape: `[N, C, *]` with at least one spatial dimension.
  public static func localResponseNorm(
    _ x: Tensor, _ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
  ) throws -> Tensor {
    try require(
      x.ndim >= 3, .shape, "local_response_norm",
      "Expected 3D or higher dimensionality input (got \(got: x.ndim) dimensions)")
    try require(
      size > 0, .value, "local_response_norm", "size must be greater than 0, but got \(got: size)")
    if x.numel == 0 { return x }
    // The mean over `size` neighbours, with zero padding at the ends. Integers stay integers.
    let channels = x.shape[1], squares = try x.mul(x)
    let places = [Int](repeating: 0, count: 2 * (x.ndim - 2))
    // A window of twice the number of channels always covers all of them.
    let reach = min(size, 2 * channels)
    let wide = try pad(squares, places + [reach / 2, (reach - 1) / 2])
    var sum = try wide.narrow(1, 0, channels)
    for shift in 1..<max(reach, 2) where shift < reach {
      sum = try sum.add(wide.narrow(1, shift, channels))
    }
    let mean =
      x.dtype.isFloatingPoint ? try sum.div(size) : try sum.div(size, rounding: .trunc)
    return try x.div(mean.mul(alpha).add(k).pow(beta))
  }
}
