public import KindlingCore

/// 1-D power-average pooling (PyTorch: `nn.LPPool1d`).
open class LPPool1d: LPPoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try pooled(1, x) }
  override class var form: LayerForm? { described { LPPool1d($0, $1, stride: $2, ceilMode: $3) } }
}

/// 2-D power-average pooling (PyTorch: `nn.LPPool2d`).
open class LPPool2d: LPPoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try pooled(2, x) }
  override class var form: LayerForm? { described { LPPool2d($0, $1, stride: $2, ceilMode: $3) } }
}

/// 3-D power-average pooling (PyTorch: `nn.LPPool3d`).
open class LPPool3d: LPPoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try pooled(3, x) }
  override class var form: LayerForm? { described { LPPool3d($0, $1, stride: $2, ceilMode: $3) } }
}

/// The base class of the power-average pooling layers.
open class LPPoolingLayer: Module {
  /// The exponent of the norm.
  public var normType: Double { norm.doubleValue }
  /// The exponent in the type it was given in: PyTorch prints 2 and 2.0 differently.
  package let norm: Scalar
  /// The size of the window.
  public let kernelSize: any Extents
  /// The stride of the window; `nil` means `kernelSize`.
  public let stride: (any Extents)?
  /// Whether to use ceil instead of floor to compute the output size.
  public let ceilMode: Bool

  /// Creates a power-average pooling layer; `stride` defaults to `kernelSize`.
  public init<S: TensorScalar>(
    _ normType: S, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    ceilMode: Bool = false
  ) {
    norm = normType.scalar
    self.kernelSize = kernelSize
    self.stride = stride
    self.ceilMode = ceilMode
  }

  /// Creates a layer with the exponent `norm`, which prints as it was given.
  package init(
    _ norm: Scalar, _ kernelSize: any Extents, stride: (any Extents)?, ceilMode: Bool
  ) {
    self.norm = norm
    self.kernelSize = kernelSize
    self.stride = stride
    self.ceilMode = ceilMode
  }

  func pooled(_ rank: Int, _ x: Tensor) throws -> Tensor {
    try F.lpPool(
      rank, x, normType, kernelSize.extents, stride: stride?.extents, ceilMode: ceilMode)
  }

  override class var form: LayerForm? {
    described { LPPoolingLayer($0, $1, stride: $2, ceilMode: $3) }
  }

  static func described<L: LPPoolingLayer>(
    _ make: @escaping (Scalar, any Extents, (any Extents)?, Bool) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "pooling", .init("norm_type", \.norm), .extents("kernel_size", \.kernelSize),
      .optionalExtents("stride", \.stride), .init("ceil_mode", \.ceilMode).ifMissing(false),
      make: make)
  }
}

/// 2-D fractional max pooling, with windows at random steps (PyTorch: `nn.FractionalMaxPool2d`).
open class FractionalMaxPool2d: FractionalMaxPoolingLayer, Layer {
  override var rank: Int { 2 }

  open func forward(_ x: Tensor) throws -> Tensor { try withIndices(x).values }

  override class var form: LayerForm? {
    described { FractionalMaxPool2d($0, outputSize: $1, outputRatio: $2, randomSamples: $3) }
  }
}

/// 3-D fractional max pooling, with windows at random steps (PyTorch: `nn.FractionalMaxPool3d`).
open class FractionalMaxPool3d: FractionalMaxPoolingLayer, Layer {
  override var rank: Int { 3 }

  open func forward(_ x: Tensor) throws -> Tensor { try withIndices(x).values }

  override class var form: LayerForm? {
    described { FractionalMaxPool3d($0, outputSize: $1, outputRatio: $2, randomSamples: $3) }
  }
}

/// The base class of the fractional max-pooling layers.
open class FractionalMaxPoolingLayer: Module {
  /// The size of the window.
  public let kernelSize: any Extents
  /// The output size, or `nil`.
  public let outputSize: (any Extents)?
  /// The ratio of output size to input size, or `nil`.
  public let outputRatio: [Double]?
  /// Numbers in [0, 1), of shape `[N, C, rank]`, that replace those drawn; a buffer, as in PyTorch.
  @Buffer("_random_samples") public var randomSamples: Tensor? = nil

  /// Creates a layer with an output of `outputSize`, or of `outputRatio` times the input size.
  ///
  /// Both are one number for all dimensions, or one for each. The first use throws `TensorError`
  /// `.value` unless exactly one of them is given, and unless every ratio is between 0 and 1.
  public init(
    _ kernelSize: some Extents, outputSize: (any Extents)? = nil, outputRatio: [Double]? = nil,
    randomSamples: Tensor? = nil
  ) {
    self.kernelSize = kernelSize
    self.outputSize = outputSize
    self.outputRatio = outputRatio
    self.randomSamples = randomSamples
    super.init()
    initializationError = constructionProblem()
  }

  /// Creates a layer with an output of `outputRatio` times the input size in every dimension.
  public convenience init(
    _ kernelSize: some Extents, outputRatio: Double, randomSamples: Tensor? = nil
  ) {
    self.init(kernelSize, outputRatio: [outputRatio], randomSamples: randomSamples)
  }

