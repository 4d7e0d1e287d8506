/// The arguments of a pooling operation, validated as in PyTorch.
package struct PoolingArguments {
  package let operation: String
  /// The number of pooled dimensions.
  package let rank: Int
  package let kernel: [Int]
  package let stride: [Int]
  package let padding: [Int]
  package let dilation: [Int]
  package let ceilMode: Bool

  /// Creates the arguments; an empty `stride` defaults to `kernel`.
  package init(
    _ operation: String, rank: Int, kernel: [Int], stride: [Int] = [], padding: [Int] = [0],
    dilation: [Int] = [1], ceilMode: Bool = false
  ) throws {
    self.operation = operation
    self.rank = rank
    self.ceilMode = ceilMode
    func all(_ values: [Int], _ name: String, least: Int) throws -> [Int] {
      try require(
        values.count == 1 || values.count == rank, .value, operation,
        "\(name) must either be a single int, or a list of \(expected: rank) ints, but got \(got: values)"
      )
      try require(
        values.allSatisfy({ $0 >= least && $0 < 1 << 31 }), .value, operation,
        least == 0
          ? "pad must be non-negative, but got pad: \(got: values.min() ?? 0)"
          : "\(name) should be greater than zero and less than 2³¹, but got \(name): \(got: values)"
      )
      return values.count == rank ? values : [Int](repeating: values[0], count: rank)
    }
    self.kernel = try all(kernel, "kernel size", least: 1)
    self.stride = try stride.isEmpty ? self.kernel : all(stride, "stride", least: 1)
    self.padding = try all(padding, "padding", least: 0)
    self.dilation = try all(dilation, "dilation", least: 1)
    for d in 0..<rank {
      let reach = (self.kernel[d] - 1) * self.dilation[d] + 1
      try require(
        self.padding[d] <= reach / 2, .value, operation,
        "pad should be at most half of effective kernel size, but got pad=\(got: self.padding[d]), kernel_size=\(got: self.kernel[d]) and dilation=\(got: self.dilation[d])"
      )
    }
  }

  /// Returns the windows over the last dimensions of `x`.
  package func windows(over x: Tensor, countsPadding: Bool = true) throws -> Pooling {
    try PoolingArguments.checkInput(operation, x, rank)
    let input = Array(x.shape.suffix(rank))
    let output = (0..<rank).map { d -> Int in
      let span =
        input[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1
        + (ceilMode ? stride[d] - 1 : 0)
      if span < 0 { return 0 }
      let count = span / stride[d] + 1
      // The last window must begin inside the input or in the padding before it.
      return ceilMode && (count - 1) * stride[d] >= input[d] + padding[d] ? count - 1 : count
    }
    guard output.allSatisfy({ $0 > 0 }) else {
      func text(_ sizes: [Int]) -> String {
        "(" + ([x.shape[x.ndim - rank - 1]] + sizes).map(String.init).joined(separator: "x") + ")"
      }
      throw TensorError(
        .shape, operation,
        "Given input size: \(text(input)). Calculated output size: \(text(output)). Output size is too small"
      )
    }
    _ = try Layout.checkedCount(x.shape.dropLast(rank) + output, x.dtype, operation)
    try Layout.checkList(output.max() ?? 0, bytes: 24, operation)
    let axes = (0..<rank).map {
      Pooling.Axis.regular(
        input[$0], output[$0], kernel: kernel[$0], stride: stride[$0], padding: padding[$0],
        dilation: dilation[$0], countsPadding: countsPadding)
    }
    return Pooling.over(x, axes)
  }

  /// - Throws: ``TensorError`` unless `x` has `rank` pooled dimensions after a channel dimension
  ///   and an optional batch dimension, none of them empty except the batch.
  package static func checkInput(_ operation: String, _ x: Tensor, _ rank: Int) throws {
    guard x.ndim == rank + 1 || x.ndim == rank + 2, !x.shape.suffix(rank + 1).contains(0) else {
      throw TensorError(
        .shape, operation,
        "non-empty \(expected: rank + 1)D or \(expected: rank + 2)D (batch mode) tensor expected for input, but got \(got: x.shape)"
      )
    }
    try require(x.dtype != .bool, .dtype, operation, "\"\(operation)\" not implemented for 'Bool'")
  }
}

extension Pooling {
  /// Creates windows along the last dimensions of `x`.
  package static func over(_ x: Tensor, _ axes: [Axis]) -> Pooling {
    Pooling(
      planes: x.shape.dropLast(axes.count).reduce(1, *),
      axes: [Axis](repeating: .single, count: 3 - axes.count) + axes)
  }

  /// Creates the windows of adaptive pooling over the last dimensions of `x`; nil in `output` keeps
  /// a size.
  ///
  /// - Throws: ``TensorError`` if `x` has too few dimensions or a size is negative.
  package static func adaptive(_ operation: String, _ x: Tensor, _ output: [Int?]) throws
    -> Pooling
  {
    let rank = output.count
    try require(
      x.ndim == rank + 1 || x.ndim == rank + 2, .shape, operation,
      "Input dimension should be at least \(expected: rank + 1): expected \(expected: rank + 1)D or \(expected: rank + 2)D tensor, but got \(got: x.shape)"
    )
    let input = Array(x.shape.suffix(rank))
    // Adaptive average pooling in 1-D and 2-D accepts zero channels. The first dimension may be
    // empty even without a batch (PyTorch's rule).
    let mayLackChannels = operation.hasPrefix("adaptive_avg") && rank < 3
    try require(
      !x.shape.dropFirst(mayLackChannels ? x.ndim - rank : 1).contains(0), .shape, operation,
      "Expected input to have non-zero size for non-batch dimensions, but input has sizes \(x.shape)"
    )
    try require(
      output.allSatisfy({ ($0 ?? 0) >= 0 }), .value, operation,
      "elements of output_size must be greater than or equal to 0 but received \(output.map { $0.map(String.init) ?? "None" })"
    )
    let sizes = zip(output, input).map { $0 ?? $1 }
    _ = try Layout.checkedCount(x.shape.dropLast(rank) + sizes, x.dtype, operation)
    try Layout.checkList(sizes.max() ?? 0, bytes: 24, operation)
    return over(x, zip(input, sizes).map { .adaptive($0, $1) })
  }

  /// Returns the output shape for an input of `shape` with `rank` pooled dimensions.
  func outputShape(_ shape: [Int], _ rank: Int) -> [Int] {
    shape.dropLast(rank) + axes.suffix(rank).map(\.output)
  }
}
