import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_pooling`, except for unpooling.
  mutating func addPooling() {
    module("MaxPool1d") { a in
      let module = try MaxPool1d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0),
        dilation: a.extents(3, "dilation", default: 1), ceilMode: a.ceilMode(5))
      return try a.maxima(4, module, module.withIndices)
    }
    module("MaxPool2d") { a in
      let module = try MaxPool2d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0),
        dilation: a.extents(3, "dilation", default: 1), ceilMode: a.ceilMode(5))
      return try a.maxima(4, module, module.withIndices)
    }
    module("MaxPool3d") { a in
      let module = try MaxPool3d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0),
        dilation: a.extents(3, "dilation", default: 1), ceilMode: a.ceilMode(5))
      return try a.maxima(4, module, module.withIndices)
    }
    layer("AvgPool1d") { a in
      try AvgPool1d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0), ceilMode: a.ceilMode(3),
        countIncludePad: a.bool(4, "count_include_pad", default: true))
    }
    layer("AvgPool2d") { a in
      try AvgPool2d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0), ceilMode: a.ceilMode(3),
        countIncludePad: a.bool(4, "count_include_pad", default: true),
        divisorOverride: a.optionalInt(5, "divisor_override"))
    }
    layer("AvgPool3d") { a in
      try AvgPool3d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0), ceilMode: a.ceilMode(3),
        countIncludePad: a.bool(4, "count_include_pad", default: true),
        divisorOverride: a.optionalInt(5, "divisor_override"))
    }
    layer("LPPool1d") { a in
      try LPPool1d(
        a.scalar(0, "norm_type"), a.extents(1, "kernel_size"),
        stride: a.optionalExtents(2, "stride"), ceilMode: a.ceilMode(3))
    }
    layer("LPPool2d") { a in
      try LPPool2d(
        a.scalar(0, "norm_type"), a.extents(1, "kernel_size"),
        stride: a.optionalExtents(2, "stride"), ceilMode: a.ceilMode(3))
    }
    layer("LPPool3d") { a in
      try LPPool3d(
        a.scalar(0, "norm_type"), a.extents(1, "kernel_size"),
        stride: a.optionalExtents(2, "stride"), ceilMode: a.ceilMode(3))
    }
    addAdaptivePooling()
    addFractionalPooling()
  }

  private mutating func addFractionalPooling() {
    module("FractionalMaxPool2d") { a in
      let module = try FractionalMaxPool2d(
        a.extents(0, "kernel_size"), outputSize: a.optionalExtents(1, "output_size"),
        outputRatio: a.optionalDoubles(2, "output_ratio"),
        randomSamples: a.optionalTensor(4, "_random_samples"))
      return try a.maxima(3, module, module.withIndices)
    }
    module("FractionalMaxPool3d") { a in
      let module = try FractionalMaxPool3d(
        a.extents(0, "kernel_size"), outputSize: a.optionalExtents(1, "output_size"),
        outputRatio: a.optionalDoubles(2, "output_ratio"),
        randomSamples: a.optionalTensor(4, "_random_samples"))
      return try a.maxima(3, module, module.withIndices)
    }
  }

  private mutating func addAdaptivePooling() {
    layer("AdaptiveAvgPool1d") { a in try AdaptiveAvgPool1d(a.outputSize(0)) }
    layer("AdaptiveAvgPool2d") { a in try AdaptiveAvgPool2d(a.outputSize(0)) }
    layer("AdaptiveAvgPool3d") { a in try AdaptiveAvgPool3d(a.outputSize(0)) }
    module("AdaptiveMaxPool1d") { a in
      let module = try AdaptiveMaxPool1d(a.outputSize(0))
      return try a.maxima(1, module, module.withIndices)
    }
    module("AdaptiveMaxPool2d") { a in
      let module = try AdaptiveMaxPool2d(a.outputSize(0))
      return try a.maxima(1, module, module.withIndices)
    }
    module("AdaptiveMaxPool3d") { a in
      let module = try AdaptiveMaxPool3d(a.outputSize(0))
      return try a.maxima(1, module, module.withIndices)
    }
  }

  /// Adds the max-unpooling modules.
  mutating func addUnpooling() {
    module("MaxUnpool1d") { a in
      let module = try MaxUnpool1d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0))
      return BuiltModule(module) { c in try module.unpooled(c) }
    }
    module("MaxUnpool2d") { a in
      let module = try MaxUnpool2d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0))
      return BuiltModule(module) { c in try module.unpooled(c) }
    }
    module("MaxUnpool3d") { a in
      let module = try MaxUnpool3d(
        a.extents(0, "kernel_size"), stride: a.optionalExtents(1, "stride"),
        padding: a.extents(2, "padding", default: 0))
      return BuiltModule(module) { c in try module.unpooled(c) }
    }
  }
}

extension MaxUnpoolingLayer {
  /// Returns the result of the unpooling with the arguments of a call.
  fileprivate func unpooled(_ c: Arguments) throws -> Tensor {
    try self(
      c.tensor(0, "input"), c.tensor(1, "indices"), outputSize: c.optionalInts(2, "output_size"))
  }
}

extension Arguments {
  fileprivate func ceilMode(_ position: Int) throws -> Bool {
    try bool(position, "ceil_mode", default: false)
  }

  /// Returns a pooling with its maxima, and their indices if `return_indices` is set.
  func maxima(
    _ position: Int, _ module: some Layer,
    _ withIndices: @escaping (Tensor) throws -> (values: Tensor, indices: Tensor)
  ) throws -> BuiltModule {
    guard try bool(position, "return_indices", default: false) else {
      return BuiltModule(module) { c in try module(c.tensor(0, "input")) }
    }
    return BuiltModule(module) { c in
      let pooled = try withIndices(c.tensor(0, "input"))
      return [pooled.values, pooled.indices]
    }
  }
}