  /// The number of dimensions of a window.
  var rank: Int { 2 }

  private func constructionProblem() -> TensorError? {
    switch (outputSize, outputRatio) {
    case (nil, nil):
      return TensorError(
        .value, typeName, "requires specifying either an output size, or a pooling ratio")
    case (_?, _?):
      return TensorError(
        .value, typeName, "only one of output_size and output_ratio may be specified")
    case (nil, let ratio?) where !ratio.allSatisfy { $0 > 0 && $0 < 1 }:
      let got =
        ratio.count == 1 ? "\(ratio[0])" : "(\(ratio.map { "\($0)" }.joined(separator: ", ")))"
      return TensorError(
        .value, typeName, "output_ratio must be between 0 and 1 (got \(got: got))")
    default: return nil
    }
  }

  /// Returns the maxima and their indices in their planes (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try checkInitialization()
    return try F.fractionalMaxPool(
      rank, x, kernelSize.extents, size: outputSize?.extents, ratio: outputRatio,
      samples: randomSamples)
  }

  // PyTorch repeats single numbers.
  private var savedKernelSize: [Int] { repeated(kernelSize.extents) }
  private var savedOutputSize: [Int]? { (outputSize?.extents).map(repeated) }
  private var savedOutputRatio: [Double]? { outputRatio.map(repeated) }

  private func repeated<Element>(_ elements: [Element]) -> [Element] {
    elements.count == 1 ? Array(repeating: elements[0], count: rank) : elements
  }

  static func described<L: FractionalMaxPoolingLayer>(
    _ make: @escaping ([Int], [Int]?, [Double]?, Tensor?) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "pooling", .init("kernel_size", \.savedKernelSize, .hidden).thenNoIndices(),
      .init("output_size", \.savedOutputSize, .hidden).ifMissing(nil),
      .ratios("output_ratio", \.savedOutputRatio), .buffer("_random_samples", \.randomSamples),
      make: make)
  }
}

extension LayerAttribute where V == [Double]? {
  fileprivate static func ratios(_ name: String, _ path: KeyPath<L, [Double]?>) -> Self {
    Self(name, path, .hidden, value: { $0.map { .tuple($0.map(\.saved)) } ?? CheckpointValue.none })
    {
      $0.value(name)?.elements?.compactMap(\.doubleValue)
    }
  }
}

/// The base class of ``Unfold`` and ``Fold``.
open class BlockLayer: Module {
  /// The size of a block.
  public let kernelSize: any Extents
  /// The dilation: the spacing between elements of a block.
  public let dilation: any Extents
  /// The implicit zero padding on each side.
  public let padding: any Extents
  /// The stride of the blocks.
  public let stride: any Extents

  init(
    _ kernelSize: any Extents, _ dilation: any Extents, _ padding: any Extents,
    _ stride: any Extents
  ) {
    (self.kernelSize, self.dilation) = (kernelSize, dilation)
    (self.padding, self.stride) = (padding, stride)
  }
}

/// A layer that extracts sliding blocks as columns (PyTorch: `nn.Unfold`).
open class Unfold: BlockLayer, Layer {
  /// Creates a layer with blocks of `kernelSize`.
  public init(
    _ kernelSize: some Extents, dilation: some Extents = 1, padding: some Extents = 0,
    stride: some Extents = 1
  ) {
    super.init(kernelSize, dilation, padding, stride)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.unfold(
      x, kernelSize.extents, dilation: dilation.extents, padding: padding.extents,
      stride: stride.extents)
  }

  override class var form: LayerForm? {
    LayerForm(
      Unfold.self, "fold", .extents("kernel_size", \.kernelSize), .extents("dilation", \.dilation),
      .extents("padding", \.padding), .extents("stride", \.stride)
    ) { (kernel: any Extents, dilation: any Extents, padding: any Extents, stride: any Extents) in
      Unfold(kernel, dilation: dilation, padding: padding, stride: stride)
    }
  }
}

/// A layer that sums overlapping blocks, given as columns (PyTorch: `nn.Fold`).
open class Fold: BlockLayer, Layer {
  /// The spatial size of the output.
  public let outputSize: any Extents

  /// Creates a layer with outputs of `outputSize` and blocks of `kernelSize`.
  public init(
    _ outputSize: some Extents, _ kernelSize: some Extents, dilation: some Extents = 1,
    padding: some Extents = 0, stride: some Extents = 1
  ) {
    self.outputSize = outputSize
    super.init(kernelSize, dilation, padding, stride)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.fold(
      x, outputSize.extents, kernelSize.extents, dilation: dilation.extents,
      padding: padding.extents, stride: stride.extents)
  }

  override class var form: LayerForm? {
    LayerForm(
      Fold.self, "fold", .extents("output_size", \.outputSize),
      .extents("kernel_size", \.kernelSize), .extents("dilation", \.dilation),
      .extents("padding", \.padding), .extents("stride", \.stride)
    ) { (a: any Extents, b: any Extents, c: any Extents, d: any Extents, e: any Extents) in
      Fold(a, b, dilation: c, padding: d, stride: e)
    }
  }
}
