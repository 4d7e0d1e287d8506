import CKernels

/// Convolutions as one matrix product for each kernel element.
///
/// A new backend can start from them, and other backends use them for dtypes without a kernel.
extension Backend {
  package func convolution(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into y: Tensor
  ) throws {
    try composedConvolution(x, weight, bias: bias, c, into: y)
  }

  package func convolutionInput(
    _ gradient: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into x: Tensor
  ) throws {
    try composedConvolutionInput(gradient, weight, bias: bias, c, into: x)
  }

  package func convolutionWeight(
    _ gradient: Tensor, _ x: Tensor, _ c: Convolution, into weight: Tensor
  ) throws {
    try composedConvolutionWeight(gradient, x, c, into: weight)
  }

  /// Converts a 16-bit tensor to float32, in which sums accumulate.
  private func inFloat(_ x: Tensor) throws -> Tensor {
    let result = try Tensor(uninitialized: x.shape, .float32, on: self)
    try copy(x, into: result)
    return result
  }

  /// Computes ``convolution(_:_:bias:_:into:)`` from primitives.
  package func composedConvolution(
    _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into y: Tensor
  ) throws {
    if y.dtype.isHalf {
      let wide = try Tensor(uninitialized: y.shape, .float32, on: self)
      try convolution(inFloat(x), inFloat(weight), bias: bias.map(inFloat), c, into: wide)
      return try copy(wide, into: y)
    }
    let steps = ConvolutionSteps(c, self)
    let padded = try steps.padded(x)
    let (part, columns) = try steps.part(x.dtype)
    let result = y.alias(
      shape: [c.batch, c.groups, steps.outputs, c.outputCount],
      strides: [
        c.outChannels * c.outputCount, steps.outputs * c.outputCount, c.outputCount, 1,
      ], offset: y.storageOffset)
    for tap in 0..<c.kernelCount {
      try copy(steps.view(padded, tap), into: part)
      try matmul(
        steps.matrix(weight, tap), columns, alpha: .int(1), beta: .int(tap == 0 ? 0 : 1),
        into: result)
    }
    try steps.add(bias, c.outChannels, c.outputCount, to: y)
  }

  /// Computes ``convolutionInput(_:_:bias:_:into:)`` from primitives.
  package func composedConvolutionInput(
    _ gradient: Tensor, _ weight: Tensor, bias: Tensor?, _ c: Convolution, into x: Tensor
  ) throws {
    if x.dtype.isHalf {
      let wide = try Tensor(uninitialized: x.shape, .float32, on: self)
      try convolutionInput(
        inFloat(gradient), inFloat(weight), bias: bias.map(inFloat), c, into: wide)
      return try copy(wide, into: x)
    }
    let steps = ConvolutionSteps(c, self)
    let padded = try steps.zeros(x.dtype)
    let (part, columns) = try steps.part(x.dtype)
    let source = gradient.alias(
      shape: [c.batch, c.groups, steps.outputs, c.outputCount],
      strides: [
        c.outChannels * c.outputCount, steps.outputs * c.outputCount, c.outputCount, 1,
      ], offset: gradient.storageOffset)
    for tap in 0..<c.kernelCount {
      let matrix = steps.matrix(weight, tap)
      let turned = matrix.alias(
        shape: [matrix.shape[0], matrix.shape[2], matrix.shape[1]],
        strides: [matrix.strides[0], matrix.strides[2], matrix.strides[1]],
        offset: matrix.storageOffset)
      try matmul(turned, source, alpha: .int(1), beta: .int(0), into: columns)
      let target = steps.view(padded, tap)
      try binary(.add, target, part, 1, dtype: x.dtype, into: target)
    }
    try fill(x, .int(0))
    try steps.copyInside(padded, x, intoImage: true)
    try steps.add(bias, c.inChannels, c.imageCount, to: x)
  }

  /// Computes ``convolutionWeight(_:_:_:into:)`` from primitives.
  package func composedConvolutionWeight(
    _ gradient: Tensor, _ x: Tensor, _ c: Convolution, into weight: Tensor
  ) throws {
    if weight.dtype.isHalf {
      let wide = try Tensor(uninitialized: weight.shape, .float32, on: self)
      try convolutionWeight(inFloat(gradient), inFloat(x), c, into: wide)
      return try copy(wide, into: weight)
    }
    let steps = ConvolutionSteps(c, self)
    let padded = try steps.padded(x)
    // The samples are side by side, so that one product sums over them.
    let places = c.batch * c.outputCount
    let rows = try Tensor(
      uninitialized: [c.groups, steps.outputs, c.batch, c.outputCount], x.dtype, on: self)
    try copy(
      gradient.alias(
        shape: rows.shape,
        strides: [
          steps.outputs * c.outputCount, c.outputCount, c.outChannels * c.outputCount, 1,
        ], offset: gradient.storageOffset), into: rows)
    let part = try Tensor(
      uninitialized: [c.groups, steps.inputs, c.batch] + c.output, x.dtype, on: self)
    let left = rows.alias(
      shape: [c.groups, steps.outputs, places], strides: [steps.outputs * places, places, 1],
      offset: 0)
    let right = part.alias(
      shape: [c.groups, places, steps.inputs], strides: [steps.inputs * places, 1, places],
      offset: 0)
    for tap in 0..<c.kernelCount {
      let view = steps.view(padded, tap)
      let (shape, strides) = (view.shape, view.strides)
      try copy(
        view.alias(
          shape: [shape[1], shape[2], shape[0]] + shape[3...],
          strides: [strides[1], strides[2], strides[0]] + strides[3...], offset: view.storageOffset),
        into: part)
      try matmul(left, right, alpha: .int(1), beta: .int(0), into: steps.matrix(weight, tap))
    }
  }
}

