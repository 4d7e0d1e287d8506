/// Composed operations that PyTorch records as one operation.
extension Tensor {
  /// Runs `body` on `inputs` and records the results as those of one node named `name`.
  ///
  /// Only the inputs are saved, as in PyTorch, and with `savingOutput` also the first result, which
  /// is not used. The backward pass runs `body` again and differentiates it. Higher derivatives are
  /// supported.
  package static func composed(
    _ name: String, _ inputs: [Tensor], savingOutput: Bool = false,
    _ body: @escaping ([Tensor]) throws -> [Tensor]
  ) throws -> [Tensor] {
    // Results are not views, even if the composition returns views.
    let results = try noGrad { try body(inputs).map { $0.viewBase == nil ? $0 : $0.alias() } }
    let count = inputs.count
    let wanted = inputs.indices.filter { inputs[$0].requiresGrad }
    try Recording.record(
      results, name, inputs, saving: inputs, savingOutput: savingOutput, joint: true
    ) { gradients, all in
      let saved = Array(all.prefix(count))
      let again = isGradEnabled
      // If the gradient is not recorded, the inputs become leaves, so that the walk ends there.
      var sources = saved
      if !again {
        for i in wanted { sources[i] = try saved[i].detach().requiresGrad_() }
      }
      let outputs = try enableGrad { try body(sources) }
      let pairs = zip(outputs, gradients).filter { $0.requiresGrad && $1 != nil }
      var found = [Tensor?](repeating: nil, count: saved.count)
      guard !pairs.isEmpty else { return found }
      let parts = try KindlingCore.grad(
        of: pairs.map(\.0), withRespectTo: wanted.map { sources[$0] },
        gradOutputs: pairs.map(\.1), createGraph: again, allowUnused: true)
      for (place, part) in zip(wanted, parts) {
        // An input that is not used has a gradient of zeros.
        found[place] = try part ?? saved[place].zeroGradient()
      }
      return found
    }
    return results
  }

  /// Runs `body` and records the result as that of one node named `name`.
  package static func composed(
    _ name: String, _ inputs: Tensor..., savingOutput: Bool = false,
    body: @escaping ([Tensor]) throws -> Tensor
  ) throws -> Tensor {
    try composed(name, inputs, savingOutput: savingOutput) { [try body($0)] }[0]
  }

  /// Multiplies by a number, recorded as in PyTorch's compositions.
  package func scaled(by number: Double) throws -> Tensor {
    try noGrad { try mul(number) }.recorded(
      "MulBackward1", Input(self) { g, _ in try g.mul(number) })
  }

  /// Divides by a number, recorded as in PyTorch's compositions.
  package func divided(by number: Double) throws -> Tensor {
    try noGrad { try div(number) }.recorded(
      "DivBackward1", Input(self) { g, _ in try g.div(number) })
  }
}
