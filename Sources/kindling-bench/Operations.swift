import Kindling

extension Workloads {
  /// Returns the op.* workloads.
  static func operation(_ name: String, _ size: String) throws -> Workload? {
    let counts = ["1": 1, "1000": 1000, "1e6": 1_000_000, "1e7": 10_000_000]
    if let n = counts[size], let call = try elementwise(name, n) {
      return Workload(unit: n < 1_000_000 ? .us : .ms, call: call)
    }
    let sizes = size.split(separator: ".")[0].split(separator: "x").compactMap { Int($0) }
    switch (name, sizes.count) {
    case ("softmax", 2):
      let x = try Inputs.normal(1, sizes[0], sizes[1])
      return Workload(unit: .us) { _ = try x.softmax(dim: -1) }
    case ("layernorm", 2):
      let x = try Inputs.normal(1, sizes[0], sizes[1])
      let weight = try Inputs.normal(2, sizes[1]), bias = try Inputs.normal(3, sizes[1])
      return Workload(unit: .us) {
        _ = try F.layerNorm(x, [sizes[1]], weight: weight, bias: bias)
      }
    case ("argmax", 2):
      let x = try Inputs.normal(1, sizes[0], sizes[1])
      return Workload(unit: .us) { _ = try x.argmax(dim: -1) }
    case ("topk", 2):
      let x = try Inputs.normal(1, sizes[0], sizes[1])
      return Workload(unit: .us) { _ = try x.topk(10) }
    case ("transpose_copy", 1):
      let x = try Inputs.normal(1, sizes[0], sizes[0])
      return Workload(unit: .ms) { _ = try x.t().contiguous() }
    case ("gather", 2), ("index_select", 2), ("embedding", 2):
      return try rows(name, sizes[0], sizes[1])
    case ("cat", 3):
      let parts = try (1...3).map { try Inputs.normal($0, sizes[1], sizes[2]) }
      return Workload(unit: .ms) { _ = try Tensor.cat(parts, dim: 1) }
    default: return nil
    }
  }

  private static func rows(_ name: String, _ count: Int, _ width: Int) throws -> Workload {
    let table = try Inputs.normal(1, count, width)
    let ids = Inputs.integers(2, below: count, 4096)
    switch name {
    case "gather":
      let places = try ids.unsqueeze(1).expand([4096, width])
      return Workload(unit: .us) { _ = try table.gather(0, places) }
    case "index_select": return Workload(unit: .us) { _ = try table.indexSelect(0, ids) }
    default: return Workload(unit: .us) { _ = try F.embedding(ids, table) }
    }
  }

  private static func elementwise(_ name: String, _ n: Int) throws -> (() throws -> Void)? {
    let x = try Inputs.normal(1, n)
    switch name {
    case "add":
      let y = try Inputs.normal(2, n)
      return { _ = try x + y }
    case "relu": return { _ = try x.relu() }
    case "exp": return { _ = try x.exp() }
    case "sum": return { _ = try x.sum() }
    case "sort": return { _ = try x.sort() }
    case "gelu_fused": return { _ = try F.gelu(x, approximate: .tanh) }
    case "gelu_chain":
      return {
        let cube = try 0.044715 * x * x * x
        let bent = try (0.79788456 * (x + cube)).tanh()
        _ = try 0.5 * x * (1 + bent)
      }
    default: return nil
    }
  }
}
