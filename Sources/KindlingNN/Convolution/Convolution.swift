public import KindlingCore

extension PaddingMode {
  /// Zero padding: PyTorch's name for constant padding of convolutions.
  public static let zeros = PaddingMode.constant
}

/// The base class of the convolution layers (PyTorch: `_ConvNd`).
///
/// The first use of the layer throws the error of an invalid argument.
open class ConvolutionLayer: Module {
  /// The number of input channels.
  public let inChannels: Int
  /// The number of output channels.
  public let outChannels: Int
  /// The kernel size in each dimension.
  public let kernelSize: [Int]
  /// The stride of the window.
  public let stride: [Int]
  /// The amount of padding on each side.
  public let padding: PaddingAmount
  /// The dilation: the spacing between kernel elements.
  public let dilation: [Int]
  /// The additional size on one side of the output of a transposed convolution.
  public let outputPadding: [Int]
  /// The number of groups of channels that are convolved separately.
  public let groups: Int
  /// The padding mode; by default `.zeros`.
  public let paddingMode: PaddingMode
  /// The weight, `[outChannels, inChannels / groups, *kernelSize]`.
  ///
  /// If transposed, it is `[inChannels, outChannels / groups, *kernelSize]`.
  @Parameter public var weight: Tensor
  /// The bias, `[outChannels]`, or `nil`.
  @Parameter public var bias: Tensor?

  /// Creates a layer with parameters drawn from the default generator, as in PyTorch.
  init(
    rank: Int, transposed: Bool = false, _ inChannels: Int, _ outChannels: Int,
    _ kernelSize: [Int], stride: [Int], padding: PaddingAmount, dilation: [Int],
    outputPadding: [Int] = [0], groups: Int, bias: Bool, paddingMode: PaddingMode = .zeros,
    dtype: DType?, device: Device
  ) {
    let layer = "Conv\(transposed ? "Transpose" : "")\(rank)d"
    var problem: TensorError?
    func refuse(_ message: ErrorMessage) {
      problem = problem ?? TensorError(.value, layer, message)
    }
    func all(_ values: [Int], _ name: String) -> [Int] {
      if values.count == rank { return values }
      guard let first = values.first, values.count == 1 else {
        refuse("\(name) must be one number or \(expected: rank) numbers, but got \(got: values)")
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
      refuse("groups must be a positive integer, but got \(got: groups)")
    } else if inChannels % groups != 0 {
      refuse(
        "in_channels must be divisible by groups, but got \(got: inChannels) and \(got: groups)")
    } else if outChannels % groups != 0 {
      refuse(
        "out_channels must be divisible by groups, but got \(got: outChannels) and \(got: groups)")
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

  /// Reinitializes the parameters (PyTorch: `reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.linearDefaults(weight: weight, bias: bias)
  }

  /// Returns the convolution of `x` with the layer's weight and bias.
  func convolved(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    let isPlain = paddingMode == .zeros
    return try F.convolution(
      kernelSize.count, isPlain ? x : F.pad(x, border, mode: paddingMode), weight, bias,
      stride: stride, padding: isPlain ? padding : .nothing, dilation: dilation, groups: groups)
  }

  /// The padding before and after each dimension, the last one first.
  package var border: [Int] {
    switch padding {
    case .nothing: [Int](repeating: 0, count: 2 * kernelSize.count)
    case .extents(let sizes): sizes.reversed().flatMap { [$0, $0] }
    case .keepingSize:
      zip(dilation, kernelSize).reversed().flatMap { dilation, size in
        // An overflowing product is rejected by the shape of the layer.
        let total = dilation &* (size &- 1)
        return [total / 2, total &- total / 2]
      }
    }
  }

  private var savedBorder: CheckpointValue? { .list(border.map(\.saved)) }
  private var isPadded: Bool { padding.sizes?.contains { $0 != 0 } ?? true }

  /// The arguments of an initializer.
  typealias Arguments = (
    inputs: Int, outputs: Int, kernel: [Int], stride: [Int], padding: PaddingAmount,
    dilation: [Int], outputPadding: [Int], groups: Int, bias: Bool, paddingMode: PaddingMode
  )

  static func described<L: ConvolutionLayer>(
    transposed: Bool = false, _ make: @escaping (Arguments) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "conv", .init("in_channels", \.inChannels, .bare),
      .init("out_channels", \.outChannels, .bare), .init("kernel_size", \.kernelSize),
      .init("stride", \.stride),
      .init("padding", \.padding, .when(\.isPadded).unquoted),
      .init("dilation", \.dilation, .unless(all: 1))
        .then("transposed", .bool(transposed)),
      .init("output_padding", \.outputPadding, .unless(all: 0)),
      .init("groups", \.groups, .unless(1)),
      .presence("bias", \.bias, .unless(true)),
      // The padding that PyTorch applies in advance if the padding mode is not zeros.
      .init("padding_mode", \.paddingMode, .unless(.zeros).unquoted).ifMissing(.zeros)
        .only(transposed ? .zeros : nil)
        .thenDerived("_reversed_padding_repeated_twice", \.savedBorder),
      tensors: { inputs, outputs, kernel, _, _, _, _, groups, _, _ in
        let (first, second) = transposed ? (inputs, outputs) : (outputs, inputs)
        return [("weight", [first, second / max(groups, 1)] + kernel)]
      }
    ) { make(($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)) }
  }
}

/// A 1-D convolution over an input signal (PyTorch: `nn.Conv1d`).
///
/// - Shape: `[N, inChannels, L]` or `[inChannels, L]` → `[N, outChannels, L']`.
open class Conv1d: ConvolutionLayer, Layer {
  /// Creates a layer with `outChannels` kernels of `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 1, inChannels, outChannels, kernelSize.extents, stride: stride.extents,
      padding: padding.padding, dilation: dilation.extents, groups: groups, bias: bias,
      paddingMode: paddingMode, dtype: dtype, device: device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }

