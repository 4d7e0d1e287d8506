public import KindlingCore

extension PaddingMode {
  /// Zeros: what PyTorch's convolutions call a constant border.
  public static let zeros = PaddingMode.constant
}

/// What all convolutions have in common (PyTorch: `_ConvNd`): their numbers, weight and bias.
///
/// Impossible arguments are kept and thrown by the first use.
open class ConvolutionLayer: Module {
  /// Channels of what goes in.
  public let inChannels: Int
  /// Channels of what comes out.
  public let outChannels: Int
  /// The kernel's size in each dimension, and so on.
  public let kernelSize: [Int]
  /// How far windows are apart.
  public let stride: [Int]
  /// What surrounds the input.
  public let padding: PaddingAmount
  /// How far the elements of a window are apart.
  public let dilation: [Int]
  /// What a transposed convolution adds to one side of its output.
  public let outputPadding: [Int]
  /// Groups of channels that do not mix.
  public let groups: Int
  /// What the padding consists of; `.zeros` by default.
  public let paddingMode: PaddingMode
  /// `[outChannels, inChannels / groups, *kernelSize]`; the first two turned round if transposed.
  @Parameter public var weight: Tensor
  /// `[outChannels]`, if there is one.
  @Parameter public var bias: Tensor?

  /// A layer whose parameters are drawn as PyTorch draws them, from the default generator.
  init(
    rank: Int, transposed: Bool, _ inChannels: Int, _ outChannels: Int, _ kernelSize: [Int],
    _ stride: [Int], _ padding: PaddingAmount, _ dilation: [Int], outputPadding: [Int] = [0],
    _ groups: Int, _ bias: Bool, _ paddingMode: PaddingMode = .zeros, _ dtype: DType?,
    _ device: Device
  ) {
    let layer = "Conv\(transposed ? "Transpose" : "")\(rank)d"
    var problem: TensorError?
    func refuse(_ message: String) {
      problem = problem ?? TensorError(.value, layer, message)
    }
    func all(_ values: [Int], _ name: String) -> [Int] {
      if values.count == rank { return values }
      guard let first = values.first, values.count == 1 else {
        refuse("\(name) must be one number or \(rank) numbers, but got \(values)")
        return [Int](repeating: 1, count: rank)
      }
      return [Int](repeating: first, count: rank)
    }
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernelSize = all(kernelSize, "kernel_size")
    self.stride = all(stride, "stride")
    self.dilation = all(dilation, "dilation")
    self.outputPadding = all(outputPadding, "output_padding")
    self.padding =
      if case .extents(let sizes) = padding { .extents(all(sizes, "padding")) } else { padding }
    self.groups = groups
    self.paddingMode = paddingMode
    if groups <= 0 {
      refuse("groups must be a positive integer, but got \(groups)")
    } else if inChannels % groups != 0 {
      refuse("in_channels must be divisible by groups, but got \(inChannels) and \(groups)")
    } else if outChannels % groups != 0 {
      refuse("out_channels must be divisible by groups, but got \(outChannels) and \(groups)")
    }
    if padding == .keepingSize, self.stride.contains(where: { $0 != 1 }) {
      refuse("padding='same' is not supported for strided convolutions")
    }
    let parts = max(groups, 1)
    let shape =
      (transposed ? [inChannels, outChannels / parts] : [outChannels, inChannels / parts])
      + self.kernelSize
    weight = parameterMemory(problem == nil ? shape : [0], dtype, device, layer, &problem)
    self.bias =
      bias
      ? parameterMemory(problem == nil ? [outChannels] : [0], dtype, device, layer, &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Draws the parameters anew (PyTorch: `reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.linearDefaults(weight: weight, bias: bias)
  }

  /// The convolution of `x` with the layer's weight and bias.
  func convolved(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    let rank = kernelSize.count, name = "conv\(rank)d"
    if paddingMode == .zeros {
      return try F.convolution(name, rank, x, weight, bias, stride, padding, dilation, groups)
    }
    let padded = try F.pad(x, border, mode: paddingMode)
    return try F.convolution(name, rank, padded, weight, bias, stride, .nothing, dilation, groups)
  }

  /// How much is padded before and after each dimension, the last one first.
  package var border: [Int] {
    switch padding {
    case .nothing: [Int](repeating: 0, count: 2 * kernelSize.count)
    case .extents(let sizes): sizes.reversed().flatMap { [$0, $0] }
    case .keepingSize:
      zip(dilation, kernelSize).reversed().flatMap { dilation, size in
        // An impossible product is refused by the layer's shape.
        let total = dilation &* (size &- 1)
        return [total / 2, total &- total / 2]
      }
    }
  }

  override open func extraRepr() -> String {
    var text =
      "\(inChannels), \(outChannels), kernel_size=\(kernelSize.printed), stride=\(stride.printed)"
    switch padding {
    case .keepingSize: text += ", padding=same"
    case .nothing: text += ", padding=valid"
    case .extents(let sizes):
      if sizes.contains(where: { $0 != 0 }) { text += ", padding=\(sizes.printed)" }
    }
    if dilation.contains(where: { $0 != 1 }) { text += ", dilation=\(dilation.printed)" }
    if outputPadding.contains(where: { $0 != 0 }) {
      text += ", output_padding=\(outputPadding.printed)"
    }
    if groups != 1 { text += ", groups=\(groups)" }
    if bias == nil { text += ", bias=False" }
    if paddingMode != .zeros { text += ", padding_mode=\(paddingMode.rawValue)" }
    return text
  }
}

/// The convolution of signals with learned kernels (PyTorch: `nn.Conv1d`).
///
/// - Shape: `[N, inChannels, L]` or `[inChannels, L]` → `[N, outChannels, L']`.
open class Conv1d: ConvolutionLayer, Layer {
  /// A layer of `outChannels` kernels of size `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 1, transposed: false, inChannels, outChannels, kernelSize.extents, stride.extents,
      padding.padding, dilation.extents, groups, bias, paddingMode, dtype, device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }
}

/// The convolution of images with learned kernels (PyTorch: `nn.Conv2d`).
///
/// - Shape: `[N, inChannels, H, W]` or `[inChannels, H, W]` → `[N, outChannels, H', W']`.
open class Conv2d: ConvolutionLayer, Layer {
  /// A layer of `outChannels` kernels of size `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 2, transposed: false, inChannels, outChannels, kernelSize.extents, stride.extents,
      padding.padding, dilation.extents, groups, bias, paddingMode, dtype, device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }
}

/// The convolution of volumes with learned kernels (PyTorch: `nn.Conv3d`).
///
/// - Shape: `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]` → `[N, outChannels, D', H', W']`.
open class Conv3d: ConvolutionLayer, Layer {
  /// A layer of `outChannels` kernels of size `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 3, transposed: false, inChannels, outChannels, kernelSize.extents, stride.extents,
      padding.padding, dilation.extents, groups, bias, paddingMode, dtype, device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }
}
