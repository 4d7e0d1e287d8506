import KindlingCore

/// What the images and the classes of a data set go through.
struct SampleTransforms<Target>: Sendable {
  let image: (any Transform<Tensor, Tensor>)?
  let target: (any Transform<Int, Target>)?
  private let asTarget: @Sendable (Int) throws -> Target

  init(_ image: (any Transform<Tensor, Tensor>)?, _ target: some Transform<Int, Target>) {
    self.image = image
    self.target = target
    asTarget = { try target($0) }
  }

  /// A sample as the data set gives it.
  func callAsFunction(_ image: Tensor, _ label: Int) throws -> (Tensor, Target) {
    (try self.image?(image) ?? image, try asTarget(label))
  }

  /// The last lines of a data set's description, as torchvision prints them.
  var lines: [String] {
    if image == nil && target == nil { return [] }
    return ["    StandardTransform"]
      + [image?.described(under: "Transform: "), target?.described(under: "Target transform: ")]
      .compactMap { $0 }
  }
}

extension SampleTransforms where Target == Int {
  /// Classes stay the numbers that they are.
  init(_ image: (any Transform<Tensor, Tensor>)?) {
    self.image = image
    target = nil
    asTarget = { $0 }
  }
}