  override class var form: LayerForm? {
    described {
      Conv1d(
        $0.inputs, $0.outputs, $0.kernel, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    }
  }
}

/// A 2-D convolution over an input image (PyTorch: `nn.Conv2d`).
///
/// - Shape: `[N, inChannels, H, W]` or `[inChannels, H, W]` → `[N, outChannels, H', W']`.
open class Conv2d: ConvolutionLayer, Layer {
  /// Creates a layer with `outChannels` kernels of `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 2, inChannels, outChannels, kernelSize.extents, stride: stride.extents,
      padding: padding.padding, dilation: dilation.extents, groups: groups, bias: bias,
      paddingMode: paddingMode, dtype: dtype, device: device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }

  override class var form: LayerForm? {
    described {
      Conv2d(
        $0.inputs, $0.outputs, $0.kernel, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    }
  }
}

/// A 3-D convolution over an input volume (PyTorch: `nn.Conv3d`).
///
/// - Shape: `[N, inChannels, D, H, W]` or `[inChannels, D, H, W]` → `[N, outChannels, D', H', W']`.
open class Conv3d: ConvolutionLayer, Layer {
  /// Creates a layer with `outChannels` kernels of `kernelSize`.
  public init(
    _ inChannels: Int, _ outChannels: Int, _ kernelSize: some Extents, stride: some Extents = 1,
    padding: some ConvolutionPadding = 0, dilation: some Extents = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      rank: 3, inChannels, outChannels, kernelSize.extents, stride: stride.extents,
      padding: padding.padding, dilation: dilation.extents, groups: groups, bias: bias,
      paddingMode: paddingMode, dtype: dtype, device: device)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try convolved(x) }

  override class var form: LayerForm? {
    described {
      Conv3d(
        $0.inputs, $0.outputs, $0.kernel, stride: $0.stride, padding: $0.padding,
        dilation: $0.dilation, groups: $0.groups, bias: $0.bias, paddingMode: $0.paddingMode)
    }
  }
}
