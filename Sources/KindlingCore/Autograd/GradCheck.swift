/// Checks the gradients of `function` at `inputs` against central differences
/// (PyTorch: `torch.autograd.gradcheck`).
///
/// Every input that requires a gradient must be a float64 leaf, since differences in lower
/// precision are too inaccurate. There may be several outputs; each is checked element by element.
///
/// `eps` is the step of the differences. Gradient and difference quotient may differ by `atol` plus
/// `rtol` times the quotient.
///
/// - Throws: ``TensorError`` `.autograd` with the input, the element and both values if they
///   differ.
public func gradcheck(
  _ function: ([Tensor]) throws -> [Tensor], _ inputs: [Tensor], eps: Double = 1e-6,
  atol: Double = 1e-5, rtol: Double = 1e-3
) throws {
  for (i, input) in inputs.enumerated() where input.requiresGrad && input.dtype != .float64 {
    throw TensorError(
      .dtype, "gradcheck",
      "input \(i) requires a gradient and is \(input.dtype); differences need float64")
  }
  let outputs = try enableGrad { try function(inputs) }
  for (i, input) in inputs.enumerated() where input.requiresGrad {
    let numeric = try GradCheck.differences(function, inputs, i, eps)
    for (o, output) in outputs.enumerated() where output.requiresGrad && o < numeric.count {
      for element in 0..<output.numel {
        let analytic = try GradCheck.gradient(of: output, element, input)
        for place in 0..<input.numel {
          let (a, n) = (analytic[place], numeric[o][place][element])
          try require(
            (a - n).magnitude <= atol + rtol * n.magnitude, .autograd, "gradcheck",
            "Jacobian mismatch for output \(o) (element \(element)) with respect to input \(i) (element \(place)): numerical \(n), analytical \(a)"
          )
        }
      }
    }
  }
}

/// Calls ``gradcheck(_:_:eps:atol:rtol:)`` for a function of one output.
public func gradcheck(
  _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], eps: Double = 1e-6,
  atol: Double = 1e-5, rtol: Double = 1e-3
) throws {
  try gradcheck({ [try function($0)] }, inputs, eps: eps, atol: atol, rtol: rtol)
}

/// Checks the second derivatives of `function` against differences
/// (PyTorch: `torch.autograd.gradgradcheck`).
///
/// The gradients of `function`, with fixed weights, are treated as functions whose gradients are
/// checked.
///
/// - Throws: the errors of ``gradcheck(_:_:eps:atol:rtol:)-(([Tensor])->[Tensor],_,_,_,_)``.
public func gradgradcheck(
  _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], eps: Double = 1e-6,
  atol: Double = 1e-5, rtol: Double = 1e-3
) throws {
  let shape = try noGrad { try function(inputs).shape }
  // The weights are fixed and irregular, so that errors do not cancel.
  let count = try Layout.checkedCount(shape, .float64, "gradgradcheck")
  let values = (0..<count).map { 0.5 + Double(($0 * 7919 + 13) % 101) / 101 }
  let weights = try Tensor(values, dtype: .float64).reshape(shape).requiresGrad_()
  try gradcheck(
    { all in
      let y = try function(Array(all.dropLast()))
      guard let weight = all.last, y.requiresGrad else { return [] }
      let leaves = all.dropLast().filter(\.requiresGrad)
      return try GradCheck.gradients(of: y, leaves, weight).compactMap { $0 }
    }, inputs + [weights], eps: eps, atol: atol, rtol: rtol)
}

private enum GradCheck {
  /// Computes the gradient of one element of `output` with respect to `input`.
  static func gradient(of output: Tensor, _ element: Int, _ input: Tensor) throws -> [Double] {
    var unit = [Double](repeating: 0, count: output.numel)
    unit[element] = 1
    let seed = try Tensor(unit, dtype: output.dtype).reshape(output.shape)
    let found = try grad(
      of: [output], withRespectTo: [input], gradOutputs: [seed], retainGraph: true,
      allowUnused: true)
    guard case let gradient?? = found.first else {
      return [Double](repeating: 0, count: input.numel)
    }
    return try gradient.toArray(as: Double.self)
  }

  /// Computes the gradients of the weighted `output` as differentiable functions.
  static func gradients(of output: Tensor, _ inputs: [Tensor], _ weight: Tensor) throws -> [Tensor?]
  {
    try grad(
      of: [output], withRespectTo: inputs, gradOutputs: [weight], createGraph: true,
      allowUnused: true)
  }

  /// Computes central differences of all outputs with respect to every element of input `i`:
  /// `[output][place][element]`.
  static func differences(
    _ function: ([Tensor]) throws -> [Tensor], _ inputs: [Tensor], _ i: Int, _ eps: Double
  ) throws -> [[[Double]]] {
    var result: [[[Double]]] = []
    for place in 0..<inputs[i].numel {
      let ends = try [eps, -eps].map { step in
        var moved = inputs
        var offset = [Double](repeating: 0, count: inputs[i].numel)
        offset[place] = step
        let change = try Tensor(offset, dtype: .float64).reshape(inputs[i].shape)
        // The input is a leaf, for functions that compute gradients themselves.
        moved[i] = try noGrad { try inputs[i].add(change) }.requiresGrad_()
        return try enableGrad { try function(moved) }.map { try $0.toArray(as: Double.self) }
      }
      if result.isEmpty { result = ends[0].map { _ in [] } }
      for (o, pair) in zip(ends[0], ends[1]).enumerated() {
        result[o].append(zip(pair.0, pair.1).map { ($0 - $1) / (2 * eps) })
      }
    }
    return result
  }
}
