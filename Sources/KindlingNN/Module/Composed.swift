import KindlingCore

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
enum Composed {
  /// Runs `body` on `inputs` and records it as `node`; 16-bit floats are computed in float32 and
  /// rounded once.
  static func record(
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
