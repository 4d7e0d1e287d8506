import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let convolutions = [
    convolution(Conv1d.self) {
      Conv1d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    },
    convolution(Conv2d.self) {
      Conv2d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    },
    convolution(Conv3d.self) {
      Conv3d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    },
    convolution(ConvTranspose1d.self) {
      ConvTranspose1d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.extents,
        outputPadding: $0.outputPadding, groups: $0.groups, bias: $0.bias, dilation: $0.dilation)
    },
    convolution(ConvTranspose2d.self) {
      ConvTranspose2d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.extents,
        outputPadding: $0.outputPadding, groups: $0.groups, bias: $0.bias, dilation: $0.dilation)
    },
    convolution(ConvTranspose3d.self) {
      ConvTranspose3d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.extents,
        outputPadding: $0.outputPadding, groups: $0.groups, bias: $0.bias, dilation: $0.dilation)
    },
  ]

  /// The arguments of a convolution in a file, checked against its weight.
  struct ConvolutionNumbers {
    let channels: (Int, Int)
    let kernelSize, stride, dilation, outputPadding: [Int]
    let padding: PaddingAmount
    let groups: Int
    let bias: Bool
    let paddingMode: PaddingMode
    /// The padding of transposed convolutions, which only support numbers.
    var extents: [Int] { if case .extents(let sizes) = padding { sizes } else { [0] } }

    init(_ saved: SavedModule) throws {
      channels = (try saved.int("in_channels"), try saved.int("out_channels"))
      (kernelSize, stride) = (try saved.ints("kernel_size"), try saved.ints("stride"))
      (dilation, outputPadding) = (try saved.ints("dilation"), try saved.ints("output_padding"))
      groups = try saved.int("groups")
      bias = saved.has("bias")
      switch saved.value("padding")?.stringValue {
      case "same": padding = .keepingSize
      case "valid": padding = .nothing
      default: padding = .extents(try saved.ints("padding"))
      }
      let mode = try saved.string("padding_mode"), isTransposed = try saved.bool("transposed")
      let known = mode == "zeros" ? PaddingMode.zeros : PaddingMode(rawValue: mode)
      guard let known, known == .zeros ? mode == "zeros" : !isTransposed else {
        throw CheckpointError(
          .unsupported, "\(saved.className) has an unknown padding_mode '\(mode.prefix(50))'")
      }
      paddingMode = known
      let shape =
        isTransposed
        ? [channels.0, channels.1 / max(groups, 1)] : [channels.1, channels.0 / max(groups, 1)]
      try saved.require("weight", shape + kernelSize)
    }
  }

  private static func convolution<Layer: ConvolutionLayer>(
    _ type: Layer.Type, make: @escaping @Sendable (ConvolutionNumbers) -> Layer
  ) -> ModuleForm {
    let name = "\(type)"
    let isTransposed = name.hasPrefix("ConvTranspose")
    return ModuleForm(
      type, "torch.nn.modules.conv.\(name)",
      attributes: { attributes($0, transposed: isTransposed) },
      make: { make(try ConvolutionNumbers($0)) })
  }

  private static func attributes(_ layer: ConvolutionLayer, transposed: Bool) -> CheckpointValue {
    let padding: CheckpointValue =
      switch layer.padding {
      case .extents(let sizes): .tuple(sizes)
      case .nothing: "valid"
      case .keepingSize: "same"
      }
    return [
      "in_channels": .int(layer.inChannels), "out_channels": .int(layer.outChannels),
      "kernel_size": .tuple(layer.kernelSize), "stride": .tuple(layer.stride), "padding": padding,
      "dilation": .tuple(layer.dilation), "transposed": .bool(transposed),
      "output_padding": .tuple(layer.outputPadding), "groups": .int(layer.groups),
      "padding_mode": .string(layer.paddingMode == .zeros ? "zeros" : layer.paddingMode.rawValue),
      // The padding that PyTorch applies in advance if the padding mode is not zeros.
      "_reversed_padding_repeated_twice": .list(layer.border.map { .int($0) }),
    ]
  }
}

extension CheckpointValue {
  /// Returns a tuple of integers.
  static func tuple(_ values: [Int]) -> CheckpointValue { .tuple(values.map { .int($0) }) }

  /// Returns a number, or a tuple with one for each dimension, as it was given.
  static func extents(_ values: any Extents) -> CheckpointValue {
    (values as? Int).map { .int($0) } ?? .tuple(values.extents)
  }

  /// Returns the integer, or `None`.
  static func optional(_ value: Int?) -> CheckpointValue { value.map { .int($0) } ?? .none }
}

extension SavedModule {
  /// Returns the attribute `name` as one number, or one for each dimension.
  func extents(_ name: String) throws -> any Extents {
    if let single = value(name)?.intValue { return single }
    return try ints(name)
  }
}
