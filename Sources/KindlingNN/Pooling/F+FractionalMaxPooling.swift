public import KindlingCore

extension F {
  /// Applies 2-D fractional max pooling over an input image (PyTorch: `F.fractional_max_pool2d`).
  ///
  /// Windows of `kernelSize` are placed at random steps. The output size is `outputSize`, or
  /// `outputRatio` times the input size. `randomSamples`, `[N, C, 2]` in the dtype of the input,
  /// are numbers in [0, 1) that replace those drawn.
  ///
  /// - Throws: `TensorError` if sizes do not match, or neither or both of them are given.
  public static func fractionalMaxPool2d(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> Tensor {
    try fractionalMaxPool2dWithIndices(
      x, kernelSize, outputSize: outputSize, outputRatio: outputRatio, randomSamples: randomSamples
    ).values
  }

  /// Applies fractional max pooling and returns the index of each maximum in its plane.
  ///
  /// See ``fractionalMaxPool2d(_:_:outputSize:outputRatio:randomSamples:)``.
  public static func fractionalMaxPool2dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> (values: Tensor, indices: Tensor) {
    try fractionalMaxPool(
      2, x, kernelSize.extents, size: outputSize?.extents, ratio: outputRatio,
      samples: randomSamples)
  }

  /// Applies 3-D fractional max pooling over an input volume (PyTorch: `F.fractional_max_pool3d`).
  ///
  /// See ``fractionalMaxPool2d(_:_:outputSize:outputRatio:randomSamples:)``; `randomSamples` is
  /// `[N, C, 3]`.
  public static func fractionalMaxPool3d(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> Tensor {
    try fractionalMaxPool3dWithIndices(
      x, kernelSize, outputSize: outputSize, outputRatio: outputRatio, randomSamples: randomSamples
    ).values
  }

  /// Applies fractional max pooling and returns the index of each maximum in its volume.
  ///
  /// See ``fractionalMaxPool3d(_:_:outputSize:outputRatio:randomSamples:)``.
  public static func fractionalMaxPool3dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, outputSize: (any Extents)? = nil,
    outputRatio: [Double]? = nil, randomSamples: Tensor? = nil
  ) throws -> (values: Tensor, indices: Tensor) {
    try fractionalMaxPool(
      3, x, kernelSize.extents, size: outputSize?.extents, ratio: outputRatio,
      samples: randomSamples)
  }

  static func fractionalMaxPool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], size: [Int]?, ratio: [Double]?,
    samples: Tensor?
  ) throws -> (values: Tensor, indices: Tensor) {
    let name = "fractional_max_pool\(rank)d"
    func refuse(_ message: ErrorMessage) -> TensorError { TensorError(.value, name, message) }
    try PoolingArguments.checkInput(name, x, rank)
    let kernel = try PoolingArguments(name, rank: rank, kernel: kernel).kernel
    let input = Array(x.shape.suffix(rank))
    let output: [Int]
    switch (size, ratio) {
    case (let size?, nil):
      guard size.count == 1 || size.count == rank else {
        throw refuse(
          "output_size must be one number or \(expected: rank) numbers, but got \(got: size)")
      }
      output = size.count == rank ? size : [Int](repeating: size[0], count: rank)
    case (nil, let ratio?):
      guard ratio.count == 1 || ratio.count == rank, ratio.allSatisfy({ $0 > 0 && $0 < 1 }) else {
        throw refuse(
          "output_ratio must be between 0 and 1, one number or \(expected: rank) (got \(got: ratio))"
        )
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
    // Samples for a larger batch are accepted; the first ones are used.
    let drawn = try samples?.narrow(0, 0, shape[0]) ?? Tensor.rand(shape, dtype: x.dtype)
    let numbers = try drawn.toArray(as: Double.self)
    // Numbers outside [0, 1) shift the windows too, unless they are extreme.
    let limit = 0x1p20
    let windows = (0..<planes).map { plane in
      (0..<rank).map { d in
        // In two dimensions, PyTorch's samples begin with the last dimension.
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
    try require(
      samples.dtype == dtype, .dtype, name,
      "expected randomSamples to have the same dtype as input, but got \(got: samples.dtype) and \(got: dtype)"
    )
    try require(
      samples.ndim == 3 && samples.shape[0] >= shape[0] && samples.shape[1] == shape[1]
        && samples.shape[2] == shape[2], .shape, name,
      "expected randomSamples of shape \(expected: shape), or for more images, but got \(got: samples.shape)"
    )
  }
}
