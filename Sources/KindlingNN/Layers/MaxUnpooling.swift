public import KindlingCore

/// Signals with each maximum where it was found, and zeros elsewhere (PyTorch: `nn.MaxUnpool1d`).
///
/// ```swift
/// let (maxima, places) = try MaxPool1d(2).withIndices(x)
/// let signal = try MaxUnpool1d(2)(maxima, places)
/// ```
open class MaxUnpool1d: MaxUnpoolingLayer {
  /// The inverse of ``MaxPool1d`` with these numbers; `stride` is `kernelSize` where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 1, kernelSize.extents, stride?.extents, padding.extents) }
}

/// Images with each maximum where it was found, and zeros elsewhere (PyTorch: `nn.MaxUnpool2d`).
open class MaxUnpool2d: MaxUnpoolingLayer {
  /// The inverse of ``MaxPool2d`` with these numbers; `stride` is `kernelSize` where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 2, kernelSize.extents, stride?.extents, padding.extents) }
}

/// Volumes with each maximum where it was found, and zeros elsewhere (PyTorch: `nn.MaxUnpool3d`).
open class MaxUnpool3d: MaxUnpoolingLayer {
  /// The inverse of ``MaxPool3d`` with these numbers; `stride` is `kernelSize` where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0
  ) { super.init(rank: 3, kernelSize.extents, stride?.extents, padding.extents) }
}

/// What all inverses of maximum poolings have in common: their numbers, one for each dimension.
open class MaxUnpoolingLayer: Module {
  /// The sizes of a window.
  public let kernelSize: [Int]
  /// How far windows are apart.
  public let stride: [Int]
  /// How far windows reach over the edges.
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

  /// Puts the elements of `x` where `indices`, those of the pooling, say.
  ///
  /// `outputSize` is the size of the result where several are possible, or its whole shape.
  /// - Throws: `TensorError` where shapes, sizes or indices do not fit.
  open func forward(
    _ x: Tensor, _ indices: Tensor, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try F.maxUnpool(rank, x, indices, kernelSize, stride, padding, outputSize)
  }

  /// ``forward(_:_:outputSize:)`` with the hooks around it.
  public func callAsFunction(
    _ x: Tensor, _ indices: Tensor, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try call([x, indices]) { try forward($0[0], $0[1], outputSize: outputSize) }
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed)"
  }
}
