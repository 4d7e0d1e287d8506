import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let pooling =
    [
      maxPooling(MaxPool1d.self) {
        MaxPool1d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4)
      },
      maxPooling(MaxPool2d.self) {
        MaxPool2d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4)
      },
      maxPooling(MaxPool3d.self) {
        MaxPool3d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4)
      },
    ] + averagePooling + adaptivePooling + otherPooling

  private static func maxPooling<Layer: MaxPoolingLayer>(
    _ type: Layer.Type,
    make: @escaping @Sendable (any Extents, any Extents, any Extents, any Extents, Bool) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        [
          "kernel_size": .extents($0.kernelSize), "stride": .extents($0.stride),
          "padding": .extents($0.padding), "dilation": .extents($0.dilation),
          "return_indices": false, "ceil_mode": .bool($0.ceilMode),
        ]
      },
      make: {
        try $0.refuseIndices()
        return make(
          try $0.extents("kernel_size"), try $0.extents("stride"), try $0.extents("padding"),
          try $0.extents("dilation"), try $0.bool("ceil_mode"))
      })
  }

  private static let averagePooling = [
    averagePooling(AvgPool1d.self) { kernel, stride, padding, ceilMode, countIncludePad, _ in
      AvgPool1d(
        kernel, stride: stride, padding: padding, ceilMode: ceilMode,
        countIncludePad: countIncludePad)
    },
    averagePooling(AvgPool2d.self) {
      AvgPool2d(
        $0, stride: $1, padding: $2, ceilMode: $3, countIncludePad: $4, divisorOverride: $5)
    },
    averagePooling(AvgPool3d.self) {
      AvgPool3d(
        $0, stride: $1, padding: $2, ceilMode: $3, countIncludePad: $4, divisorOverride: $5)
    },
  ]

  private static func averagePooling<Layer: AveragePoolingLayer>(
    _ type: Layer.Type,
    make: @escaping @Sendable (any Extents, any Extents, any Extents, Bool, Bool, Int?) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        var saved: [(String, CheckpointValue)] = [
          ("kernel_size", .extents($0.kernelSize)), ("stride", .extents($0.stride)),
          ("padding", .extents($0.padding)), ("ceil_mode", .bool($0.ceilMode)),
          ("count_include_pad", .bool($0.countIncludePad)),
        ]
        // PyTorch's 1-D layer does not have it.
        if type != AvgPool1d.self {
          saved.append(("divisor_override", .optional($0.divisorOverride)))
        }
        return .dictionary(saved.map { (.string($0.0), $0.1) })
      },
      make: {
        make(
          try $0.extents("kernel_size"), try $0.extents("stride"), try $0.extents("padding"),
          try $0.bool("ceil_mode"), try $0.bool("count_include_pad"),
          type == AvgPool1d.self ? nil : try $0.optionalInt("divisor_override"))
      })
  }

  private static let adaptivePooling = [
    adaptivePooling(AdaptiveAvgPool1d.self) { AdaptiveAvgPool1d($0) },
    adaptivePooling(AdaptiveAvgPool2d.self) { AdaptiveAvgPool2d($0) },
    adaptivePooling(AdaptiveAvgPool3d.self) { AdaptiveAvgPool3d($0) },
    adaptivePooling(AdaptiveMaxPool1d.self, mayIndex: true) { AdaptiveMaxPool1d($0) },
    adaptivePooling(AdaptiveMaxPool2d.self, mayIndex: true) { AdaptiveMaxPool2d($0) },
    adaptivePooling(AdaptiveMaxPool3d.self, mayIndex: true) { AdaptiveMaxPool3d($0) },
  ]

  private static func adaptivePooling<Layer: AdaptivePoolingLayer>(
    _ type: Layer.Type, mayIndex: Bool = false,
    make: @escaping @Sendable (any OutputSize) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        let size = CheckpointValue.outputSize($0.outputSize)
        return mayIndex ? ["output_size": size, "return_indices": false] : ["output_size": size]
      },
      make: {
        if mayIndex { try $0.refuseIndices() }
        return make(try $0.outputSize())
      })
  }

  private static func maxUnpooling<Layer: MaxUnpoolingLayer>(
    _ type: Layer.Type, make: @escaping @Sendable ([Int], [Int], [Int]) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        [
          "kernel_size": .tuple($0.kernelSize), "stride": .tuple($0.stride),
          "padding": .tuple($0.padding),
        ]
      },
      make: {
        make(try $0.ints("kernel_size"), try $0.ints("stride"), try $0.ints("padding"))
      })
  }

  private static let otherPooling = [
    lpPooling(LPPool1d.self) { LPPool1d($0, $1, stride: $2, ceilMode: $3) },
    lpPooling(LPPool2d.self) { LPPool2d($0, $1, stride: $2, ceilMode: $3) },
    lpPooling(LPPool3d.self) { LPPool3d($0, $1, stride: $2, ceilMode: $3) },
    maxUnpooling(MaxUnpool1d.self) { MaxUnpool1d($0, stride: $1, padding: $2) },
    maxUnpooling(MaxUnpool2d.self) { MaxUnpool2d($0, stride: $1, padding: $2) },
    maxUnpooling(MaxUnpool3d.self) { MaxUnpool3d($0, stride: $1, padding: $2) },
    fractionalPooling(FractionalMaxPool2d.self, rank: 2) {
      FractionalMaxPool2d($0, outputSize: $1, outputRatio: $2, randomSamples: $3)
    },
    fractionalPooling(FractionalMaxPool3d.self, rank: 3) {
      FractionalMaxPool3d($0, outputSize: $1, outputRatio: $2, randomSamples: $3)
    },
    ModuleForm(
      Unfold.self, "torch.nn.modules.fold.Unfold",
      attributes: {
        [
          "kernel_size": .extents($0.kernelSize), "dilation": .extents($0.dilation),
          "padding": .extents($0.padding), "stride": .extents($0.stride),
        ]
      },
      make: {
        Unfold(
          try $0.extents("kernel_size"), dilation: try $0.extents("dilation"),
          padding: try $0.extents("padding"), stride: try $0.extents("stride"))
      }),
    ModuleForm(
      Fold.self, "torch.nn.modules.fold.Fold",
      attributes: {
        [
          "output_size": .extents($0.outputSize), "kernel_size": .extents($0.kernelSize),
          "dilation": .extents($0.dilation), "padding": .extents($0.padding),
          "stride": .extents($0.stride),
        ]
      },
      make: {
        Fold(
          try $0.extents("output_size"), try $0.extents("kernel_size"),
          dilation: try $0.extents("dilation"), padding: try $0.extents("padding"),
          stride: try $0.extents("stride"))
      }),
  ]

  private static func fractionalPooling<Layer: FractionalMaxPoolingLayer>(
    _ type: Layer.Type, rank: Int,
    make: @escaping @Sendable ([Int], (any Extents)?, [Double]?, Tensor?) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        [
          "kernel_size": .repeated($0.kernelSize.extents.map { .int($0) }, rank),
          "return_indices": false,
          "output_size": .repeated($0.outputSize?.extents.map { .int($0) }, rank),
          "output_ratio": .repeated($0.outputRatio?.map { .double($0) }, rank),
        ]
      },
      make: {
        try $0.refuseIndices()
        return make(
          try $0.ints("kernel_size"), try $0.optionalExtents("output_size"),
          $0.value("output_ratio")?.elements?.compactMap(\.doubleValue),
          $0.tensor("_random_samples"))
      })
  }

  private static func lpPooling<Layer: LPPoolingLayer>(
    _ type: Layer.Type,
    make: @escaping @Sendable (Scalar, any Extents, (any Extents)?, Bool) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.pooling.\(type)",
      attributes: {
        [
          "norm_type": .scalar($0.norm),
          "kernel_size": .extents($0.kernelSize),
          "stride": $0.stride.map { .extents($0) } ?? CheckpointValue.none,
          "ceil_mode": .bool($0.ceilMode),
        ]
      },
      make: {
        make(
          try $0.scalar("norm_type"), try $0.extents("kernel_size"),
          try $0.optionalExtents("stride"), try $0.bool("ceil_mode"))
      })
  }
}

