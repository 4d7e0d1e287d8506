public import KindlingCore

extension F {
  /// Applies 1-D power-average pooling over an input signal (PyTorch: `F.lp_pool1d`).
  ///
  /// The output is the `normType`-norm of each window. `stride` defaults to `kernelSize`. As in
  /// PyTorch, the gradient is undefined if all elements of a window are zero.
  public static func lpPool1d(
    _ x: Tensor, normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(1, x, normType, [kernelSize], stride: stride.map { [$0] }, ceilMode: ceilMode)
  }

  /// Applies 2-D power-average pooling over an input image (PyTorch: `F.lp_pool2d`).
  public static func lpPool2d(
    _ x: Tensor, normType: Double, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(
      2, x, normType, kernelSize.extents, stride: stride?.extents, ceilMode: ceilMode)
  }

  /// Applies 3-D power-average pooling over an input volume (PyTorch: `F.lp_pool3d`).
  public static func lpPool3d(
    _ x: Tensor, normType: Double, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(
      3, x, normType, kernelSize.extents, stride: stride?.extents, ceilMode: ceilMode)
  }

  static func lpPool(
    _ rank: Int, _ x: Tensor, _ norm: Double, _ kernel: [Int], stride: [Int]?, ceilMode: Bool
  ) throws -> Tensor {
    try require(
      norm != 0, .value, "lp_pool\(rank)d",
      "norm_type must be a non-zero value, but got \(got: norm)")
    let means = try averagePool(rank, x.pow(norm), kernel, stride: stride, ceilMode: ceilMode)
    // The pooling before has checked the sizes.
    let size = kernel.count == 1 ? pow(kernel[0], rank) : kernel.reduce(1, &*)
    return try means.sign().mul(means.abs().relu()).mul(size).pow(1 / norm)
  }

  private static func pow(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product &* base }
  }
}
