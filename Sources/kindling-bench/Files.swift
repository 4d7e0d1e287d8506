import Foundation
import Kindling
import KindlingVision

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
}
