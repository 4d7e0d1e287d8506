import Kindling
import KindlingVision

/// Workloads of image models at ImageNet's size.
extension Workloads {
  /// Returns inference of one image by the model `name`; `nil` for an unknown name.
  static func inference(_ name: String) throws -> Workload? {
    guard let model = model(name) else { return nil }
    let x = try Inputs.normal(11, 1, 3, 224, 224)
    model.eval()
    return Workload(unit: .ms) { _ = try inferenceMode { try model(x) } }
  }

  /// Returns a step of SGD over eight images.
  static func imageStep(_ name: String) throws -> Workload? {
    guard let model = model(name) else { return nil }
    return Workload(
      unit: .ms,
      call: step(
        model, try Inputs.normal(11, 8, 3, 224, 224), Inputs.integers(12, below: 1000, 8),
        try SGD(model.parameters(), lr: 1e-3)))
  }

  private static func model(_ name: String) -> (any Layer)? {
    switch name {
    case "vgg16": vgg16()
    case "resnet18": resnet18()
    case "resnet50": resnet50()
    default: nil
    }
  }
}
