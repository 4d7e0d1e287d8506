/// Convolutions over one to three spatial dimensions, and the operations of their gradients.
extension Tensor {
  /// Applies a convolution or a transposed convolution with `weight`
  /// (PyTorch: `torch.convolution`).
  ///
  /// `stride`, `padding`, `dilation` and `outputPadding` have one number for each spatial
  /// dimension, or one for all. `F.conv2d` and its relatives are the more convenient forms.
  /// - Shape: `[N, Cin, *]` and `[Cout, Cin / groups, *]` → `[N, Cout, *]`; transposed, `[N, Cin, *]`
  ///   and `[Cin, Cout / groups, *]` → `[N, Cout, *]`.
  /// - Throws: ``TensorError`` if shapes or dtypes do not match, or an argument is invalid.
  public func convolution(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: [Int] = [1], padding: [Int] = [0],
    dilation: [Int] = [1], transposed: Bool = false, outputPadding: [Int] = [0], groups: Int = 1
  ) throws -> Tensor {
    let arguments = try ConvolutionArguments(
      "convolution", self, weight, bias, stride: stride, dilation: dilation, groups: groups,
      transposed: transposed)
    let padding = try arguments.checked(padding, "padding", least: 0)
    guard transposed else {
      return try convolved(weight, bias, arguments.forward(padding, padding))
    }
    return try transposeConvolved(
      weight, bias,
      arguments.transposed(padding, arguments.checked(outputPadding, "output_padding", least: 0)))
  }

  /// Applies the convolution `c` with this tensor as the input.
  package func convolved(_ weight: Tensor, _ bias: Tensor?, _ c: Convolution) throws -> Tensor {
    let (x, w) = try Tensor.onOneDevice("convolution", self, weight)
    var y = try Tensor(uninitialized: c.outputShape, dtype, on: x.backend, "convolution")
    let isRecorded =
      isGradEnabled && (x.requiresGrad || w.requiresGrad || bias?.requiresGrad == true)
    // A max pooling layer after the convolution picks one of two nearly equal elements for the
    // gradient. While training, the outputs must therefore equal PyTorch's exactly.
    var exact = c
    exact.isExact = isRecorded
    if y.numel > 0 {
      if c.inChannels == 0 || c.imageCount == 0 {
        try y.fillByChannel(bias, c.outChannels)
      } else {
        try y.backend.convolution(
          x.unrecordedContiguous(), w.unrecordedContiguous(), bias: bias?.unrecordedContiguous(),
          exact, into: y)
      }
      y = try y.laidOut(as: x.convolutionFormat(w, c))
    }
    guard isRecorded else { return y }
    return try y.recorded(
      "ConvolutionBackward0",
      Input(x, saving: w, x) { [exact] g, s in try g.transposeConvolved(s[0], nil, exact) },
      Input(w, saving: x, w) { g, s in try g.convolutionWeightGradient(s[0], c) },
      bias.map { Input($0, saving: x, w) { g, s in try g.biasGradient(s[0], s[1]) } })
  }

  /// Computes the gradient of the bias, recorded with PyTorch's node for all three gradients.
  private func biasGradient(_ x: Tensor, _ w: Tensor) throws -> Tensor {
    let source = x.requiresGrad ? x : w
    return try sumByChannel().flat(in: source, "ConvolutionBackwardBackward0")
  }

  /// Computes the gradient of the input from this gradient of the output; with a bias, the
  /// transposed convolution.
  package func transposeConvolved(_ weight: Tensor, _ bias: Tensor?, _ c: Convolution) throws
    -> Tensor
  {
    let (g, w) = try Tensor.onOneDevice("convolution", self, weight)
    var x = try Tensor(uninitialized: c.imageShape, dtype, on: g.backend, "convolution")
    if x.numel > 0 {
      if c.outChannels == 0 || c.outputCount == 0 {
        try x.fillByChannel(bias, c.inChannels)
      } else {
        try x.backend.convolutionInput(
          g.unrecordedContiguous(), w.unrecordedContiguous(), bias: bias?.unrecordedContiguous(), c,
          into: x)
      }
      x = try x.laidOut(as: g.convolutionFormat(w, c))
    }
    guard isGradEnabled, g.requiresGrad || w.requiresGrad || bias?.requiresGrad == true else {
      return x
    }
    return try x.recorded(
      "ConvolutionBackward0",
      Input(g, saving: w, g) { gx, s in try gx.convolved(s[0], nil, c) },
      Input(w, saving: g, w) { gx, s in try s[0].convolutionWeightGradient(gx, c) },
      bias.map { Input($0, saving: g, w) { gx, s in try gx.biasGradient(s[0], s[1]) } })
  }

  /// Computes the gradient of the weight from `image`, the input, and this gradient of the output.
  private func convolutionWeightGradient(_ image: Tensor, _ c: Convolution) throws -> Tensor {
    let (g, x) = try Tensor.onOneDevice("convolution", self, image)
    let w = try Tensor(uninitialized: c.weightShape, dtype, on: g.backend, "convolution")
    if w.numel > 0 {
      if c.batch == 0 || c.outputCount == 0 || c.imageCount == 0 {
        try w.backend.fill(w, .int(0))
      } else {
        try w.backend.convolutionWeight(
          g.unrecordedContiguous(), x.unrecordedContiguous(), c, into: w)
      }
    }
    return try w.recorded(
      "ConvolutionBackwardBackward0",
      Input(g, saving: x) { gw, s in try s[0].convolved(gw, nil, c) },
      Input(x, saving: g) { gw, s in try s[0].transposeConvolved(gw, nil, c) })
  }

  /// Returns channels last if the input or the weight has it, as in PyTorch.
  ///
  /// 3-D convolutions use it if PyTorch would call oneDNN.
  private func convolutionFormat(_ weight: Tensor, _ c: Convolution) -> MemoryFormat {
    if ndim == 5,
      !ConvolutionArguments.isForOneDNN(shape, weight: weight.shape, groups: c.groups, dtype)
    {
      return .contiguous
    }
    let own = suggestedFormat
    return own == .contiguous ? weight.suggestedFormat : own
  }

  func unrecordedContiguous() throws -> Tensor { try noGrad { try contiguous() } }

  /// Sums over all dimensions except the second.
  private func sumByChannel() throws -> Tensor { try sum(dims: [0] + Array(2..<ndim)) }

  /// Sets every channel to its bias, or to zero.
  private func fillByChannel(_ bias: Tensor?, _ channels: Int) throws {
    guard let bias else { return try backend.fill(self, .int(0)) }
    let column = bias.alias(
      shape: [channels] + [Int](repeating: 1, count: ndim - 2),
      strides: [bias.strides[0]] + [Int](repeating: 1, count: ndim - 2), offset: bias.storageOffset)
    try backend.copy(column, into: self)
  }
}
