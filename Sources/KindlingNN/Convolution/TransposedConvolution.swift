public import KindlingCore

extension ConvolutionLayer {
  /// Returns the transposed convolution of `x`, with output padding for the spatial size
  /// `outputSize` if given.
  fileprivate func transposed(_ x: Tensor, _ outputSize: [Int]?) throws -> Tensor {
    try checkInitialization()
    let padding = padding.sizes ?? [0]
    return try F.transposed(
      kernelSize.count, x, weight, bias, stride: stride, padding: padding,
      outputPadding: outputSize.map { try behind(x, $0, padding) } ?? outputPadding,
      groups: groups, dilation: dilation)
  }

  /// Returns the output padding that gives the spatial size `outputSize`.
  private func behind(_ x: Tensor, _ outputSize: [Int], _ padding: [Int]) throws -> [Int] {
    let rank = kernelSize.count
    let wanted = outputSize.count > rank ? Array(outputSize.suffix(rank)) : outputSize
    try require(
      x.ndim > rank && wanted.count == rank
        && (outputSize.count == rank || outputSize.count == x.ndim), .value, typeName,
      "ConvTranspose\(rank)D: for \(x.ndim)D input, output_size must have \(expected: rank) or \(expected: x.ndim) elements (got \(got: outputSize.count))"
    )
    return try (0..<rank).map { d in
      let (span, over) = (x.shape[x.ndim - rank + d] - 1).multipliedReportingOverflow(by: stride[d])
      let (reach, beyond) = (kernelSize[d] - 1).multipliedReportingOverflow(by: dilation[d])
      let least = span &- 2 &* padding[d] &+ reach &+ 1, most = least &+ stride[d] &- 1
      try require(
        !over && !beyond && least <= most && (least...most).contains(wanted[d]), .value, typeName,
        "requested an output size of \(outputSize), but valid sizes in dimension \(d) range from \(least) to \(most) (for an input of \(x.shape))"
      )
      return wanted[d] - least
    }
  }
}

/// The base class of ``ConvTranspose1d``, ``ConvTranspose2d`` and ``ConvTranspose3d``.
open class TransposedConvolution: ConvolutionLayer, Layer {
  /// The number of spatial dimensions.
  class var rank: Int { 2 }

  /// Creates a layer with `inChannels` kernels of `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: any Extents, stride: any Extents = 1,
    padding: any Extents = 0, outputPadding: any Extents = 0, groups: Int = 1,
    bias: Bool = true, dilation: any Extents = 1, dtype: DType? = nil, device: Device = .cpu
  ) {
    super.init(
      rank: Self.rank, transposed: true, inChannels, outChannels, kernelSize.extents,
      stride: stride.extents, padding: .extents(padding.extents), dilation: dilation.extents,
      outputPadding: outputPadding.extents, groups: groups, bias: bias, dtype: dtype,
      device: device)
  }

  /// Creates the layer of a file.
  convenience init(_ saved: Arguments) {
    self.init(
      saved.inputs, saved.outputs, saved.kernel, stride: saved.stride,
      padding: saved.padding.sizes ?? [0], outputPadding: saved.outputPadding,
      groups: saved.groups, bias: saved.bias, dilation: saved.dilation)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try transposed(x, nil) }

  /// Returns the output of spatial size `outputSize`.
  public func forward(_ x: Tensor, outputSize: [Int]) throws -> Tensor {
    try transposed(x, outputSize)
  }

  /// Returns the result of ``forward(_:outputSize:)`` and runs the hooks.
  public func callAsFunction(_ x: Tensor, outputSize: [Int]) throws -> Tensor {
    try call([x]) { try forward($0[0], outputSize: outputSize) }
  }

  override class var form: LayerForm? {
    described(transposed: true) { TransposedConvolution($0) }
  }
}

/// A 1-D transposed convolution: the gradient of ``Conv1d`` with respect to its input
/// (PyTorch: `nn.ConvTranspose1d`).
///
/// - Shape: `[N, inChannels, L]` or `[inChannels, L]` → `[N, outChannels, L']`.
open class ConvTranspose1d: TransposedConvolution {
  override class var rank: Int { 1 }
  override class var form: LayerForm? { described(transposed: true) { ConvTranspose1d($0) } }
}

/// A 2-D transposed convolution: the gradient of ``Conv2d`` with respect to its input
/// (PyTorch: `nn.ConvTranspose2d`).
///
/// - Shape: `[N, inChannels, H, W]` or `[inChannels, H, W]` → `[N, outChannels, H', W']`.
open class ConvTranspose2d: TransposedConvolution {
  override class var rank: Int { 2 }
  override class var form: LayerForm? { described(transposed: true) { ConvTranspose2d($0) } }
}

/// A 3-D transposed convolution: the gradient of ``Conv3d`` with respect to its input
/// (PyTorch: `nn.ConvTranspose3d`).
///
/// - Shape: `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]` → `[N, outChannels, D', H', W']`.
open class ConvTranspose3d: TransposedConvolution {
  override class var rank: Int { 3 }
  override class var form: LayerForm? { described(transposed: true) { ConvTranspose3d($0) } }
}
