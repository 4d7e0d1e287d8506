public import KindlingCore

extension F {
  /// The greatest elements of windows of `kernelSize` whose distances are drawn at random, so that
  /// the result has `outputSize` (PyTorch: `F.fractional_max_pool2d`).
  ///
  /// The result's size is `outputSize`, or else `outputRatio` times the input's. `randomSamples`,
  /// `[N, C, 2]` in the dtype of the input, are numbers in [0, 1) instead of those drawn.
  ///
  /// - Throws: `TensorError` where sizes do not fit, or neither or both of them are given.
  public static func fractionalMaxPool2d(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> Tensor {
    try fractionalMaxPool2dWithIndices(
      x, kernelSize, outputSize: outputSize, outputRatio: outputRatio, randomSamples: randomSamples
    ).values
  }

  /// ``fractionalMaxPool2d(_:_:outputSize:outputRatio:randomSamples:)`` and where in its plane each
  /// maximum lies.
  public static func fractionalMaxPool2dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> (values: Tensor, indices: Tensor) {
    try fractionalMaxPool(
      2, x, kernelSize.extents, outputSize?.extents, outputRatio, randomSamples)
  }

  /// ``fractionalMaxPool2d(_:_:outputSize:outputRatio:randomSamples:)`` over volumes
  /// (PyTorch: `F.fractional_max_pool3d`).
  public static func fractionalMaxPool3d(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> Tensor {
    try fractionalMaxPool3dWithIndices(
      x, kernelSize, outputSize: outputSize, outputRatio: outputRatio, randomSamples: randomSamples
    ).values
  }

  /// ``fractionalMaxPool3d(_:_:outputSize:outputRatio:randomSamples:)`` and where in its volume each
  /// maximum lies.
  public static func fractionalMaxPool3dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> (values: Tensor, indices: Tensor) {
    try fractionalMaxPool(
      3, x, kernelSize.extents, outputSize?.extents, outputRatio, randomSamples)
  }

  static func fractionalMaxPool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], _ size: [Int]?, _ ratio: [Double]?,
    _ samples: Tensor?
  ) throws -> (values: Tensor, indices: Tensor) {
    let name = "fractional_max_pool\(rank)d"
    func refuse(_ message: String) -> TensorError { TensorError(.value, name, message) }
    try PoolingArguments.checkInput(name, x, rank)
    let kernel = try PoolingArguments(name, rank: rank, kernel: kernel).kernel
    let input = Array(x.shape.suffix(rank))
    let output: [Int]
    switch (size, ratio) {
    case (let size?, nil):
      guard size.count == 1 || size.count == rank else {
        throw refuse("output_size must be one number or \(rank) numbers, but got \(size)")
      }
      output = size.count == rank ? size : [Int](repeating: size[0], count: rank)
    case (nil, let ratio?):
      guard ratio.count == 1 || ratio.count == rank, ratio.allSatisfy({ $0 > 0 && $0 < 1 }) else {
        throw refuse("output_ratio must be between 0 and 1, one number or \(rank) (got \(ratio))")
      }
      output = (0..<rank).map { Int(Double(input[$0]) * ratio[ratio.count == 1 ? 0 : $0]) }
    default:
      throw refuse("requires specifying either an output_size or an output_ratio, and not both")
    }
    for d in 0..<rank {
      guard output[d] > 0, output[d] < 1 << 31, output[d] + kernel[d] - 1 <= input[d],
        input[d] <= 1 << 40
      else {
        throw refuse(
          "pool size \(kernel) too large relative to input \(input) for output_size \(output)")
      }
    }
    let planes = x.shape.dropLast(rank).reduce(1, *)
    let shape = (x.ndim == rank + 2 ? Array(x.shape.prefix(2)) : [1, x.shape[0]]) + [rank]
    if let samples { try checkSamples(name, samples, shape, x.dtype) }
    // Samples for more images than there are serve the first ones.
    let drawn = try samples?.narrow(0, 0, shape[0]) ?? Tensor.rand(shape, dtype: x.dtype)
    let numbers = try drawn.toArray(as: Double.self)
    // Numbers outside of [0, 1) shift the windows too, as long as they are not out of all proportion.
    let limit = 0x1p20
    let windows = (0..<planes).map { plane in
      (0..<rank).map { d in
        // PyTorch's samples are for the last dimension first, in two dimensions.
        let sample = numbers[plane * rank + (rank == 2 ? 1 - d : d)]
        return Pooling.Axis.fractional(
          input[d], output[d], kernel[d],
          sample: sample.isNaN ? 0 : Swift.min(Swift.max(sample, -limit), limit),
          isDouble: x.dtype == .float64)
      }
    }
    return try x.maxPooledPlaneByPlane("FractionalMaxPool\(rank)DBackward0", output, windows)
  }

  private static func checkSamples(
    _ name: String, _ samples: Tensor, _ shape: [Int], _ dtype: DType
  ) throws {
    guard samples.dtype == dtype else {
      throw TensorError(
        .dtype, name,
        "expected randomSamples to have the same dtype as input, but got \(samples.dtype) and \(dtype)"
      )
    }
    guard samples.ndim == 3, samples.shape[0] >= shape[0], samples.shape[1] == shape[1],
      samples.shape[2] == shape[2]
    else {
      throw TensorError(
        .shape, name,
        "expected randomSamples of shape \(shape), or for more images, but got \(samples.shape)")
    }
  }
}
