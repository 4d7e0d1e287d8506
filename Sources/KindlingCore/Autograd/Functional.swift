/// Derivatives of functions of tensors (PyTorch: `torch.autograd.functional`).
extension Autograd {
  /// The Jacobian of `function` at `x`, shaped like the output followed by the input
  /// (PyTorch: `functional.jacobian`).
  ///
  /// `createGraph` records the computation, for higher derivatives.
  public static func jacobian(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, createGraph: Bool = false
  ) throws -> Tensor {
    try jacobian({ try function($0[0]) }, [x], createGraph: createGraph)[0]
  }

  /// The Jacobians of `function` with respect to each of `inputs`.
  public static func jacobian(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], createGraph: Bool = false
  ) throws -> [Tensor] {
    let (xs, y) = try evaluate(function, inputs, createGraph: createGraph)
    var rows = inputs.map { _ in [Tensor]() }
    for i in 0..<y.numel {
      let seed = try Tensor.zeros([y.numel], dtype: y.dtype, device: y.device)
      try seed.backend.fill(seed.alias(shape: [], strides: [], offset: i), .int(1))
      let gradients = try derivatives(
        [y], xs,
        [seed.alias(shape: y.shape, strides: Layout.contiguousStrides(y.shape), offset: 0)],
        retainGraph: true, createGraph: createGraph)
      for (k, gradient) in gradients.enumerated() { rows[k].append(gradient) }
    }
    return try inputs.indices.map { k in
      let shape = y.shape + inputs[k].shape
      if rows[k].isEmpty {
        return try Tensor.zeros(shape, dtype: inputs[k].dtype, device: inputs[k].device)
      }
      return try Tensor.stack(rows[k]).reshape(shape)
    }
  }

  /// The Hessian of `function`, whose result has one element, at `x`, shaped like the input twice
  /// (PyTorch: `functional.hessian`).
  ///
  /// - Throws: ``TensorError`` `.shape` where the result has not exactly one element.
  public static func hessian(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, createGraph: Bool = false
  ) throws -> Tensor {
    try jacobian({ t in try slope(function, t) }, x, createGraph: createGraph)
  }

  /// The Hessian blocks of `function` with respect to each pair of `inputs`.
  public static func hessian(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], createGraph: Bool = false
  ) throws -> [[Tensor]] {
    try inputs.indices.map { row in
      try jacobian(
        { xs in
          let y = try single(function(xs), "hessian")
          return try derivatives([y], xs, [nil], retainGraph: true, createGraph: true)[row]
        }, inputs, createGraph: createGraph)
    }
  }

  /// The result of `function` at `x`, and `v` (of the result's shape) times the Jacobian
  /// (PyTorch: `functional.vjp`); `v` may be left out for a result of one element.
  public static func vjp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor? = nil,
    createGraph: Bool = false
  ) throws -> (output: Tensor, vjp: Tensor) {
    let (output, products) = try vjp(
      { try function($0[0]) }, [x], v, createGraph: createGraph)
    return (output, products[0])
  }

  /// ``vjp(_:_:_:createGraph:)`` for several inputs.
  public static func vjp(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], _ v: Tensor? = nil,
    createGraph: Bool = false
  ) throws -> (output: Tensor, vjp: [Tensor]) {
    let (xs, y) = try evaluate(function, inputs, createGraph: createGraph)
    if let v { try check(v, y, "vjp") }
    let products = try derivatives([y], xs, [v], createGraph: createGraph)
    return (createGraph ? y : y.detach(), products)
  }

  /// The result of `function` at `x`, and the Jacobian times `v` (of the input's shape), by
  /// differentiating the gradient once more (PyTorch: `functional.jvp`).
  public static func jvp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor, createGraph: Bool = false
  ) throws -> (output: Tensor, jvp: Tensor) {
    try jvp({ try function($0[0]) }, [x], [v], createGraph: createGraph)
  }

  /// ``jvp(_:_:_:createGraph:)`` for several inputs.
  public static func jvp(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], _ v: [Tensor],
    createGraph: Bool = false
  ) throws -> (output: Tensor, jvp: Tensor) {
    try check(v, inputs, "jvp")
    let (xs, y) = try evaluate(function, inputs, createGraph: createGraph)
    // The gradient is linear in the seed; its derivative with respect to the seed is the product.
    let seed = try Tensor.zeros(y.shape, dtype: y.dtype, device: y.device, requiresGrad: true)
    let gradients = try derivatives([y], xs, [seed], createGraph: true)
    let product = try derivatives(gradients, [seed], v.map { $0 }, createGraph: createGraph)[0]
    return (createGraph ? y : y.detach(), product)
  }

  /// The result of `function`, which has one element, at `x`, and `v` times the Hessian
  /// (PyTorch: `functional.vhp`).
  public static func vhp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor, createGraph: Bool = false
  ) throws -> (output: Tensor, vhp: Tensor) {
    try check(v, x, "vhp")
    let (xs, y) = try evaluate(
      { try single(function($0[0]), "vhp") }, [x], createGraph: createGraph)
    let gradients = try derivatives([y], xs, [nil], createGraph: true)
    let product = try derivatives(gradients, xs, [v], createGraph: createGraph)[0]
    return (createGraph ? y : y.detach(), product)
  }

  /// The result of `function`, which has one element, at `x`, and the Hessian times `v`
  /// (PyTorch: `functional.hvp`).
  ///
  /// The Hessian being symmetric, this is ``vhp(_:_:_:createGraph:)``.
  public static func hvp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor, createGraph: Bool = false
  ) throws -> (output: Tensor, hvp: Tensor) {
    let (output, product) = try vhp(function, x, v, createGraph: createGraph)
    return (output, product)
  }

  // MARK: Parts

  /// `function` on inputs of its own, recorded.
  private static func evaluate(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], createGraph: Bool
  ) throws -> ([Tensor], Tensor) {
    try enableGrad {
      let xs = try inputs.map { x in
        createGraph && x.requiresGrad
          ? x.alias().recorded("ViewBackward0", Input(x) { g, _ in g })
          : try x.detach().requiresGrad_()
      }
      return (xs, try function(xs))
    }
  }

  /// Gradients, zeros where there is no dependence.
  private static func derivatives(
    _ outputs: [Tensor], _ inputs: [Tensor], _ seeds: [Tensor?], retainGraph: Bool? = nil,
    createGraph: Bool = false
  ) throws -> [Tensor] {
    let recorded = outputs.indices.filter { outputs[$0].requiresGrad }
    if recorded.isEmpty {
      return try inputs.map { try Tensor.zeros($0.shape, dtype: $0.dtype, device: $0.device) }
    }
    return try grad(
      of: recorded.map { outputs[$0] }, withRespectTo: inputs,
      gradOutputs: recorded.map { seeds[$0] }, retainGraph: retainGraph, createGraph: createGraph,
      allowUnused: true, materializeGrads: true
    ).compactMap { $0 }
  }

  private static func slope(_ function: (Tensor) throws -> Tensor, _ x: Tensor) throws -> Tensor {
    try derivatives(
      [single(function(x), "hessian")], [x], [nil], retainGraph: true, createGraph: true)[0]
  }

  private static func single(_ y: Tensor, _ operation: String) throws -> Tensor {
    guard y.numel == 1 else {
      throw TensorError(
        .shape, operation,
        "the tensor returned by the function given to \(operation) should contain a single element, but its shape is \(y.shape)"
      )
    }
    return y
  }

  private static func check(_ v: Tensor, _ x: Tensor, _ operation: String) throws {
    guard v.shape == x.shape else {
      throw TensorError(
        .shape, operation, "v has invalid size: should be \(x.shape) but got \(v.shape)")
    }
  }

  private static func check(_ v: [Tensor], _ inputs: [Tensor], _ operation: String) throws {
    guard v.count == inputs.count else {
      throw TensorError(
        .shape, operation, "v should hold one tensor per input: \(inputs.count), but got \(v.count)"
      )
    }
    for (v, x) in zip(v, inputs) { try check(v, x, operation) }
  }
}
