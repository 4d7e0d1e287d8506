public import KindlingCore

/// A partial inverse of 1-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool1d`).
///
/// ```swift
/// let (maxima, places) = try MaxPool1d(2).withIndices(x)
/// let signal = try MaxUnpool1d(2)(maxima, places)
/// ```
open class MaxUnpool1d: MaxUnpoolingLayer {
  override class var rank: Int { 1 }
  override class var form: LayerForm? { described { MaxUnpool1d($0, stride: $1, padding: $2) } }
}

/// A partial inverse of 2-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool2d`).
open class MaxUnpool2d: MaxUnpoolingLayer {
  override class var rank: Int { 2 }
  override class var form: LayerForm? { described { MaxUnpool2d($0, stride: $1, padding: $2) } }
}

/// A partial inverse of 3-D max pooling, with zeros for all other elements
/// (PyTorch: `nn.MaxUnpool3d`).
open class MaxUnpool3d: MaxUnpoolingLayer {
  override class var rank: Int { 3 }
  override class var form: LayerForm? { described { MaxUnpool3d($0, stride: $1, padding: $2) } }
}

/// The base class of the max-unpooling layers.
open class MaxUnpoolingLayer: Module {
  /// The size of the pooling window.
  public let kernelSize: [Int]
  /// The stride of the pooling window; defaults to `kernelSize`.
  public let stride: [Int]
  /// The padding of the pooling.
  public let padding: [Int]

  /// The number of spatial dimensions.
  class var rank: Int { 2 }

  /// Creates a partial inverse of a max pooling with the same arguments.
  public init(
    _ kernelSize: any Extents, stride: (any Extents)? = nil, padding: any Extents = 0
  ) {
    func all(_ numbers: any Extents) -> [Int] {
      let numbers = numbers.extents
      return numbers.count == 1 ? Array(repeating: numbers[0], count: Self.rank) : numbers
    }
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
    try F.maxUnpool(
      Self.rank, x, indices, kernelSize, stride: stride, padding: padding, outputSize: outputSize)
  }

  /// Returns the result of ``forward(_:_:outputSize:)`` and runs the hooks.
  public func callAsFunction(
    _ x: Tensor, _ indices: Tensor, outputSize: [Int]? = nil
  ) throws -> Tensor {
    try call([x, indices]) { try forward($0[0], $0[1], outputSize: outputSize) }
  }

  override class var form: LayerForm? {
    described { MaxUnpoolingLayer($0, stride: $1, padding: $2) }
  }

  static func described<L: MaxUnpoolingLayer>(
    _ make: @escaping ([Int], [Int], [Int]) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "pooling", .init("kernel_size", \.kernelSize), .init("stride", \.stride),
      .init("padding", \.padding), make: make)
  }
}
