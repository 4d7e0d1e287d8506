/// Compositions that PyTorch records as one operation.
extension Tensor {
  /// The results of `body` for `inputs`, recorded as those of one node named `name`.
  ///
  /// Only the inputs are saved, and with `savingOutput` the first result, as PyTorch does; it is not
  /// used. Going backward runs `body` once more and differentiates what it is made
  /// of, as often as one likes.
  package static func composed(
    _ name: String, _ inputs: [Tensor], savingOutput: Bool = false,
    _ body: @escaping ([Tensor]) throws -> [Tensor]
  ) throws -> [Tensor] {
    // Results are no views, whatever they are made of.
    let results = try noGrad { try body(inputs).map { $0.viewBase == nil ? $0 : $0.alias() } }
    let count = inputs.count
    let wanted = inputs.indices.filter { inputs[$0].requiresGrad }
    Recording.record(
      results, name, inputs, saving: inputs, savingOutput: savingOutput, joint: true
    ) { gradients, all in
      let saved = Array(all.prefix(count))
      let again = isGradEnabled
      // Without a graph of the gradient the inputs become leaves, so that nothing lies behind them.
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
        // An input without influence has a gradient of zeros.
        found[place] = try part ?? saved[place].zeroGradient()
      }
      return found
    }
    return results
  }

  /// The result of `body`, recorded as that of one node named `name`.
  package static func composed(
    _ name: String, _ inputs: Tensor..., savingOutput: Bool = false,
    body: @escaping ([Tensor]) throws -> Tensor
  ) throws -> Tensor {
    try composed(name, inputs, savingOutput: savingOutput) { [try body($0)] }[0]
  }

  /// The product with a number, as PyTorch's compositions record it.
  package func scaled(by number: Double) throws -> Tensor {
    try noGrad { try mul(number) }.recorded(
      "MulBackward1", Input(self) { g, _ in try g.mul(number) })
  }

  /// The quotient by a number, as PyTorch's compositions record it.
  package func divided(by number: Double) throws -> Tensor {
    try noGrad { try div(number) }.recorded(
      "DivBackward1", Input(self) { g, _ in try g.div(number) })
  }
}
