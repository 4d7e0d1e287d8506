import Kindling

extension OperatorTable {
  /// Adds the operators of `nn_conv_and_pool`.
  mutating func addConvolutionAndPooling() {
    op("nn.functional.conv1d") { a in
      try F.conv1d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.padding(4), dilation: a.extents(5, "dilation", 1),
        groups: a.int(6, "groups", default: 1))
    }
    op("nn.functional.conv2d") { a in
      try F.conv2d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.padding(4), dilation: a.extents(5, "dilation", 1),
        groups: a.int(6, "groups", default: 1))
    }
    op("nn.functional.conv3d") { a in
      try F.conv3d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.padding(4), dilation: a.extents(5, "dilation", 1),
        groups: a.int(6, "groups", default: 1))
    }
    op("nn.functional.conv_transpose1d") { a in
      try F.convTranspose1d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.extents(4, "padding", 0), outputPadding: a.extents(5, "output_padding", 0),
        groups: a.int(6, "groups", default: 1), dilation: a.extents(7, "dilation", 1))
    }
    op("nn.functional.conv_transpose2d") { a in
      try F.convTranspose2d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.extents(4, "padding", 0), outputPadding: a.extents(5, "output_padding", 0),
        groups: a.int(6, "groups", default: 1), dilation: a.extents(7, "dilation", 1))
    }
    op("nn.functional.conv_transpose3d") { a in
      try F.convTranspose3d(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"),
        stride: a.extents(3, "stride", 1),
        padding: a.extents(4, "padding", 0), outputPadding: a.extents(5, "output_padding", 0),
        groups: a.int(6, "groups", default: 1), dilation: a.extents(7, "dilation", 1))
    }
    addMaxPooling()
    addAveragePooling()
    addUnpooling()
  }

  private mutating func addUnpooling() {
    for name in ["max_unpool1d", "max_unpool2d", "max_unpool3d"] {
      // The plain cases write several elements to one position.
      for (variant, domain) in [(nil, .nowhere), ("grad", .everywhere)]
        as [(String?, GradientDomain)]
      {
        op("nn.functional.\(name)", variant: variant, domain: domain) { try $0.unpooled(name) }
      }
    }
    op("nn.functional.fractional_max_pool2d") { a in
      try a.chosen(
        4,
        F.fractionalMaxPool2dWithIndices(
          a.tensor(0), a.ints(1, "kernel_size"), outputSize: a.optionalInts(2, "output_size"),
          outputRatio: a.optionalDoubles(3, "output_ratio"),
          randomSamples: a.optionalTensor(nil, "_random_samples")))
    }
    op("nn.functional.fractional_max_pool3d") { a in
      try a.chosen(
        4,
        F.fractionalMaxPool3dWithIndices(
          a.tensor(0), a.ints(1, "kernel_size"), outputSize: a.optionalInts(2, "output_size"),
          outputRatio: a.optionalDoubles(3, "output_ratio"),
          randomSamples: a.optionalTensor(nil, "_random_samples")))
    }
    op("nn.functional.unfold") { a in
      try F.unfold(
        a.tensor(0), a.ints(1, "kernel_size"), dilation: a.extents(2, "dilation", 1),
        padding: a.extents(3, "padding", 0), stride: a.extents(4, "stride", 1))
    }
  }

  private mutating func addMaxPooling() {
    op("nn.functional.max_pool1d") { a in
      try a.maxima { kernel, stride, padding, dilation, ceil in
        try F.maxPool1dWithIndices(
          a.tensor(0), kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceil)
      }
    }
    op("nn.functional.max_pool2d") { a in
      try a.maxima { kernel, stride, padding, dilation, ceil in
        try F.maxPool2dWithIndices(
          a.tensor(0), kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceil)
      }
    }
    op("nn.functional.max_pool3d") { a in
      try a.maxima { kernel, stride, padding, dilation, ceil in
        try F.maxPool3dWithIndices(
          a.tensor(0), kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceil)
      }
    }
    op("nn.functional.adaptive_max_pool1d") { a in
      let x = try a.tensor(0)
      let sizes = try a.sizes(1)
      guard sizes.count == 1, let size = sizes[0] else {
        throw TensorError(.value, "adaptive_max_pool1d", "one size expected")
      }
      return try a.chosen(2, F.adaptiveMaxPool1dWithIndices(x, size))
    }
    op("nn.functional.adaptive_max_pool2d") { a in
      try a.chosen(2, F.adaptiveMaxPool2dWithIndices(a.tensor(0), a.sizes(1)))
    }
    op("nn.functional.adaptive_max_pool3d") { a in
      try a.chosen(2, F.adaptiveMaxPool3dWithIndices(a.tensor(0), a.sizes(1)))
    }
  }

  private mutating func addAveragePooling() {
    op("nn.functional.avg_pool1d") { a in
      try F.avgPool1d(
        a.tensor(0), a.ints(1, "kernel_size"), stride: a.optionalInts(2, "stride"),
        padding: a.extents(3, "padding", 0), ceilMode: a.bool(4, "ceil_mode", default: false),
        countIncludePad: a.bool(5, "count_include_pad", default: true))
    }
    op("nn.functional.avg_pool2d") { a in
      try F.avgPool2d(
        a.tensor(0), a.ints(1, "kernel_size"), stride: a.optionalInts(2, "stride"),
        padding: a.extents(3, "padding", 0), ceilMode: a.bool(4, "ceil_mode", default: false),
        countIncludePad: a.bool(5, "count_include_pad", default: true),
        divisorOverride: a.optionalInt(6, "divisor_override"))
    }
    op("nn.functional.avg_pool3d") { a in
      try F.avgPool3d(
        a.tensor(0), a.ints(1, "kernel_size"), stride: a.optionalInts(2, "stride"),
        padding: a.extents(3, "padding", 0), ceilMode: a.bool(4, "ceil_mode", default: false),
        countIncludePad: a.bool(5, "count_include_pad", default: true),
        divisorOverride: a.optionalInt(6, "divisor_override"))
    }
    op("nn.functional.adaptive_avg_pool1d") { a in
      let x = try a.tensor(0)
      let sizes = try a.sizes(1)
      guard sizes.count == 1, let size = sizes[0] else {
        throw TensorError(.value, "adaptive_avg_pool1d", "one size expected")
      }
      return try F.adaptiveAvgPool1d(x, size)
    }
    op("nn.functional.adaptive_avg_pool2d") { a in try F.adaptiveAvgPool2d(a.tensor(0), a.sizes(1))
    }
    op("nn.functional.adaptive_avg_pool3d") { a in try F.adaptiveAvgPool3d(a.tensor(0), a.sizes(1))
    }
  }
}

