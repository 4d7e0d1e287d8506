public import KindlingCore

/// A layer that flattens a range of dimensions, by default all but the first
/// (PyTorch: `nn.Flatten`).
open class Flatten: Module, Layer {
  /// The first dimension to flatten.
  public let startDim: Int
  /// The last dimension to flatten.
  public let endDim: Int

  /// Creates a layer that flattens the dimensions `startDim` to `endDim`.
  public init(_ startDim: Int = 1, _ endDim: Int = -1) {
    self.startDim = startDim
    self.endDim = endDim
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try x.flatten(startDim: startDim, endDim: endDim)
  }

  override class var form: LayerForm? {
    LayerForm(Flatten.self, "flatten", .init("start_dim", \.startDim), .init("end_dim", \.endDim)) {
      Flatten($0, $1)
    }
  }
}

/// A layer that splits a dimension into several (PyTorch: `nn.Unflatten`).
open class Unflatten: Module, Layer {
  /// The dimension to split.
  public let dim: Int
  /// The new sizes; one of them may be −1.
  public let unflattenedSize: [Int]

  /// Creates a layer that splits dimension `dim` into `unflattenedSize`.
  public init(_ dim: Int, _ unflattenedSize: [Int]) {
    self.dim = dim
    self.unflattenedSize = unflattenedSize
  }

  open func forward(_ x: Tensor) throws -> Tensor { try x.unflatten(dim, unflattenedSize) }

  override class var form: LayerForm? {
    LayerForm(
      Unflatten.self, "flatten", .init("dim", \.dim), .init("unflattened_size", \.unflattenedSize)
    ) { Unflatten($0, $1) }
  }
}
