/// The arguments of a convolution, validated as in PyTorch.
package struct ConvolutionArguments {
  private let operation: String
  private let image: [Int]
  private let weight: [Int]
  private let dtype: DType
  private let rank: Int
  private let stride: [Int]
  private let dilation: [Int]
  private let groups: Int
  private let isTransposed: Bool

  /// - Throws: ``TensorError`` if shapes, dtypes, strides, dilations or groups are invalid.
  package init(
    _ operation: String, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: [Int],
    dilation: [Int], groups: Int, transposed: Bool
  ) throws {
    self.operation = operation
    image = x.shape
    self.weight = weight.shape
    dtype = x.dtype
    rank = x.ndim - 2
    self.groups = groups
    isTransposed = transposed
    try require(
      (1...3).contains(rank), .shape, operation,
      "expects an input of 3 to 5 dimensions, batch and channels included, but got input of size: \(got: x.shape)"
    )
    try require(
      groups > 0, .value, operation,
      "non-positive groups is not supported, but got groups=\(got: groups)")
    for (name, other) in [("weight", weight), ("bias", bias)] {
      guard let other, other.dtype != x.dtype else { continue }
      throw TensorError(
        .dtype, operation,
        "Input type (\(x.dtype.scalarName)) and \(name) type (\(other.dtype.scalarName)) should be the same; convert the input with x.to(.\(other.dtype)), or the model with model.to(.\(x.dtype))"
      )
    }
    try require(
      x.dtype != .bool, .dtype, operation, "not implemented for 'Bool'; convert with to(_:)")
    self.stride = try Self.checked(operation, stride, "stride", rank, least: 1)
    self.dilation = try Self.checked(operation, dilation, "dilation", rank, least: 1)
    try checkShapes(bias)
  }

  private func checkShapes(_ bias: Tensor?) throws {
    try require(
      weight.count == image.count, .shape, operation,
      "Expected \(expected: weight.count)-dimensional input for \(expected: weight.count)-dimensional weight \(expected: weight), but got \(got: image.count)-dimensional input of size \(got: image) instead"
    )
    try require(
      weight[0] >= groups, .shape, operation,
      "Given groups=\(expected: groups), expected weight to be at least \(expected: groups) at dimension 0, but got weight of size \(got: weight) instead"
    )
    let out = isTransposed ? weight[1].multipliedReportingOverflow(by: groups) : (weight[0], false)
    try require(
      weight[0] % groups == 0 && !out.1, .shape, operation,
      "Given groups=\(expected: groups), expected weight to be divisible by \(expected: groups) at dimension 0, but got weight of size \(got: weight) instead"
    )
    if let zero = weight[2...].first(where: { $0 == 0 }) {
      throw TensorError(.shape, operation, "a kernel of size \(zero) is not supported: \(weight)")
    }
    let channels = isTransposed ? weight[0] : weight[1].multipliedReportingOverflow(by: groups).0
    try require(
      image[1] == channels, .shape, operation,
      "Given \(isTransposed ? "transposed=1" : "groups=\(groups)"), weight of size \(expected: weight), expected input\(image) to have \(expected: channels) channels, but got \(got: image[1]) channels instead"
    )
    if let bias, bias.shape != [out.0] {
      throw TensorError(
        .shape, operation,
        "Given weight of size \(expected: weight), expected bias to be 1-dimensional with \(expected: out.0) elements, but got bias of size \(got: bias.shape) instead"
      )
    }
  }

  /// Returns `values` with one number per spatial dimension.
  package func checked(_ values: [Int], _ name: String, least: Int) throws -> [Int] {
    try Self.checked(operation, values, name, rank, least: least)
  }

  /// An upper bound that keeps sums and products of sizes from overflowing.
  private static let greatest = 1 << 31

  private static func checked(
    _ operation: String, _ values: [Int], _ name: String, _ rank: Int, least: Int
  ) throws -> [Int] {
    try require(
      values.count == rank || values.count == 1, .value, operation,
      "expected \(name) to be a single integer value or a list of \(expected: rank) values to match the convolution dimensions, but got \(name)=\(got: values)"
    )
    try require(
      values.allSatisfy({ $0 >= least }), .value, operation,
      least == 1 && name == "stride"
        ? "non-positive stride is not supported, but got stride=\(got: values)"
        : least == 1
          ? "\(name) should be greater than zero, but got \(name)=\(got: values)"
          : "negative \(name) is not supported, but got \(name)=\(got: values)"
    )
    try require(
      values.allSatisfy({ $0 < greatest }), .value, operation,
      "\(name)=\(values) is beyond any image; use less than 2³¹")
    return values.count == rank ? values : [Int](repeating: values[0], count: rank)
  }

  /// Returns the padding before and after the input that keeps its size; an odd element goes after.
  package func samePadding() throws -> (before: [Int], behind: [Int]) {
    try require(
      stride.allSatisfy({ $0 == 1 }), .value, operation,
      "padding='same' is not supported for strided convolutions, but got stride=\(got: stride)")
    let total = try (0..<rank).map { try reach($0) - 1 }
    if total.contains(where: { !$0.isMultiple(of: 2) }) {
      try Warnings.warn(
        .user, "",
        "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created"
      )
    }
    return (total.map { $0 / 2 }, total.map { ($0 + 1) / 2 })
  }

  /// Returns the extent of the dilated kernel along dimension `d`.
  private func reach(_ d: Int) throws -> Int {
    let (span, over) = (weight[d + 2] - 1).multipliedReportingOverflow(by: dilation[d])
    try require(
      !over && span < Int.max / 4, .memory, operation,
      "a kernel of size \(weight) dilated by \(dilation) is larger than any image")
    return span + 1
  }

  /// Returns the geometry of the convolution with padding before and after the input.
  package func forward(_ before: [Int], _ behind: [Int]) throws -> Convolution {
    let sizes = (0..<rank).map { image[$0 + 2] + before[$0] + behind[$0] }
    let reaches = try (0..<rank).map { try reach($0) }
    try require(
      zip(reaches, sizes).allSatisfy({ $0 <= $1 }), .shape, operation,
      "Calculated padded input size per channel: \(Self.text(sizes)). Kernel size: \(Self.text(reaches)). Kernel size can't be greater than actual input size"
    )
    let output = (0..<rank).map { (sizes[$0] - reaches[$0]) / stride[$0] + 1 }
    return try geometry(image[1], weight[0], Array(image[2...]), output, before)
  }

  /// Returns the geometry of the convolution whose gradient this transposed convolution computes.
  package func transposed(_ padding: [Int], _ outputPadding: [Int]) throws -> Convolution {
    var result: [Int] = []
    for d in 0..<rank {
      // PyTorch checks this only for a nonempty batch.
      guard image[0] == 0 || outputPadding[d] < stride[d] || outputPadding[d] < dilation[d] else {
        throw TensorError(
          .value, operation,
          "output padding must be smaller than either stride or dilation, but got output_padding=\(got: outputPadding), stride=\(got: stride), dilation=\(got: dilation)"
        )
      }
      let (span, over) = (image[d + 2] - 1).multipliedReportingOverflow(by: stride[d])
      try require(
        !over && span < Int.max / 4, .memory, operation,
        "an output for \(image) with stride=\(stride) is larger than any memory")
      result.append(span - 2 * padding[d] + (try reach(d)) + outputPadding[d])
    }
    // PyTorch accepts an empty output where the batch is empty, and where oneDNN computes it.
    let least =
      image[0] == 0 || Self.isForOneDNN(image, weight: weight, groups: groups, dtype) ? 0 : 1
    try require(
      result.allSatisfy({ $0 >= least }), .shape, operation,
      "Given input size per channel: \(Self.text(Array(image[2...]))). Calculated output size per channel: \(Self.text(result)). Output size is too small"
    )
    return try geometry(weight[1] * groups, image[1], result, Array(image[2...]), padding)
  }

  /// Returns whether PyTorch computes the convolution with oneDNN: in bfloat16, and in float32
  /// unless for a single small sample with a small kernel.
  static func isForOneDNN(_ image: [Int], weight: [Int], groups: Int, _ dtype: DType) -> Bool {
    dtype == .bfloat16
      || dtype == .float32
        && (image[0] > 1 || groups > 1
          || weight.count > 3 && weight.suffix(2).allSatisfy { $0 > 3 }
          || image.prefix(4).reduce(1, &*) > 20480)
  }

  private func geometry(
    _ inChannels: Int, _ outChannels: Int, _ image: [Int], _ output: [Int], _ padding: [Int]
  ) throws -> Convolution {
    // The memory that the padded input takes.
    let laid = try (0..<rank).reduce(Double(max(inChannels, outChannels))) {
      try $0 * (Double(max(image[$1], output[$1])) + Double(reach($1)) + 2 * Double(padding[$1]))
    }
    try require(
      laid < 0x1p56, .memory, operation,
      "an image \(Self.text(image)) with padding=\(padding) and dilation=\(dilation) is larger than any memory"
    )
    func three(_ values: [Int], _ filler: Int) -> [Int] {
      [Int](repeating: filler, count: 3 - rank) + values
    }
    return Convolution(
      batch: self.image[0], groups: groups, inChannels: inChannels, outChannels: outChannels,
      image: three(image, 1), kernel: three(Array(weight[2...]), 1), output: three(output, 1),
      stride: three(stride, 1), padding: three(padding, 0), dilation: three(dilation, 1), rank: rank
    )
  }

  /// Returns the sizes in PyTorch's notation, for example `(2 x 3)`.
  package static func text(_ sizes: [Int]) -> String {
    "(" + sizes.map(String.init).joined(separator: " x ") + ")"
  }
}