extension CheckpointValue {
  /// Returns a tuple of `count` values, repeating a single one; `None` if there are none.
  fileprivate static func repeated(_ values: [CheckpointValue]?, _ count: Int) -> CheckpointValue {
    guard let values else { return .none }
    return .tuple(values.count == 1 ? Array(repeating: values[0], count: count) : values)
  }

  /// Returns a size, or a tuple of sizes of which some may be `None`, as it was given.
  fileprivate static func outputSize(_ size: any OutputSize) -> CheckpointValue {
    if let number = size as? Int { return .int(number) }
    let sizes = size.sizes.map { CheckpointValue.optional($0) }
    return size is [Int] || size is [Int?] ? .tuple(sizes) : sizes.first ?? .none
  }
}

extension SavedModule {
  /// Throws if the layer also returns the indices of the maxima.
  fileprivate func refuseIndices() throws {
    if try bool("return_indices") {
      throw CheckpointError(
        .unsupported, "\(className) returns indices too, which a layer of Kindling's does not")
    }
  }

  /// Returns the attribute `name` as one number or one for each dimension; nil if it is `None`.
  fileprivate func optionalExtents(_ name: String) throws -> (any Extents)? {
    try isNone(name) ? nil : extents(name)
  }

  fileprivate func outputSize() throws -> any OutputSize {
    if let isTuple = value("output_size")?.elements {
      return isTuple.map(\.intValue)
    }
    return try optionalInt("output_size")
  }
}
