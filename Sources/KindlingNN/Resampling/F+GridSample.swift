public import KindlingCore

extension F {
  /// Samples the input at the locations given by `grid` (PyTorch: `F.grid_sample`).
  ///
  /// Grid coordinates range from −1 to 1 and begin with the last dimension. With `alignCorners`, −1
  /// and 1 refer to the centres of the outermost elements, otherwise to their edges. `mode` is the
  /// interpolation, and `paddingMode` determines the values outside the input.
  ///
  /// - Shape: `x` `[N, C, H, W]`, `grid` `[N, H′, W′, 2]` → `[N, C, H′, W′]`; likewise with depth
  ///   and three coordinates.
  public static func gridSample(
    _ x: Tensor, _ grid: Tensor, mode: GridMode = .bilinear, paddingMode: GridPadding = .zeros,
    alignCorners: Bool? = nil
  ) throws -> Tensor {
    try x.gridSample(
      grid, mode: mode, paddingMode: paddingMode,
      alignCorners: alignCorners ?? cornersByDefault())
  }

  /// Returns false, and warns that `alignCorners` was not given.
  private static func cornersByDefault() throws -> Bool {
    try Warnings.warn(
      .user, "",
      "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details."
    )
    return false
  }

  /// Returns the sampling grid of an affine map, for
  /// ``gridSample(_:_:mode:paddingMode:alignCorners:)`` (PyTorch: `F.affine_grid`).
  ///
  /// `theta` is `[N, 2, 3]`, or `[N, 3, 4]` with depth; `size` is the output size: `[N, C, H, W]`
  /// or `[N, C, D, H, W]`.
  public static func affineGrid(
    _ theta: Tensor, _ size: [Int], alignCorners: Bool? = nil
  ) throws -> Tensor {
    try theta.affineGrid(size, alignCorners: alignCorners ?? cornersByDefault())
  }
}
