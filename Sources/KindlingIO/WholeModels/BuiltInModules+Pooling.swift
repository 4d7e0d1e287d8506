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
    ] + averagePooling + adaptivePooling

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
        if try $0.bool("return_indices") {
          throw CheckpointError(
            .unsupported,
            "\($0.className) returns indices too, which a layer of Kindling's does not")
        }
        return make(
          try $0.extents("kernel_size"), try $0.extents("stride"), try $0.extents("padding"),
          try $0.extents("dilation"), try $0.bool("ceil_mode"))
      })
  }

  private static let averagePooling = [
    ModuleForm(
      AvgPool1d.self, "torch.nn.modules.pooling.AvgPool1d",
      attributes: {
        // PyTorch makes tuples of these, in one dimension alone.
        [
          "kernel_size": .tuple($0.kernelSize.extents), "stride": .tuple($0.stride.extents),
          "padding": .tuple($0.padding.extents), "ceil_mode": .bool($0.ceilMode),
          "count_include_pad": .bool($0.countIncludePad),
        ]
      },
      make: {
        AvgPool1d(
          try $0.ints("kernel_size"), stride: try $0.ints("stride"),
          padding: try $0.ints("padding"),
          ceilMode: try $0.bool("ceil_mode"), countIncludePad: try $0.bool("count_include_pad"))
      }),
    ModuleForm(
      AvgPool2d.self, "torch.nn.modules.pooling.AvgPool2d",
      attributes: {
        [
          "kernel_size": .extents($0.kernelSize), "stride": .extents($0.stride),
          "padding": .extents($0.padding), "ceil_mode": .bool($0.ceilMode),
          "count_include_pad": .bool($0.countIncludePad),
          "divisor_override": .optional($0.divisorOverride),
        ]
      },
      make: {
        AvgPool2d(
          try $0.extents("kernel_size"), stride: try $0.extents("stride"),
          padding: try $0.extents("padding"), ceilMode: try $0.bool("ceil_mode"),
          countIncludePad: try $0.bool("count_include_pad"),
          divisorOverride: try $0.optionalInt("divisor_override"))
      }),
    ModuleForm(
      AvgPool3d.self, "torch.nn.modules.pooling.AvgPool3d",
      attributes: {
        [
          "kernel_size": .extents($0.kernelSize), "stride": .extents($0.stride),
          "padding": .extents($0.padding), "ceil_mode": .bool($0.ceilMode),
          "count_include_pad": .bool($0.countIncludePad),
          "divisor_override": .optional($0.divisorOverride),
        ]
      },
      make: {
        AvgPool3d(
          try $0.extents("kernel_size"), stride: try $0.extents("stride"),
          padding: try $0.extents("padding"), ceilMode: try $0.bool("ceil_mode"),
          countIncludePad: try $0.bool("count_include_pad"),
          divisorOverride: try $0.optionalInt("divisor_override"))
      }),
  ]

  private static let adaptivePooling = [
    ModuleForm(
      AdaptiveAvgPool1d.self, "torch.nn.modules.pooling.AdaptiveAvgPool1d",
      attributes: { ["output_size": .outputSize($0.outputSize)] },
      make: { AdaptiveAvgPool1d(try $0.outputSize()) }),
    ModuleForm(
      AdaptiveAvgPool2d.self, "torch.nn.modules.pooling.AdaptiveAvgPool2d",
      attributes: { ["output_size": .outputSize($0.outputSize)] },
      make: { AdaptiveAvgPool2d(try $0.outputSize()) }),
    ModuleForm(
      AdaptiveAvgPool3d.self, "torch.nn.modules.pooling.AdaptiveAvgPool3d",
      attributes: { ["output_size": .outputSize($0.outputSize)] },
      make: { AdaptiveAvgPool3d(try $0.outputSize()) }),
    ModuleForm(
      AdaptiveMaxPool1d.self, "torch.nn.modules.pooling.AdaptiveMaxPool1d",
      attributes: { ["output_size": .outputSize($0.outputSize), "return_indices": false] },
      make: { AdaptiveMaxPool1d(try $0.outputSize()) }),
    ModuleForm(
      AdaptiveMaxPool2d.self, "torch.nn.modules.pooling.AdaptiveMaxPool2d",
      attributes: { ["output_size": .outputSize($0.outputSize), "return_indices": false] },
      make: { AdaptiveMaxPool2d(try $0.outputSize()) }),
    ModuleForm(
      AdaptiveMaxPool3d.self, "torch.nn.modules.pooling.AdaptiveMaxPool3d",
      attributes: { ["output_size": .outputSize($0.outputSize), "return_indices": false] },
      make: { AdaptiveMaxPool3d(try $0.outputSize()) }),
  ]
}

extension CheckpointValue {
  /// A size, or a tuple of sizes of which some may be `None`, as it was given.
  fileprivate static func outputSize(_ size: any OutputSize) -> CheckpointValue {
    if let number = size as? Int { return .int(number) }
    let sizes = size.sizes.map { CheckpointValue.optional($0) }
    return size is [Int] || size is [Int?] ? .tuple(sizes) : sizes.first ?? .none
  }
}

extension SavedModule {
  fileprivate func outputSize() throws -> any OutputSize {
    if let isTuple = value("output_size")?.elements {
      return isTuple.map(\.intValue)
    }
    return try optionalInt("output_size")
  }
}
