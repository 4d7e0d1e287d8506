public import KindlingCore

/// Some neighbouring dimensions made one, by default all but the first (PyTorch: `nn.Flatten`).
open class Flatten: Module, Layer {
  /// The first of the dimensions.
  public let startDim: Int
  /// The last of the dimensions.
  public let endDim: Int

  /// A layer that joins the dimensions `startDim` to `endDim`.
  public init(_ startDim: Int = 1, _ endDim: Int = -1) {
    self.startDim = startDim
    self.endDim = endDim
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try x.flatten(startDim: startDim, endDim: endDim)
  }

  override open func extraRepr() -> String { "start_dim=\(startDim), end_dim=\(endDim)" }
}

/// One dimension made several (PyTorch: `nn.Unflatten`).
open class Unflatten: Module, Layer {
  /// The dimension.
  public let dim: Int
  /// Its new sizes; one of them may be −1.
  public let unflattenedSize: [Int]

  /// A layer that splits dimension `dim` into `unflattenedSize`.
  public init(_ dim: Int, _ unflattenedSize: [Int]) {
    self.dim = dim
    self.unflattenedSize = unflattenedSize
  }

  open func forward(_ x: Tensor) throws -> Tensor { try x.unflatten(dim, unflattenedSize) }

  override open func extraRepr() -> String {
    let sizes = unflattenedSize.map(String.init).joined(separator: ", ")
    return "dim=\(dim), unflattened_size=(\(sizes)\(unflattenedSize.count == 1 ? "," : ""))"
  }
}
