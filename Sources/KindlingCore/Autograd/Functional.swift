/// Derivatives of functions on tensors (PyTorch: `torch.autograd.functional`).
extension Autograd {
  /// Computes the Jacobian of `function` at `x` (PyTorch: `functional.jacobian`).
  ///
  /// Its shape is that of the output followed by that of the input. `createGraph` records the
  /// computation, for higher derivatives.
  public static func jacobian(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, createGraph: Bool = false
  ) throws -> Tensor {
    try jacobian({ try function($0[0]) }, [x], createGraph: createGraph)[0]
  }

  /// Computes the Jacobians of `function` with respect to each of `inputs`.
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

  /// Computes the Hessian of the scalar function `function` at `x` (PyTorch: `functional.hessian`).
  ///
  /// Its shape is that of the input twice.
  ///
  /// - Throws: ``TensorError`` `.shape` if the output does not have exactly one element.
  public static func hessian(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, createGraph: Bool = false
  ) throws -> Tensor {
    try jacobian({ t in try slope(function, t) }, x, createGraph: createGraph)
  }

  /// Computes the Hessian blocks of `function` with respect to each pair of `inputs`.
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

  /// Computes the output of `function` at `x`, and `v` times the Jacobian
  /// (PyTorch: `functional.vjp`).
  ///
  /// `v` has the shape of the output; it is optional for an output of one element.
  public static func vjp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor? = nil,
    createGraph: Bool = false
  ) throws -> (output: Tensor, vjp: Tensor) {
    let (output, products) = try vjp(
      { try function($0[0]) }, [x], v, createGraph: createGraph)
    return (output, products[0])
  }

  /// Computes ``vjp(_:_:_:createGraph:)`` for several inputs.
  public static func vjp(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], _ v: Tensor? = nil,
    createGraph: Bool = false
  ) throws -> (output: Tensor, vjp: [Tensor]) {
    let (xs, y) = try evaluate(function, inputs, createGraph: createGraph)
    if let v { try check(v, y, "vjp") }
    let products = try derivatives([y], xs, [v], createGraph: createGraph)
    return (createGraph ? y : y.detach(), products)
  }

  /// Computes the output of `function` at `x`, and the Jacobian times `v`
  /// (PyTorch: `functional.jvp`).
  ///
  /// `v` has the shape of the input. The product comes from differentiating the gradient once more.
  public static func jvp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor, createGraph: Bool = false
  ) throws -> (output: Tensor, jvp: Tensor) {
    try jvp({ try function($0[0]) }, [x], [v], createGraph: createGraph)
  }

  /// Computes ``jvp(_:_:_:createGraph:)`` for several inputs.
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

  /// Computes the output of the scalar function `function` at `x`, and `v` times the Hessian
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

  /// Computes the output of the scalar function `function` at `x`, and the Hessian times `v`
  /// (PyTorch: `functional.hvp`).
  ///
  /// Since the Hessian is symmetric, this equals ``vhp(_:_:_:createGraph:)``.
  public static func hvp(
    _ function: (Tensor) throws -> Tensor, _ x: Tensor, _ v: Tensor, createGraph: Bool = false
  ) throws -> (output: Tensor, hvp: Tensor) {
    let (output, product) = try vhp(function, x, v, createGraph: createGraph)
    return (output, product)
  }

  // MARK: Parts

  /// Runs `function` on copies of the inputs, recorded.
  private static func evaluate(
    _ function: ([Tensor]) throws -> Tensor, _ inputs: [Tensor], createGraph: Bool
  ) throws -> ([Tensor], Tensor) {
    try enableGrad {
      let xs = try inputs.map { x in
        createGraph && x.requiresGrad
          ? try x.alias().recorded("ViewBackward0", Input(x) { g, _ in g })
          : try x.detach().requiresGrad_()
      }
      return (xs, try function(xs))
    }
  }

  /// Computes gradients, with zeros for unused inputs.
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
    try require(
      y.numel == 1, .shape, operation,
      "the tensor returned by the function given to \(operation) should contain a single element, but its shape is \(y.shape)"
    )
    return y
  }

  private static func check(_ v: Tensor, _ x: Tensor, _ operation: String) throws {
    try require(
      v.shape == x.shape, .shape, operation,
      "v has invalid size: should be \(expected: x.shape) but got \(got: v.shape)")
  }

  private static func check(_ v: [Tensor], _ inputs: [Tensor], _ operation: String) throws {
    try require(
      v.count == inputs.count, .shape, operation,
      "v should hold one tensor per input: \(expected: inputs.count), but got \(got: v.count)")
    for (v, x) in zip(v, inputs) { try check(v, x, operation) }
  }
}
