import Kindling

/// The backward nodes that PyTorch gives the outputs of the conformance cases.
package struct RecordedGraphs {
  private var nodes: [String: String] = [:]
  private var common: [String: String] = [:]

  /// Reads a file of `generate_conformance_graphs.py`.
  package init(_ json: JSONValue) throws {
    for (call, entry) in json.object ?? [:] {
      for (names, samples) in entry.object ?? [:] {
        guard let samples = samples.array?.compactMap(\.string) else {
          throw GoldenError("\(call): no list of samples")
        }
        if samples.isEmpty { common[call] = names }
        for sample in samples { nodes["\(call)/\(sample)"] = names }
      }
    }
  }

  /// The nodes of the case's outputs, separated by spaces: "-" where an output has no gradient, "!"
  /// behind the name of one without a derivative; nil where no input requires a gradient.
  package subscript(_ test: ConformanceCase) -> String? {
    if let own = nodes[test.id] { return own }
    guard test.hasGradient else { return nil }
    return common[
      test.id.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        .joined(separator: "/")]
  }
}

extension ConformanceRunner {
  /// What ``RecordedGraphs`` holds, of this library's outputs; nil where the call is not supported.
  package func nodes(_ test: ConformanceCase, of suite: ConformanceSuite) throws -> String? {
    guard let body = table.body(test.op, variant: test.variant) else { return nil }
    let call = try Call(test, suite.file)
    return try body(call.arguments).outputs.map { output in
      guard case .tensor(let tensor) = output, tensor.requiresGrad else { return "-" }
      let name = tensor.gradFn?.name ?? "leaf"
      do { try tensor.sum().backward(retainGraph: true) } catch let error as TensorError {
        guard "\(error)".contains("not implemented") else { throw error }
        return name + "!"
      }
      return name
    }.joined(separator: " ")
  }
}
