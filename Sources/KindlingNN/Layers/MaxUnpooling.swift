public import KindlingCore

/// A partial inverse of 1-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool1d`).
///
/// ```swift
/// let (maxima, places) = try MaxPool1d(2).withIndices(x)
/// let signal = try MaxUnpool1d(2)(maxima, places)
/// ```
open class MaxUnpool1d: MaxUnpoolingLayer {
  /// Creates a partial inverse of ``MaxPool1d`` with the same arguments.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 1, kernelSize.extents, stride?.extents, padding.extents) }
}

/// A partial inverse of 2-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool2d`).
open class MaxUnpool2d: MaxUnpoolingLayer {
  /// Creates a partial inverse of ``MaxPool2d`` with the same arguments.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 2, kernelSize.extents, stride?.extents, padding.extents) }
}

/// A partial inverse of 3-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool3d`).
open class MaxUnpool3d: MaxUnpoolingLayer {
  /// Creates a partial inverse of ``MaxPool3d`` with the same arguments.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 3, kernelSize.extents, stride?.extents, padding.extents) }
}

/// The base class of the max-unpooling layers.
open class MaxUnpoolingLayer: Module {
  /// The size of the pooling window.
  public let kernelSize: [Int]
  /// The stride of the pooling window; defaults to `kernelSize`.
  public let stride: [Int]
  /// The padding of the pooling.
  public let padding: [Int]
  private let rank: Int

  init(rank: Int, _ kernelSize: [Int], _ stride: [Int]?, _ padding: [Int]) {
    func all(_ numbers: [Int]) -> [Int] {
      numbers.count == 1 ? Array(repeating: numbers[0], count: rank) : numbers
    }
    self.rank = rank
    self.kernelSize = all(kernelSize)
    self.stride = all(stride ?? kernelSize)
    self.padding = all(padding)
  }

  /// Places the elements of `x` at the pooling's `indices`.
  ///
  /// `outputSize` is the spatial size or shape of the output if several are possible.
  /// - Throws: `TensorError` if shapes, sizes or indices do not match.
  open func forward(
    _ x: Tensor, _ indices: Tensor, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try F.maxUnpool(rank, x, indices, kernelSize, stride, padding, outputSize)
  }

  /// Returns the result of ``forward(_:_:outputSize:)`` and runs the hooks.
  public func callAsFunction(
    _ x: Tensor, _ indices: Tensor, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try call([x, indices]) { try forward($0[0], $0[1], outputSize: outputSize) }
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed)"
  }
}
