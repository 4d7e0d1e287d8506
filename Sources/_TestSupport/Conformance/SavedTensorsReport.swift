import Kindling

extension ConformanceRunner {
  /// Returns this library's counterpart of a line of `generate_conformance_saved.py`.
  ///
  /// It lists the tensors saved in the graph of the call and, after a bar, the inputs whose
  /// gradients require a gradient; after a second bar, what is saved if one input alone requires
  /// a gradient. Tensors that PyTorch could not modify, marked with `~` in `expected`, are copied
  /// unchecked. The result is `nil` if the call is unsupported.
  package func saves(
    _ test: ConformanceCase, of suite: ConformanceSuite, expected: String
  ) throws -> String? {
    guard let body = table.body(test.op, variant: test.variant) else { return nil }
    let unseen = Set(
      expected.split(separator: "|", omittingEmptySubsequences: false)[0].split(separator: " ")
        .filter { $0.hasPrefix("~") }.map(String.init))

    func made(_ alone: String?) throws -> (inputs: [String: Tensor], outputs: [Tensor]) {
      let call = try Call(test, suite.file)
      if let alone {
        for (path, tensor) in call.tensors where path != alone && tensor.requiresGrad {
          _ = try tensor.requiresGrad_(false)
        }
      }
      let outputs = try withDefaultGenerator(Generator()) { try body(call.arguments).outputs }
      return (call.tensors, outputs.compactMap { if case .tensor(let t) = $0 { t } else { nil } })
    }
    func total(_ outputs: [Tensor]) throws -> Tensor? {
      let parts = try outputs.filter(\.requiresGrad).map { try $0.sum() }
      return try parts.dropFirst().reduce(parts.first) { sum, part in try sum.map { try $0 + part }
      }
    }
    /// Returns whether the backward pass fails with `words` in its message.
    func fails(_ outputs: [Tensor], _ words: String) throws -> Bool {
      do { try total(outputs)?.backward() } catch let error as TensorError {
        return "\(error)".contains(words)
      }
      return false
    }
    func fails(afterWriting t: Tensor, _ outputs: [Tensor]) throws -> Bool {
      try noGrad { _ = try t.copy_(t.clone()) }
      return try fails(outputs, "modified by an inplace operation")
    }
    func kept(_ alone: String? = nil) throws -> String {
      var kept: Set<String> = alone == nil ? unseen : []
      let (inputs, outputs) = try made(alone)
      try total(outputs)?.backward()
      if try fails(outputs, "second time") { kept.insert("twice") }
      for path in inputs.keys where !unseen.contains("~" + path) {
        let (inputs, outputs) = try made(alone)
        if let t = inputs[path], try fails(afterWriting: t, outputs) { kept.insert(path) }
      }
      for i in outputs.indices where !unseen.contains("~out\(i)") {
        let (_, outputs) = try made(alone)
        if try fails(afterWriting: outputs[i], outputs) { kept.insert("out\(i)") }
      }
      return kept.sorted().joined(separator: " ")
    }

    let (leaves, results) = try made(nil)
    let paths = leaves.keys.filter { leaves[$0]?.requiresGrad == true }.sorted()
    var again: [String] = []
    if let total = try total(results) {
      do {
        let gradients = try grad(
          of: [total], withRespectTo: paths.compactMap { leaves[$0] }, createGraph: true,
          allowUnused: true)
        again = zip(paths, gradients).filter { $1?.requiresGrad == true }.map(\.0)
      } catch is TensorError {
        again = ["!"]
      }
    }
    let report = try "\(kept())|\(again.joined(separator: " "))"
    guard paths.count > 1 else { return report }
    return try report + "|" + paths.map { try "\($0)>\(kept($0))" }.joined(separator: ", ")
  }
}
