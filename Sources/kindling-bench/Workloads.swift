import Kindling

/// A workload: the call, and the unit of its time.
struct Workload {
  let unit: Measurement.Unit
  let call: () throws -> Void
}

/// The workloads by id; an unknown id is reported as unsupported.
enum Workloads {
  static func make(_ id: String) throws -> Workload? {
    let parts = id.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2 else { return nil }
    switch parts[0] {
    case "op": return parts.count >= 3 ? try operation(parts[1], parts[2]) : nil
    case "mm": return try product(parts[1], parts.count > 2 ? parts[2] : "NN")
    case "bmm": return try batchedProduct(parts[1])
    case "mv":
      guard let n = Int(parts[1]) else { return nil }
      let a = try Inputs.normal(1, n, n), x = try Inputs.normal(2, n)
      return Workload(unit: .ms) { _ = try a.mv(x) }
    case "conv": return try convolution(id)
    case "pool", "bn": return try channels(id)
    default: return try training(id)
    }
  }

  private static func product(_ size: String, _ layout: String) throws -> Workload? {
    let sizes = size.split(separator: "x").compactMap { Int($0) }
    guard sizes.count == 3 || sizes.count == 1, layout.count == 2 else { return nil }
    let (m, k, n) =
      sizes.count == 3 ? (sizes[0], sizes[1], sizes[2]) : (sizes[0], sizes[0], sizes[0])
    let a = layout.hasPrefix("T") ? try Inputs.normal(1, k, m) : try Inputs.normal(1, m, k)
    let b = layout.hasSuffix("T") ? try Inputs.normal(2, n, k) : try Inputs.normal(2, k, n)
    let unit = sizes.count == 1 && m >= 1024 ? Measurement.Unit.ms : .us
    switch layout {
    case "NN": return Workload(unit: unit) { _ = try a.matmul(b) }
    case "NT": return Workload(unit: unit) { _ = try a.matmul(b.t()) }
    case "TN": return Workload(unit: unit) { _ = try a.t().matmul(b) }
    default: return nil
    }
  }

  private static func batchedProduct(_ size: String) throws -> Workload? {
    let sizes = size.split(separator: "x").compactMap { Int($0) }
    guard sizes.count == 4 else { return nil }
    let a = try Inputs.normal(1, sizes[0], sizes[1], sizes[2])
    let b = try Inputs.normal(2, sizes[0], sizes[2], sizes[3])
    return Workload(unit: .us) { _ = try a.bmm(b) }
  }
}
