public import KindlingCore

extension F {
  /// Applies a 1-D convolution over an input signal (PyTorch: `F.conv1d`).
  ///
  /// - Shape: `[N, Cin, L]` or `[Cin, L]`, and `[Cout, Cin / groups, K]` → `[N, Cout, L']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func conv1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1
  ) throws -> Tensor {
    try convolution(
      1, x, weight, bias, stride: stride.extents, padding: padding.padding,
      dilation: dilation.extents, groups: groups)
  }

  /// Applies a 2-D convolution over an input image (PyTorch: `F.conv2d`).
  ///
  /// - Shape: `[N, Cin, H, W]` or `[Cin, H, W]`, and `[Cout, Cin / groups, kH, kW]` →
  ///   `[N, Cout, H', W']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func conv2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1
  ) throws -> Tensor {
    try convolution(
      2, x, weight, bias, stride: stride.extents, padding: padding.padding,
      dilation: dilation.extents, groups: groups)
  }

  /// Applies a 3-D convolution over an input volume (PyTorch: `F.conv3d`).
  ///
  /// - Shape: `[N, Cin, D, H, W]` or `[Cin, D, H, W]`, and `[Cout, Cin / groups, kD, kH, kW]` →
  ///   `[N, Cout, D', H', W']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func conv3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1
  ) throws -> Tensor {
    try convolution(
      3, x, weight, bias, stride: stride.extents, padding: padding.padding,
      dilation: dilation.extents, groups: groups)
  }

  static func convolution(
    _ rank: Int, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int],
    padding: PaddingAmount, dilation: [Int], groups: Int
  ) throws -> Tensor {
    let operation = "conv\(rank)d"
    return try batched(operation, rank, x, weight) { x in
      let arguments = try ConvolutionArguments(
        operation, x, weight, bias, stride: stride, dilation: dilation, groups: groups,
        transposed: false)
      let (before, behind) =
        switch padding {
        case .keepingSize: try arguments.samePadding()
        case .nothing: try same(arguments.checked([0], "padding", least: 0))
        case .extents(let sizes): try same(arguments.checked(sizes, "padding", least: 0))
        }
      return try x.convolved(weight, bias, arguments.forward(before, behind))
    }
  }

  private static func same(_ sizes: [Int]) -> (before: [Int], behind: [Int]) { (sizes, sizes) }

  // MARK: Transposed

  /// Applies a 1-D transposed convolution over an input signal (PyTorch: `F.conv_transpose1d`).
  ///
  /// - Shape: `[N, Cin, L]` or `[Cin, L]`, and `[Cin, Cout / groups, K]` → `[N, Cout, L']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func convTranspose1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some Extents = 0, outputPadding: some Extents = 0, groups: Int = 1,
    dilation: some Extents = 1
  ) throws -> Tensor {
    try transposed(
      1, x, weight, bias, stride: stride.extents, padding: padding.extents,
      outputPadding: outputPadding.extents, groups: groups, dilation: dilation.extents)
  }

  /// Applies a 2-D transposed convolution over an input image (PyTorch: `F.conv_transpose2d`).
  ///
  /// - Shape: `[N, Cin, H, W]` or `[Cin, H, W]`, and `[Cin, Cout / groups, kH, kW]` →
  ///   `[N, Cout, H', W']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func convTranspose2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some Extents = 0, outputPadding: some Extents = 0, groups: Int = 1,
    dilation: some Extents = 1
  ) throws -> Tensor {
    try transposed(
      2, x, weight, bias, stride: stride.extents, padding: padding.extents,
      outputPadding: outputPadding.extents, groups: groups, dilation: dilation.extents)
  }

  /// Applies a 3-D transposed convolution over an input volume (PyTorch: `F.conv_transpose3d`).
  ///
  /// - Shape: `[N, Cin, D, H, W]` or `[Cin, D, H, W]`, and `[Cin, Cout / groups, kD, kH, kW]` →
  ///   `[N, Cout, D', H', W']`.
  /// - Throws: `TensorError` if shapes or dtypes do not match or an argument is invalid.
  public static func convTranspose3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: some Extents = 1,
    padding: some Extents = 0, outputPadding: some Extents = 0, groups: Int = 1,
    dilation: some Extents = 1
  ) throws -> Tensor {
    try transposed(
      3, x, weight, bias, stride: stride.extents, padding: padding.extents,
      outputPadding: outputPadding.extents, groups: groups, dilation: dilation.extents)
  }

  static func transposed(
    _ rank: Int, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int], padding: [Int],
    outputPadding: [Int], groups: Int, dilation: [Int]
  ) throws -> Tensor {
    let operation = "conv_transpose\(rank)d"
    return try batched(operation, rank, x, weight) { x in
      let arguments = try ConvolutionArguments(
        operation, x, weight, bias, stride: stride, dilation: dilation, groups: groups,
        transposed: true)
      return try x.transposeConvolved(
        weight, bias,
        arguments.transposed(
          arguments.checked(padding, "padding", least: 0),
          arguments.checked(outputPadding, "output_padding", least: 0)))
    }
  }

  /// Runs `body` on a batch, adding a batch dimension of size 1 if `x` has none.
  private static func batched(
    _ operation: String, _ rank: Int, _ x: Tensor, _ weight: Tensor,
    _ body: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    try require(
      weight.ndim == rank + 2, .shape, operation,
      "Expected \(expected: rank + 2)-dimensional weight for \(operation), but got weight of size: \(got: weight.shape)"
    )
    switch x.ndim {
    case rank + 2: return try body(x)
    case rank + 1: return try body(x.unsqueeze(0)).squeeze(0)
    default:
      throw TensorError(
        .shape, operation,
        "Expected \(expected: rank + 1)D (unbatched) or \(expected: rank + 2)D (batched) input to \(operation), but got input of size: \(got: x.shape)"
      )
    }
  }
}
