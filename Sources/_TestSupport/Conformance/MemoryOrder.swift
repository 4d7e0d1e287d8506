import Kindling

/// A check of the strides of results, by conformance cases with inputs in other memory layouts.
///
/// The recorded file (`memory_order.json`) holds the strides of PyTorch's results.
package struct MemoryOrder: Sendable {
  /// A case, the layout of its inputs, and the strides of its results; `nil` for results that are
  /// not tensors.
  package struct Case: Sendable {
    package let suite: String
    package let id: String
    let layout: String
    let strides: [[Int]?]
  }
  package let cases: [Case]

  package init(_ path: String) throws {
    let json = try JSONValue(contentsOf: path)
    cases = try (json["cases"]?.array ?? []).flatMap { entry in
      guard let suite = entry["suite"]?.string, let id = entry["id"]?.string,
        let layouts = entry["strides"]?.object
      else { throw GoldenError("a case of \(path) without suite, id or strides") }
      return layouts.sorted { $0.key < $1.key }.map { layout, strides in
        Case(suite: suite, id: id, layout: layout, strides: (strides.array ?? []).map(\.ints))
      }
    }
  }

  /// Returns the differences in strides of the cases of a suite, with the names of the cases.
  package func differences(in suite: ConformanceSuite) throws -> [String] {
    let tests = Dictionary(suite.cases.map { ($0.id, $0) }) { first, _ in first }
    return try cases.filter { $0.suite == suite.name }.compactMap { item in
      guard let test = tests[item.id],
        let body = OperatorTable.all.body(test.op, variant: test.variant)
      else { return "\(item.id): no such case or operator" }
      let call = try Call(test, suite.file)
      let arguments = try call.arguments.mappingTensors { try $0.detach().laid(out: item.layout) }
      let outputs: [Output]
      do {
        outputs = try withDefaultGenerator(Generator(seed: 0)) {
          try noGrad { try body(arguments).outputs }
        }
      } catch {
        return "\(item.id) \(item.layout): threw \(error)"
      }
      let strides = outputs.map { if case .tensor(let t) = $0 { t.strides } else { nil as [Int]? } }
      if strides == item.strides { return nil }
      return "\(item.id) \(item.layout): \(strides), expected \(item.strides)"
    }
  }
}

extension Tensor {
  /// Returns the same values in another memory layout, like the generator of the recorded file.
  fileprivate func laid(out layout: String) throws -> Tensor {
    guard ndim >= 2 else { return try clone() }
    let dims = Array(0..<ndim)
    let order: [Int]
    switch layout {
    case "rotated": order = Array(dims.dropFirst()) + [0]
    case "channels":
      guard ndim == 4 || ndim == 5 else { return try clone() }
      order = [0] + dims[2...] + [1]
    default: order = dims.reversed()
    }
    let back = dims.map { order.firstIndex(of: $0) ?? 0 }
    var moved = try permute(order)
    if layout == "gaps" {
      var wide = moved.shape
      wide[ndim - 1] *= 2
      let memory = try Tensor.zeros(wide, dtype: dtype)
      moved = try memory[.ellipsis, .step(nil, nil, 2)].copy_(moved)
    } else {
      moved = try moved.contiguous()
    }
    return try moved.permute(back)
  }
}
