public import KindlingCore

extension F {
  /// Computes a partial inverse of 1-D max pooling (PyTorch: `F.max_unpool1d`).
  ///
  /// Each element of `x` is placed at its index of
  /// ``maxPool1dWithIndices(_:_:stride:padding:dilation:ceilMode:)``; all others are 0.
  /// `outputSize` is the length or shape of the output if several are possible.
  ///
  /// - Throws: `TensorError` if shapes, sizes or indices do not match.
  public static func maxUnpool1d(
    _ x: Tensor, _ indices: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try maxUnpool(
      1, x, indices, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      outputSize: outputSize)
  }

  /// Computes a partial inverse of 2-D max pooling (PyTorch: `F.max_unpool2d`).
  ///
  /// Each element of `x` is placed at its index of
  /// ``maxPool2dWithIndices(_:_:stride:padding:dilation:ceilMode:)``; all others are 0.
  /// `outputSize` is the spatial size or shape of the output if several are possible.
  ///
  /// - Throws: `TensorError` if shapes, sizes or indices do not match.
  public static func maxUnpool2d(
    _ x: Tensor, _ indices: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try maxUnpool(
      2, x, indices, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      outputSize: outputSize)
  }

  /// Computes a partial inverse of 3-D max pooling (PyTorch: `F.max_unpool3d`).
  ///
  /// Each element of `x` is placed at its index of
  /// ``maxPool3dWithIndices(_:_:stride:padding:dilation:ceilMode:)``; all others are 0.
  /// `outputSize` is the spatial size or shape of the output if several are possible.
  ///
  /// - Throws: `TensorError` if shapes, sizes or indices do not match.
  public static func maxUnpool3d(
    _ x: Tensor, _ indices: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try maxUnpool(
      3, x, indices, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      outputSize: outputSize)
  }

  static func maxUnpool(
    _ rank: Int, _ x: Tensor, _ indices: Tensor, _ kernel: [Int], stride: [Int]?,
    padding: [Int], outputSize: [Int]?
  ) throws -> Tensor {
    let operation = "max_unpool\(rank)d"
    let p = try PoolingArguments(
      operation, rank: rank, kernel: kernel, stride: stride ?? [], padding: padding)
    try require(
      x.ndim == rank + 1 || x.ndim == rank + 2, .shape, operation,
      "Input to \(operation) should be a \(expected: rank + 1)d or \(expected: rank + 2)d Tensor, but got a tensor with \(got: x.ndim) dimensions."
    )
    if let empty = x.shape.indices.dropFirst().first(where: { x.shape[$0] == 0 }) {
      throw TensorError(
        .shape, operation,
        "Expected input to have non-zero size for non-batch dimensions, but input has sizes \(x.shape) with dimension \(empty) being empty"
      )
    }
    let size = try unpooledSize(p, x, outputSize)
    if rank == 1 {
      return try x.unsqueeze(-2).maxUnpooled(
        operation, "MaxUnpool2DBackward0", indices.unsqueeze(-2), [1] + size
      ).squeeze(-2)
    }
    return try x.maxUnpooled(operation, "MaxUnpool\(rank)DBackward0", indices, size)
  }

  /// Returns the size before pooling: the requested one, or the default if none is requested.
  private static func unpooledSize(_ p: PoolingArguments, _ x: Tensor, _ wanted: [Int]?) throws
    -> [Int]
  {
    let rank = p.rank
    let least = try (0..<rank).map { d in
      let (span, over) =
        (x.shape[x.ndim - rank + d] - 1).multipliedReportingOverflow(by: p.stride[d])
      try require(
        !over && span < Int.max / 2, .memory, p.operation,
        "the result for \(x.shape) would be larger than any memory")
      return span + p.kernel[d] - 2 * p.padding[d]
    }
    guard let wanted else { return least }
    let size = wanted.count == rank + 2 ? Array(wanted.dropFirst(2)) : wanted
    try require(
      size.count == rank, .value, p.operation,
      "output_size should be a sequence containing \(rank) or \(rank + 2) elements, but it has a length of '\(wanted.count)'"
    )
    for d in 0..<rank {
      let (lowest, highest) = (least[d] - p.stride[d], least[d] + p.stride[d])
      try require(
        lowest < size[d] && size[d] < highest, .value, p.operation,
        "invalid output_size \"\(size)\" (dim \(d) must be between \(lowest) and \(highest))")
    }
    return size
  }
}