extension Arguments {
  fileprivate func extents(_ position: Int, _ name: String, _ filler: Int) throws -> [Int] {
    try ints(position, name, default: [filler])
  }

  fileprivate func padding(_ position: Int) throws -> PaddingAmount {
    let isText = if case .string? = value(position, "padding") { true } else { false }
    if !isText { return .extents(try extents(position, "padding", 0)) }
    switch try string(position, "padding") {
    case "same": return .same
    case "valid": return .valid
    case let other: throw TensorError(.value, "conv", "Invalid padding string: \(other)")
    }
  }

  /// Returns the `output_size` of an adaptive pooling, in which None keeps a size.
  fileprivate func sizes(_ position: Int) throws -> [Int?] {
    func size(_ a: ArgumentValue) throws -> Int? {
      switch a {
      case .int(let i): i
      case .none: nil
      default: throw UnsupportedError("output_size of kind \(a.kind)")
      }
    }
    switch value(position, "output_size") {
    case .list(let l)?, .tuple(let l)?: return try l.map(size)
    case let one?: return [try size(one)]
    case nil: throw UnsupportedError("no output_size")
    }
  }

  /// Returns the result of an unpooling, for example `max_unpool1d`.
  fileprivate func unpooled(_ name: String) throws -> Tensor {
    let (x, indices) = (try tensor(0), try tensor(1, "indices"))
    let (kernel, stride) = (try ints(2, "kernel_size"), try optionalInts(3, "stride"))
    let (padding, size) = (try extents(4, "padding", 0), try optionalInts(5, "output_size"))
    return switch name {
    case "max_unpool1d":
      try F.maxUnpool1d(x, indices, kernel, stride: stride, padding: padding, outputSize: size)
    case "max_unpool2d":
      try F.maxUnpool2d(x, indices, kernel, stride: stride, padding: padding, outputSize: size)
    default:
      try F.maxUnpool3d(x, indices, kernel, stride: stride, padding: padding, outputSize: size)
    }
  }

  /// Returns the values of a pooling, and the indices if requested.
  fileprivate func chosen(
    _ position: Int, _ pooled: (values: Tensor, indices: Tensor)
  ) throws -> [Tensor] {
    try bool(position, "return_indices", default: false)
      ? [pooled.values, pooled.indices] : [pooled.values]
  }

  fileprivate func maxima(
    _ body: ([Int], [Int]?, [Int], [Int], Bool) throws -> (values: Tensor, indices: Tensor)
  ) throws -> [Tensor] {
    // Read even if the call throws.
    let wantsIndices = try bool(6, "return_indices", default: false)
    let pooled = try body(
      ints(1, "kernel_size"), optionalInts(2, "stride"), extents(3, "padding", 0),
      extents(4, "dilation", 1), bool(5, "ceil_mode", default: false))
    return wantsIndices ? [pooled.values, pooled.indices] : [pooled.values]
  }
}
