import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let convolutions = [
    convolution(Conv1d.self) {
      Conv1d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias)
    },
    convolution(Conv2d.self) {
      Conv2d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias)
    },
    convolution(Conv3d.self) {
      Conv3d(
        $0.channels.0, $0.channels.1, $0.kernelSize, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias)
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

  /// The numbers of a convolution that a file describes, checked against its weight.
  struct ConvolutionNumbers {
    let channels: (Int, Int)
    let kernelSize, stride, dilation, outputPadding: [Int]
    let padding: PaddingAmount
    let groups: Int
    let bias: Bool
    /// The padding of transposed convolutions, which know numbers alone.
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
      if case let mode = try saved.string("padding_mode"), mode != "zeros" {
        throw CheckpointError(
          .unsupported, "\(saved.className) has padding_mode '\(mode.prefix(50))'; only 'zeros' is known")
      }
      let shape =
        try saved.bool("transposed")
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
    let rank = layer.kernelSize.count
    var padding: CheckpointValue
    // What PyTorch pads beforehand where its mode is not zeros: both ends of each dimension, the last
    // dimension first.
    var around = [Int](repeating: 0, count: 2 * rank)
    switch layer.padding {
    case .extents(let sizes):
      padding = .tuple(sizes)
      around = sizes.reversed().flatMap { [$0, $0] }
    case .nothing: padding = "valid"
    case .keepingSize:
      padding = "same"
      around = zip(layer.dilation, layer.kernelSize).reversed().flatMap { dilation, size in
        let total = dilation * (size - 1)
        return [total / 2, total - total / 2]
      }
    }
    return [
      "in_channels": .int(layer.inChannels), "out_channels": .int(layer.outChannels),
      "kernel_size": .tuple(layer.kernelSize), "stride": .tuple(layer.stride), "padding": padding,
      "dilation": .tuple(layer.dilation), "transposed": .bool(transposed),
      "output_padding": .tuple(layer.outputPadding), "groups": .int(layer.groups),
      "padding_mode": "zeros", "_reversed_padding_repeated_twice": .list(around.map { .int($0) }),
    ]
  }
}

extension CheckpointValue {
  /// A tuple of integers.
  static func tuple(_ values: [Int]) -> CheckpointValue { .tuple(values.map { .int($0) }) }

  /// A number, or a tuple of one for each dimension, as it was given.
  static func extents(_ values: any Extents) -> CheckpointValue {
    (values as? Int).map { .int($0) } ?? .tuple(values.extents)
  }

  /// The integer, or `None`.
  static func optional(_ value: Int?) -> CheckpointValue { value.map { .int($0) } ?? .none }
}

extension SavedModule {
  /// The attribute `name` as one number, or one for each dimension.
  func extents(_ name: String) throws -> any Extents {
    if let single = value(name)?.intValue { return single }
    return try ints(name)
  }
}
