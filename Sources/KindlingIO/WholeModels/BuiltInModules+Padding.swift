import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let padding: [ModuleForm] = [
    constant(ConstantPad1d.self) { ConstantPad1d($0, $1) },
    constant(ConstantPad2d.self) { ConstantPad2d($0, $1) },
    constant(ConstantPad3d.self) { ConstantPad3d($0, $1) },
    zeros(ZeroPad1d.self) { ZeroPad1d($0) }, zeros(ZeroPad2d.self) { ZeroPad2d($0) },
    zeros(ZeroPad3d.self) { ZeroPad3d($0) },
    border(ReflectionPad1d.self) { ReflectionPad1d($0) },
    border(ReflectionPad2d.self) { ReflectionPad2d($0) },
    border(ReflectionPad3d.self) { ReflectionPad3d($0) },
    border(ReplicationPad1d.self) { ReplicationPad1d($0) },
    border(ReplicationPad2d.self) { ReplicationPad2d($0) },
    border(ReplicationPad3d.self) { ReplicationPad3d($0) },
    border(CircularPad1d.self) { CircularPad1d($0) },
    border(CircularPad2d.self) { CircularPad2d($0) },
    border(CircularPad3d.self) { CircularPad3d($0) },
  ]

  private static func constant<Layer: ConstantPaddingLayer>(
    _ type: Layer.Type, make: @escaping @Sendable ([Int], Scalar) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.padding.\(type)",
      attributes: { ["padding": .tuple($0.padding), "value": .scalar($0.value)] },
      make: { make(try $0.ints("padding"), try $0.scalar("value")) })
  }

  /// Creates the form of zero padding, which in PyTorch is constant padding with 0.0.
  private static func zeros<Layer: PaddingLayer>(
    _ type: Layer.Type, make: @escaping @Sendable ([Int]) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.padding.\(type)",
      attributes: { ["padding": .tuple($0.padding), "value": .double(0)] },
      make: { make(try $0.ints("padding")) })
  }

  private static func border<Layer: PaddingLayer>(
    _ type: Layer.Type, make: @escaping @Sendable ([Int]) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.padding.\(type)", attributes: { ["padding": .tuple($0.padding)] },
      make: { make(try $0.ints("padding")) })
  }

  static let upsampling: [ModuleForm] = [
    upsampling(Upsample.self) { Upsample($0, $1, isSingleFactor: $2, $3, $4, $5) },
    upsampling(UpsamplingNearest2d.self) {
      UpsamplingNearest2d($0, $1, isSingleFactor: $2, $3, $4, $5)
    },
    upsampling(UpsamplingBilinear2d.self) {
      UpsamplingBilinear2d($0, $1, isSingleFactor: $2, $3, $4, $5)
    },
    ModuleForm(
      PixelShuffle.self, "torch.nn.modules.pixelshuffle.PixelShuffle",
      attributes: { ["upscale_factor": .int($0.upscaleFactor)] },
      make: { PixelShuffle(try $0.int("upscale_factor")) }),
    ModuleForm(
      PixelUnshuffle.self, "torch.nn.modules.pixelshuffle.PixelUnshuffle",
      attributes: { ["downscale_factor": .int($0.downscaleFactor)] },
      make: { PixelUnshuffle(try $0.int("downscale_factor")) }),
    ModuleForm(
      ChannelShuffle.self, "torch.nn.modules.channelshuffle.ChannelShuffle",
      attributes: { ["groups": .int($0.groups)] }, make: { ChannelShuffle(try $0.int("groups")) }),
  ]

  private typealias MakeUpsample<Layer> =
    @Sendable (
      (any Extents)?, [Double]?, Bool, UpsampleMode, Bool?, Bool?
    ) -> Layer

  private static func upsampling<Layer: Upsample>(
    _ type: Layer.Type, make: @escaping MakeUpsample<Layer>
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.upsampling.\(type)",
      attributes: { layer in
        [
          "name": .string("\(type)"), "size": size(of: layer), "scale_factor": factors(of: layer),
          "mode": .string(layer.mode.rawValue),
          "align_corners": .optional(layer.alignCorners),
          "recompute_scale_factor": .optional(layer.recomputeScaleFactor),
        ]
      },
      make: { try upsample($0, make) })
  }

  /// Returns a number or a tuple, as it was given, or `None`.
  @Sendable private static func size(of layer: Upsample) -> CheckpointValue {
    guard let sizes = layer.size else { return .none }
    return layer.isSingle ? .optional(sizes.first) : .tuple(sizes)
  }

  @Sendable private static func factors(of layer: Upsample) -> CheckpointValue {
    let factors = (layer.scaleFactor ?? []).map { CheckpointValue.double($0) }
    if layer.scaleFactor == nil { return .none }
    return layer.isSingleFactor ? factors.first ?? CheckpointValue.none : .tuple(factors)
  }

  private static func upsample<Layer: Upsample>(
    _ saved: SavedModule, _ make: MakeUpsample<Layer>
  ) throws -> Layer {
    guard let mode = UpsampleMode(rawValue: try saved.string("mode")) else {
      throw CheckpointError(
        .unsupported,
        "\(saved.className) has an unknown mode '\(try saved.string("mode").prefix(50))'")
    }
    let several = saved.value("scale_factor")?.elements?.compactMap(\.doubleValue)
    let single = several == nil ? try saved.optionalDouble("scale_factor") : nil
    return make(
      try saved.isNone("size") ? nil : saved.extents("size"), several ?? single.map { [$0] },
      single != nil, mode,
      try saved.isNone("align_corners") ? nil : saved.bool("align_corners"),
      try saved.isNone("recompute_scale_factor") ? nil : saved.bool("recompute_scale_factor"))
  }
}

extension CheckpointValue {
  /// Returns the Boolean value, or `None`.
  fileprivate static func optional(_ value: Bool?) -> CheckpointValue {
    value.map { .bool($0) } ?? CheckpointValue.none
  }
}
