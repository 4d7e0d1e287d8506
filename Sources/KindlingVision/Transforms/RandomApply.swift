import KindlingCore

/// Applies transforms one after another, or none (torchvision: `transforms.RandomApply`).
public struct RandomApply: Transform {
  /// The transforms, first to last.
  public let transforms: [any Transform<Tensor, Tensor>]
  /// The probability of applying them.
  public let p: Double

  /// A transform that applies `transforms` with probability `p`.
  public init(_ transforms: [any Transform<Tensor, Tensor>], p: Double = 0.5) {
    self.transforms = transforms
    self.p = p
  }

  /// `image`, or what the transforms make of it.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomApply")
    if try (Tensor.rand(1) .> p).item(as: Bool.self) { return image }
    return try transforms.reduce(image) { try $1($0) }
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    "RandomApply(\n    p=\(p)" + transforms.map { "\n    \($0)" }.joined() + "\n)"
  }
}
