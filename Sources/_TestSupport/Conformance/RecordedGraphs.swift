import Kindling

/// The backward nodes of PyTorch's outputs in the conformance cases.
package struct RecordedGraphs {
  private var nodes: [String: String] = [:]
  private var common: [String: String] = [:]

  /// Reads a file written by `generate_conformance_graphs.py`.
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

  /// The nodes of the case's outputs, separated by spaces; `nil` if no input requires a gradient.
  ///
  /// "-" stands for an output without gradient; "!" follows the name of a node without derivative.
  package subscript(_ test: ConformanceCase) -> String? {
    if let own = nodes[test.id] { return own }
    guard test.hasGradient else { return nil }
    return common[
      test.id.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        .joined(separator: "/")]
  }
}

extension ConformanceRunner {
  /// Returns the nodes of this library's outputs in the form of ``RecordedGraphs``; `nil` if the
  /// call is unsupported.
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
