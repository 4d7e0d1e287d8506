import Foundation
import Kindling
import KindlingVision

extension Workloads {
  /// Returns the load.* and save.* workloads; `nil` without the file that `reference.py prepare`
  /// creates.
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
