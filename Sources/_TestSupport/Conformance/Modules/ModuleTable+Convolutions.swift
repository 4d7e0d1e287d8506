import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_convolution`.
  mutating func addConvolutions() {
    layer("Conv1d") { a in
      try Conv1d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.convolutionPadding(4),
        dilation: a.extents(5, "dilation", default: 1), groups: a.int(6, "groups", default: 1),
        bias: a.bool(7, "bias", default: true), paddingMode: a.paddingMode(8))
    }
    layer("Conv2d") { a in
      try Conv2d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.convolutionPadding(4),
        dilation: a.extents(5, "dilation", default: 1), groups: a.int(6, "groups", default: 1),
        bias: a.bool(7, "bias", default: true), paddingMode: a.paddingMode(8))
    }
    layer("Conv3d") { a in
      try Conv3d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.convolutionPadding(4),
        dilation: a.extents(5, "dilation", default: 1), groups: a.int(6, "groups", default: 1),
        bias: a.bool(7, "bias", default: true), paddingMode: a.paddingMode(8))
    }
    module("ConvTranspose1d") { a in
      try a.onlyZeroPadding(9)
      let module = try ConvTranspose1d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.extents(4, "padding", default: 0),
        outputPadding: a.extents(5, "output_padding", default: 0),
        groups: a.int(6, "groups", default: 1), bias: a.bool(7, "bias", default: true),
        dilation: a.extents(8, "dilation", default: 1))
      return BuiltModule(module) { c in try c.sized(module) }
    }
    module("ConvTranspose2d") { a in
      try a.onlyZeroPadding(9)
      let module = try ConvTranspose2d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.extents(4, "padding", default: 0),
        outputPadding: a.extents(5, "output_padding", default: 0),
        groups: a.int(6, "groups", default: 1), bias: a.bool(7, "bias", default: true),
        dilation: a.extents(8, "dilation", default: 1))
      return BuiltModule(module) { c in try c.sized(module) }
    }
    module("ConvTranspose3d") { a in
      try a.onlyZeroPadding(9)
      let module = try ConvTranspose3d(
        a.int(0, "in_channels"), a.int(1, "out_channels"), a.extents(2, "kernel_size"),
        stride: a.extents(3, "stride", default: 1), padding: a.extents(4, "padding", default: 0),
        outputPadding: a.extents(5, "output_padding", default: 0),
        groups: a.int(6, "groups", default: 1), bias: a.bool(7, "bias", default: true),
        dilation: a.extents(8, "dilation", default: 1))
      return BuiltModule(module) { c in try c.sized(module) }
    }
  }
}

/// A layer whose output size can be chosen.
private protocol SizedLayer: Layer {
  func callAsFunction(_ x: Tensor, outputSize: [Int]) throws -> Tensor
}
extension ConvTranspose1d: SizedLayer {}
extension ConvTranspose2d: SizedLayer {}
extension ConvTranspose3d: SizedLayer {}

extension Arguments {
  /// Calls `module` with or without an output size.
  fileprivate func sized(_ module: some SizedLayer) throws -> Tensor {
    let x = try tensor(0, "input")
    guard let size = try optionalInts(1, "output_size") else { return try module(x) }
    return try module(x, outputSize: size)
  }

  /// Returns the padding mode of a convolution, whose `zeros` is a constant.
  fileprivate func paddingMode(_ position: Int) throws -> PaddingMode {
    switch try string(position, "padding_mode", default: "zeros") {
    case "zeros": return .zeros
    case "reflect": return .reflect
    case "replicate": return .replicate
    case "circular": return .circular
    case let other:
      throw TensorError(.value, "padding_mode", "\(other) is not a padding mode")
    }
  }

  /// Checks for zero padding, the only mode of transposed convolutions.
  fileprivate func onlyZeroPadding(_ position: Int) throws {
    let mode = try string(position, "padding_mode", default: "zeros")
    guard mode == "zeros" else {
      throw TensorError(.value, "padding_mode", "\(mode) is not a padding mode")
    }
  }
}
