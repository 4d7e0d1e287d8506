public import KindlingCore

extension F {
  /// The `normType`-norm of each window of a signal (PyTorch: `F.lp_pool1d`).
  ///
  /// `stride` is `kernelSize` where it is nil. The gradient where all elements of a window are zero is
  /// not defined, as in PyTorch.
  public static func lpPool1d(
    _ x: Tensor, normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(1, x, normType, [kernelSize], stride.map { [$0] }, ceilMode)
  }

  /// The `normType`-norm of each window of an image (PyTorch: `F.lp_pool2d`).
  public static func lpPool2d(
    _ x: Tensor, normType: Double, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(2, x, normType, kernelSize.extents, stride?.extents, ceilMode)
  }

  /// The `normType`-norm of each window of a volume (PyTorch: `F.lp_pool3d`).
  public static func lpPool3d(
    _ x: Tensor, normType: Double, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    ceilMode: Bool = false
  ) throws -> Tensor {
    try lpPool(3, x, normType, kernelSize.extents, stride?.extents, ceilMode)
  }

  static func lpPool(
    _ rank: Int, _ x: Tensor, _ norm: Double, _ kernel: [Int], _ stride: [Int]?, _ ceilMode: Bool
  ) throws -> Tensor {
    guard norm != 0 else {
      throw TensorError(
        .value, "lp_pool\(rank)d", "norm_type must be a non-zero value, but got \(norm)")
    }
    let means = try averagePool(rank, x.pow(norm), kernel, stride, [0], ceilMode, true, nil)
    // Checked by the pooling before.
    let size = kernel.count == 1 ? pow(kernel[0], rank) : kernel.reduce(1, &*)
    return try means.sign().mul(means.abs().relu()).mul(size).pow(1 / norm)
  }

  private static func pow(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product &* base }
  }
}
