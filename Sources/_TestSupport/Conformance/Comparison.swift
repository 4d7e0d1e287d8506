import Kindling

/// A comparison of results with those recorded in a case, within its tolerance.
struct Comparison {
  private let test: ConformanceCase
  private let file: TensorFile

  init(_ test: ConformanceCase, _ file: TensorFile) {
    self.test = test
    self.file = file
  }

  /// Returns how `tensor` differs from the stored tensor `name`.
  func difference(_ tensor: Tensor, _ name: String) throws -> String? {
    try _TestSupport.difference(tensor, file.tensor(name), rtol: test.rtol, atol: test.atol)
  }

  /// Returns how `outputs` differ from those described by `json`, at the positions of `mask`.
  func check(_ outputs: [Output], _ json: JSONValue, _ mask: JSONValue?) throws -> String? {
    let expected = Comparison.leaves(json)
    guard outputs.count == expected.count else {
      return "\(outputs.count) outputs, expected \(expected.count)"
    }
    let mask = try mask?.string.map { try file.tensor($0) }
    for (i, (actual, json)) in zip(outputs, expected).enumerated() {
      if let problem = try check(actual, json, mask) { return "output \(i): \(problem)" }
    }
    return nil
  }

  private func check(_ actual: Output, _ json: JSONValue, _ mask: Tensor?) throws -> String? {
    if case .tensor(let tensor) = actual, let name = json["tensor"]?.string {
      guard let mask, mask.shape == tensor.shape else { return try difference(tensor, name) }
      let hidden = try mask.logicalNot()
      return try noGrad {
        try _TestSupport.difference(
          tensor.maskedFill(hidden, 0), file.tensor(name).maskedFill(hidden, 0), rtol: test.rtol,
          atol: test.atol)
      }
    }
    switch (actual, try ArgumentValue(json, file)) {
    case (.none, .none): return nil
    case (.int(let x), .int(let y)) where x == y: return nil
    case (.bool(let x), .bool(let y)) where x == y: return nil
    case (.double(let x), .double(let y)) where isClose(x, y, rtol: test.rtol, atol: test.atol):
      return nil
    default: return "\(actual), expected \(json)"
    }
  }

  /// Returns the values described by `json`, depth first.
  private static func leaves(_ json: JSONValue) -> [JSONValue] {
    for kind in ["tuple", "list"] {
      if let parts = json[kind]?.array { return parts.flatMap(leaves) }
    }
    guard let packed = json["packed"] else { return [json] }
    return ["data", "batch_sizes", "sorted_indices", "unsorted_indices"].flatMap {
      leaves(packed[$0] ?? .null)
    }
  }
}
