public import KindlingCore

extension F {
  /// Extracts sliding blocks of the input as columns (PyTorch: `F.unfold`).
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]` → `[N, C · kernel, blocks]`.
  /// - Throws: `TensorError` if an argument is invalid or no block fits.
  public static func unfold(
    _ x: Tensor, _ kernelSize: some Extents, dilation: some Extents = 1,
    padding: some Extents = 0, stride: some Extents = 1
  ) throws -> Tensor {
    try require(
      (x.ndim == 3 || x.ndim == 4) && !x.shape.suffix(3).contains(0), .shape, "unfold",
      "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: \(got: x.shape)"
    )
    let blocks = try SlidingBlocks(
      "unfold", image: Array(x.shape.suffix(2)), kernel: kernelSize.extents,
      dilation: dilation.extents, padding: padding.extents, stride: stride.extents)
    return x.ndim == 4
      ? try blocks.columns(of: x) : try blocks.columns(of: x.unsqueeze(0)).squeeze(0)
  }

  /// Sums overlapping blocks, the columns of `x`, to an image (PyTorch: `F.fold`).
  ///
  /// - Shape: `[N, C · kernel, blocks]` or `[C · kernel, blocks]` → `[N, C, H, W]`.
  /// - Throws: `TensorError` if an argument is invalid or the sizes do not match.
  public static func fold(
    _ x: Tensor, _ outputSize: some Extents, _ kernelSize: some Extents,
    dilation: some Extents = 1, padding: some Extents = 0, stride: some Extents = 1
  ) throws -> Tensor {
    try require(
      x.ndim == 2 || x.ndim == 3, .shape, "fold",
      "Expected 2D or 3D (batch mode) tensor for input, but got: \(got: x.shape)")
    let blocks = try SlidingBlocks(
      "fold", image: outputSize.extents, kernel: kernelSize.extents, dilation: dilation.extents,
      padding: padding.extents, stride: stride.extents)
    return x.ndim == 3 ? try blocks.images(of: x) : try blocks.images(of: x.unsqueeze(0)).squeeze(0)
  }
}
