import KindlingCore

/// The transforms of a dataset's images and classes.
struct SampleTransforms<Target>: Sendable {
  let image: (any Transform)?
  let target: (any Transform<Int, Target>)?
  private let asTarget: @Sendable (Int) throws -> Target

  init(_ image: (any Transform)?, _ target: some Transform<Int, Target>) {
    self.image = image
    self.target = target
    asTarget = { try target($0) }
  }

  /// Returns a sample of the dataset; `image` is an ``Image`` or a tensor.
  ///
  /// - Throws: `TensorError` if the transform returns neither an image nor a tensor.
  func callAsFunction(_ image: some ImageOrTensor, _ label: Int) throws -> (Tensor, Target) {
    let result = try self.image?.apply(image) ?? image
    let target = try asTarget(label)
    if let tensor = result as? Tensor { return (tensor, target) }
    if let image = result as? Image { return (try TF.pilToTensor(image), target) }
    throw TensorError(
      .value, "transform",
      "a sample of the data set is a tensor, but its transform gave \(type(of: result)); let it end in a tensor"
    )
  }

  /// The last lines of a dataset's description, in torchvision's form.
  var lines: [String] {
    if image == nil && target == nil { return [] }
    return ["    StandardTransform"]
      + [image?.described(under: "Transform: "), target?.described(under: "Target transform: ")]
      .compactMap { $0 }
  }
}

extension SampleTransforms where Target == Int {
  /// Creates transforms that leave classes unchanged.
  init(_ image: (any Transform)?) {
    self.image = image
    target = nil
    asTarget = { $0 }
  }
}
