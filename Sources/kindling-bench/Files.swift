import Foundation
import Kindling

extension Workloads {
  /// The load.* and save.* workloads; nil where the file, which `reference.py prepare` makes, is absent.
  static func files(_ id: String) throws -> Workload? {
    let cache =
      ProcessInfo.processInfo.environment["KINDLING_BENCH_CACHE"]
      ?? NSTemporaryDirectory() + "/kindling-bench"
    let path = cache + "/vgg16.pth"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    switch id {
    case "load.state_dict.vgg16":
      let model = vgg16()
      return Workload(unit: .ms) { try model.loadStateDict(loadStateDict(from: path)) }
    case "save.state_dict.vgg16":
      let model = vgg16()
      try model.loadStateDict(loadStateDict(from: path))
      return Workload(unit: .ms) { try save(model.stateDict(), to: path + ".kindling") }
    default: return nil
    }
  }

  /// The network whose state dict the file holds.
  private static func vgg16() -> Sequential {
    var layers: [any Layer] = []
    var channels = 3
    for block in [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]] {
      for width in block {
        layers += [Conv2d(channels, width, 3, padding: 1), ReLU(inplace: true)] as [any Layer]
        channels = width
      }
      layers.append(MaxPool2d(2))
    }
    return Sequential([
      "features": Sequential(layers), "avgpool": AdaptiveAvgPool2d(7), "flatten": Flatten(),
      "classifier": Sequential(
        Linear(512 * 49, 4096), ReLU(inplace: true), Dropout(), Linear(4096, 4096),
        ReLU(inplace: true), Dropout(), Linear(4096, 1000)),
    ])
  }
}