/// The data shared by the steps of a convolution: the padded input and its strided views.
private struct ConvolutionSteps {
  let c: Convolution
  let backend: any Backend
  /// The number of input channels per group.
  let inputs: Int
  let outputs: Int
  /// The size of the padded input, as far as the kernel reaches.
  let extent: [Int]

  init(_ c: Convolution, _ backend: any Backend) {
    self.c = c
    self.backend = backend
    inputs = c.inChannels / c.groups
    outputs = c.outChannels / c.groups
    extent = (0..<3).map {
      (c.output[$0] - 1) * c.stride[$0] + (c.kernel[$0] - 1) * c.dilation[$0] + 1
    }
  }

  func zeros(_ dtype: DType) throws -> Tensor {
    let result = try Tensor(
      uninitialized: [c.batch, c.inChannels] + extent, dtype, on: backend, "convolution")
    try backend.fill(result, .int(0))
    return result
  }

  func padded(_ x: Tensor) throws -> Tensor {
    let result = try zeros(x.dtype)
    try copyInside(result, x, intoImage: false)
    return result
  }

  /// Copies the common part of the padded and the plain input from one to the other.
  func copyInside(_ padded: Tensor, _ x: Tensor, intoImage: Bool) throws {
    let common = (0..<3).map { min(c.image[$0], extent[$0] - c.padding[$0]) }
    if common.contains(where: { $0 <= 0 }) { return }
    let image = x.alias(
      shape: [c.batch, c.inChannels] + common,
      strides: Layout.contiguousStrides([c.batch, c.inChannels] + c.image), offset: x.storageOffset)
    let front = (0..<3).reduce(0) { $0 + c.padding[$1] * padded.strides[$1 + 2] }
    let inside = padded.alias(shape: image.shape, strides: padded.strides, offset: front)
    try intoImage ? backend.copy(inside, into: image) : backend.copy(image, into: inside)
  }

  /// Returns the elements that kernel element `tap` multiplies: `[batch, groups, inputs, output…]`.
  func view(_ padded: Tensor, _ tap: Int) -> Tensor {
    let strides = padded.strides
    var rest = tap, offset = 0
    for d in (0..<3).reversed() {
      offset += rest % c.kernel[d] * c.dilation[d] * strides[d + 2]
      rest /= c.kernel[d]
    }
    return padded.alias(
      shape: [c.batch, c.groups, inputs] + c.output,
      strides: [strides[0], inputs * strides[1], strides[1]]
        + (0..<3).map { strides[$0 + 2] * c.stride[$0] }, offset: offset)
  }

  /// Returns the matrix `[groups, outputs, inputs]` of kernel element `tap`.
  func matrix(_ weight: Tensor, _ tap: Int) -> Tensor {
    let taps = c.kernelCount
    return weight.alias(
      shape: [c.groups, outputs, inputs], strides: [outputs * inputs * taps, inputs * taps, taps],
      offset: weight.storageOffset + tap)
  }

  /// Allocates memory for one ``view(_:_:)``, and returns it also as matrices.
  func part(_ dtype: DType) throws -> (Tensor, Tensor) {
    let part = try Tensor(
      uninitialized: [c.batch, c.groups, inputs] + c.output, dtype, on: backend)
    let count = c.outputCount
    let columns = part.alias(
      shape: [c.batch, c.groups, inputs, count],
      strides: [c.inChannels * count, inputs * count, count, 1], offset: 0)
    return (part, columns)
  }

  func add(_ bias: Tensor?, _ channels: Int, _ count: Int, to y: Tensor) throws {
    guard let bias else { return }
    let rows = y.alias(
      shape: [c.batch, channels, count], strides: [channels * count, count, 1],
      offset: y.storageOffset)
    let column = bias.alias(
      shape: [channels, 1], strides: [bias.strides[0], 1], offset: bias.storageOffset)
    try backend.binary(.add, rows, column, 1, dtype: y.dtype, into: rows)
  }
}
