public import KindlingCore

extension F {
  /// Resizes the input to a given size or by a given factor (PyTorch: `F.interpolate`).
  ///
  /// - Parameters:
  ///   - x: `[N, C, *]` with 1 to 3 spatial dimensions.
  ///   - size: the output size, one number for all spatial dimensions or one for each.
  ///   - scaleFactor: the ratio of output size to input size, instead of `size`.
  ///   - mode: the interpolation algorithm.
  ///   - alignCorners: whether corner elements keep their positions; for linear and cubic modes
  ///     only.
  ///   - recomputeScaleFactor: whether to use the ratio of the sizes instead of `scaleFactor`.
  ///   - antialias: whether to antialias when the size shrinks; for `.bilinear` and `.bicubic`
  ///     only.
  /// - Returns: the resized input; batch and channels are those of `x`.
  /// - Throws: `TensorError` if neither or both of size and factor are given, or the mode does not
  ///   support the rank.
  public static func interpolate(
    _ x: Tensor, size: [Int]? = nil, scaleFactor: [Double]? = nil, mode: UpsampleMode = .nearest,
    alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil, antialias: Bool = false
  ) throws -> Tensor {
    let name = "interpolate", rank = x.ndim - 2
    try require(
      mode.isSmooth || alignCorners == nil, .value, name,
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
    )
    try require(
      (1...3).contains(rank), .shape, name,
      "Input Error: Only 3D, 4D and 5D input Tensors supported (got \(got: x.ndim)D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got \(got: mode.rawValue))"
    )
    try require(
      mode.ranks.contains(rank), .shape, name,
      "Got \(x.ndim)D input, but \(mode.rawValue) mode needs \(mode.ranks.lowerBound + 2)D input")
    if antialias, mode != .bilinear && mode != .bicubic || rank != 2 {
      throw TensorError(
        .value, name,
        "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input"
      )
    }
    let input = Array(x.shape.suffix(rank))
    var factors: [Double]?
    let output: [Int]
    switch (size, scaleFactor) {
    case (nil, nil):
      throw TensorError(.value, name, "either size or scale_factor should be defined")
    case (.some, .some):
      throw TensorError(.value, name, "only one of size or scale_factor should be defined")
    case (let size?, nil):
      try require(
        recomputeScaleFactor != true, .value, name,
        "recompute_scale_factor is not meaningful with an explicit size.")
      output = try spread(size, input, "output size")
    case (nil, let given?):
      let scales = try spread(given, input, "scale factor")
      output = try zip(input, scales).map { size, scale in
        let product = (Double(size) * scale).rounded(.down)
        guard scale > 0, let whole = Int(exactly: product) else {
          throw TensorError(
            .value, name, "a scale factor of \(scale) makes no size of \(size)")
        }
        return whole
      }
      factors = recomputeScaleFactor == true ? nil : scales
    }
    if mode == .area {
      // PyTorch leaves the check to the pooling.
      return try adaptiveAveragePool(rank, x, output)
    }
    return try x.upsampled(
      output, factors: factors, mode: mode, alignCorners: alignCorners ?? false,
      antialias: antialias)
  }

  /// Resizes the input to one size for all spatial dimensions.
  ///
  /// See ``interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
  public static func interpolate(
    _ x: Tensor, size: Int, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    antialias: Bool = false
  ) throws -> Tensor {
    try interpolate(
      x, size: [size], mode: mode, alignCorners: alignCorners, antialias: antialias)
  }

  /// Resizes the input by one factor for all spatial dimensions.
  ///
  /// See ``interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
  public static func interpolate<S: TensorScalar>(
    _ x: Tensor, scaleFactor: S, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool? = nil, antialias: Bool = false
  ) throws -> Tensor {
    try interpolate(
      x, scaleFactor: [scaleFactor.scalar.doubleValue], mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor, antialias: antialias)
  }

  private static func spread<T>(_ values: [T], _ sizes: [Int], _ label: String) throws -> [T] {
    if values.count == sizes.count { return values }
    if values.count == 1 { return sizes.map { _ in values[0] } }
    throw TensorError(
      .shape, "interpolate",
      "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of \(got: sizes) and \(label) of \(got: values). Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
    )
  }

  /// Resizes to an explicit size with explicit factors, like PyTorch's kernels.
  ///
  /// A factor of 0 means the ratio of the sizes.
  package static func upsampled(
    _ x: Tensor, _ size: [Int], factors: [Double], mode: UpsampleMode, alignCorners: Bool,
    antialias: Bool
  ) throws -> Tensor {
    try require(
      x.ndim == size.count + 2 && factors.count == size.count, .shape, "interpolate",
      "sizes \(size) and factors \(factors) do not fit shape \(x.shape)")
    let ratios = zip(zip(size, x.shape.suffix(size.count)), factors).map { sizes, factor in
      factor > 0 ? factor : Double(sizes.0) / Double(max(sizes.1, 1))
    }
    return try x.upsampled(
      size, factors: ratios, mode: mode, alignCorners: alignCorners, antialias: antialias)
  }
}
