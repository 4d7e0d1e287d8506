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

/// An operation composed of others that PyTorch records as one node.
///
/// No intermediate result is kept: the backward pass runs `body` again with recording on and
/// differentiates it. That costs a second run, and second derivatives need no further code. `body`
/// must capture no tensors and draw no random numbers.
///
/// With `isLinear`, `body` is linear in each input: its gradient needs the values of the others
/// alone, and an input is kept only if another one requires a gradient.
///
/// `values` computes the output if PyTorch's gradient is that of another function, `body`.
package enum Composed {
  /// Runs `body` on `inputs` and records it as `node`; 16-bit floats are computed in float32 and
  /// rounded once.
  package static func record(
    _ node: String, _ inputs: [Tensor], isLinear: Bool = false, savingOutput: Bool = false,
    values: (([Tensor]) throws -> Tensor)? = nil, _ body: @escaping ([Tensor]) throws -> Tensor
  ) throws -> Tensor {
    func wide(_ inputs: [Tensor], _ body: ([Tensor]) throws -> Tensor) throws -> Tensor {
      guard let type = inputs.first(where: \.dtype.isHalf)?.dtype else { return try body(inputs) }
      return try body(inputs.map { $0.dtype.isHalf ? try $0.to(.float32) : $0 }).to(type)
    }
    var y = try noGrad { try wide(inputs, values ?? body) }
    // The body may have returned an input, or a view of one.
    if inputs.contains(where: { $0.storage === y.storage }) { y = try noGrad { try y.clone() } }
    guard isGradEnabled, inputs.contains(where: \.requiresGrad), y.dtype.isFloatingPoint else {
      return Recording.own(y, of: inputs)
    }
    let wanted = inputs.map { $0.requiresGrad && $0.dtype.isFloatingPoint }
    let places = inputs.indices.map { i in
      isLinear && !wanted.indices.contains { $0 != i && wanted[$0] } ? Place(inputs[i]) : nil
    }
    try Recording.record(
      [y], node, inputs, saving: zip(inputs, places).filter { $1 == nil }.map(\.0),
      savingOutput: savingOutput, joint: true
    ) { gradients, kept in
      var rest = kept[...]
      let saved = try places.map { try $0?.zeros() ?? rest.removeFirst() }
      guard let g = gradients[0] else { return saved.map { _ in nil } }
      let twice = isGradEnabled
      return try enableGrad {
        // Only gradients of gradients need the graph of the inputs.
        let again = try zip(saved, wanted).map { x, wanted in
          if !wanted { return x.detach() }
          return twice && x.requiresGrad ? x : try x.detach().requiresGrad_()
        }
        let places = wanted.indices.filter { wanted[$0] }
        let output = try wide(again, body)
        let found =
          output.requiresGrad
          ? try grad(
            of: [output], withRespectTo: places.map { again[$0] }, gradOutputs: [g],
            createGraph: twice, allowUnused: true)
          : places.map { _ in nil }
        var result = [Tensor?](repeating: nil, count: saved.count)
        for (place, gradient) in zip(places, found) {
          // An input that the output does not depend on has a gradient of zeros.
          result[place] = try gradient ?? Tensor.zeros(like: saved[place])
        }
        return result
      }
    }
    return y
  }

  /// The metadata of an input of a linear operation, without its values.
  private struct Place {
    let shape: [Int], format: MemoryFormat, dtype: DType, device: Device

    init(_ x: Tensor) {
      (shape, format, dtype, device) = (x.shape, x.suggestedFormat, x.dtype, x.device)
    }

    func zeros() throws -> Tensor {
      try Tensor.zeros(shape, dtype: dtype, device: device).contiguous(memoryFormat: format)
    }
  }
}
