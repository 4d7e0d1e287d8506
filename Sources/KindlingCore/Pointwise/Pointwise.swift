/// A function of the elements of tensors, written as an expression and computed in one pass over
/// memory.
///
/// The closure runs once and describes the computation. A call evaluates all of it for a few
/// thousand bytes at a time, so that no intermediate tensor is made. Inputs broadcast. The gradient
/// is derived from the expression, again as a function in one pass, and has gradients of its own.
///
/// ```swift
/// let squareplus = Pointwise("squareplus") { x in (x + (x.square() + 4).sqrt()) / 2 }
/// let y = try squareplus(x)
/// try y.sum().backward()
/// ```
///
/// 16-bit floats are computed in float32 and rounded once. Integers are converted to the default
/// float dtype.
public final class Pointwise: Sendable {
  /// The name in error texts, and as `NameBackward0` that of the node in the graph.
  let name: String
  /// PyTorch's name of the node.
  let node: String
  let rules: Rules
  private let expression: Expression
  private let programs: Programs
  /// The programs that write into the first input.
  private let inPlacePrograms: Programs
  private let gradients: Gradients

  /// The details in which PyTorch's functions differ.
  package struct Rules: Sendable {
    /// PyTorch's node of the in-place form, if it differs.
    var inPlaceNode: String?
    /// The kernel in PyTorch's error message for integers; `nil` if they stay integers.
    var floatKernel: String?
    /// Whether integers are converted to floats instead.
    var convertsIntegers = false
    /// The gradient of the in-place form from its result; `nil` if it needs the input before.
    var ofResult: ResultGradient?

    package init(
      inPlaceNode: String? = nil, floatKernel: String?, ofResult: ResultGradient? = nil
    ) {
      (self.inPlaceNode, self.floatKernel, self.ofResult) = (inPlaceNode, floatKernel, ofResult)
    }

    fileprivate init() { convertsIntegers = true }
  }

  /// Creates a function of one tensor.
  public convenience init(_ name: String = "pointwise", _ body: (_ x: Value) -> Value) {
    self.init(name, inputs: 1) { x, _ in body(x[0]) }
  }

  /// Creates a function of two tensors.
  public convenience init(_ name: String = "pointwise", _ body: (_ x: Value, _ y: Value) -> Value) {
    self.init(name, inputs: 2) { x, _ in body(x[0], x[1]) }
  }

  /// Creates a function of three tensors.
  public convenience init(
    _ name: String = "pointwise", _ body: (_ x: Value, _ y: Value, _ z: Value) -> Value
  ) {
    self.init(name, inputs: 3) { x, _ in body(x[0], x[1], x[2]) }
  }

  /// Creates a function of `inputs` tensors and `numbers` numbers, which are given with each call.
  ///
  /// ```swift
  /// let leaky = Pointwise("leaky", inputs: 1, numbers: 1) { x, slope in
  ///   .where(x[0].gt(0), x[0], x[0] * slope[0])
  /// }
  /// let y = try leaky([x], numbers: [0.01])
  /// ```
  public convenience init(
    _ name: String = "pointwise", inputs: Int, numbers: Int = 0,
    _ body: (_ inputs: [Value], _ numbers: [Value]) -> Value
  ) {
    self.init(
      name, node: name.prefix(1).uppercased() + name.dropFirst() + "Backward0", Rules(),
      Expression(inputs: inputs, numbers: numbers) { [body($0, $1)] }, gradient: nil)
  }

  /// Creates one of PyTorch's functions.
  ///
  /// `gradient` computes the gradient of the first input from that of the result, in PyTorch's
  /// order of operations; without it, it is derived.
  package convenience init(
    _ name: String, _ node: String, _ rules: Rules, numbers: Int = 0,
    gradient: (@Sendable (_ g: Value, _ x: Value, _ numbers: [Value]) -> Value)? = nil,
    _ body: (_ x: Value, _ numbers: [Value]) -> Value
  ) {
    self.init(
      name, node: node, rules,
      Expression(inputs: 1, numbers: numbers) { [body($0[0], $1)] },
      gradient: gradient.map { gradient in
        Expression(inputs: 2, numbers: numbers) { [gradient($0[0], $0[1], $1)] }
      })
  }

  init(
    _ name: String, node: String, _ rules: Rules, _ expression: Expression, gradient: Expression?
  ) {
    self.name = name
    self.node = node
    self.rules = rules
    self.expression = expression
    programs = Programs(expression)
    inPlacePrograms = Programs(expression, replacing: [0])
    gradients = Gradients(expression, given: gradient, of: node)
  }
}

extension Pointwise {
  /// Applies the function to a tensor.
  ///
  /// - Throws: ``TensorError`` for a dtype that a step of the expression does not have, for shapes
  ///   that do not broadcast, or if the function has another number of inputs.
  public func callAsFunction(_ x: Tensor) throws -> Tensor { try self([x]) }

  /// Applies the function to two tensors.
  public func callAsFunction(_ x: Tensor, _ y: Tensor) throws -> Tensor { try self([x, y]) }

  /// Applies the function to three tensors.
  public func callAsFunction(_ x: Tensor, _ y: Tensor, _ z: Tensor) throws -> Tensor {
    try self([x, y, z])
  }

  /// Applies the function to its tensors and numbers.
  public func callAsFunction(_ inputs: [Tensor], numbers: [Double] = []) throws -> Tensor {
    let result = try evaluated(inputs, numbers, into: nil)
    guard isGradEnabled, inputs.contains(where: \.requiresGrad) else { return result }
    return try recorded(result, node, inputs, numbers)
  }

  /// Applies the function of one tensor, in place if `inplace`.
  package func callAsFunction(
    _ x: Tensor, numbers: [Double] = [], inplace: Bool
  ) throws -> Tensor {
    guard inplace else { return try self([x], numbers: numbers) }
    let node = rules.inPlaceNode ?? node
    return try x.inPlace(name + "_", preserving: rules.ofResult == nil) { before, destination in
      let out = try evaluated([before], numbers, into: destination.alias())
      guard let ofResult = rules.ofResult else {
        return try recorded(out, node, [before], numbers)
      }
      return try out.recorded(
        node,
        Input(before) { g, s in try ofResult(g, s.output, numbers) },
        savingOutput: true)
    }
  }

  /// Records `result` with one pullback per input, which saves the inputs that its gradient depends on.
  private func recorded(
    _ result: Tensor, _ node: String, _ inputs: [Tensor], _ numbers: [Double]
  ) throws -> Tensor {
    let type = Tensor.resultType(inputs)
    let found = inputs.enumerated().map { i, x in x.requiresGrad ? gradients.by(i) : nil }
    // More than an input can save.
    if found.contains(where: { ($0?.inputs.count ?? 0) > 4 }) {
      let used = Set(found.flatMap { $0?.inputs ?? [] }).sorted()
      let place = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
      try Recording.record([result], node, inputs, saving: used.map { inputs[$0] }) { g, saved in
        try found.map { gradient in
          guard let g = g[0], let gradient else { return nil }
          let own = gradient.inputs.compactMap { place[$0] }.map { saved[$0] }
          return try gradient.function([g] + own, numbers: numbers)
        }
      }
      return result
    }
    let parts = zip(inputs, found).map { x, gradient in
      guard let gradient else {
        return Input(x) { [shape = x.shape] g, _ in try g.newZeros(shape) }
      }
      let saved = gradient.inputs.map { inputs[$0] }, count = saved.count
      func kept(_ i: Int) -> Tensor? { i < count ? saved[i] : nil }
      return Input(x, saving: kept(0), kept(1), kept(2), kept(3)) {
        [function = gradient.function] g, s in
        try function([g] + (0..<count).map { s[$0] }, numbers: numbers)
      }.promoting(to: type)
    }
    return try result.recorded(node, parts)
  }

  private func evaluated(
    _ inputs: [Tensor], _ numbers: [Double], into destination: Tensor?
  ) throws -> Tensor {
    try require(
      !inputs.isEmpty && inputs.count == expression.inputs && numbers.count == expression.numbers,
      .value, name,
      "expects \(expected: expression.inputs) tensors and \(expected: expression.numbers) numbers, but got \(got: inputs.count) and \(got: numbers.count)"
    )
    try require(
      !expression.isMixed, .value, name,
      "the expression uses values of another function's expression")
    var dtype = Tensor.resultType(inputs)
    if !dtype.isFloatingPoint {
      if rules.convertsIntegers { dtype = .default }
      if let kernel = rules.floatKernel {
        throw TensorError(
          .dtype, name,
          "\"\(kernel)\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
        )
      }
      try require(dtype != .bool, .dtype, name, "\"\(name)\" not implemented for 'Bool'")
    }
    var shape = inputs[0].shape
    for x in inputs.dropFirst() {
      _ = try Tensor.onOneDevice(name, inputs[0], x)
      shape = try Layout.broadcast(shape, x.shape, name)
    }
    let out = try Tensor.output(name, shape, dtype, inputs, into: destination)
    try Tensor.naming(name, dtype) {
      try out.backend.pointwise(
        destination == nil ? programs : inPlacePrograms, inputs, numbers: numbers, dtype: dtype,
        roundingEachStep: false, into: [out])
    }
    return out
  }
}

/// The gradient of an in-place function from its result.
package struct ResultGradient: Sendable {
  /// Throws if the gradient cannot be computed from the result.
  let check: @Sendable (_ numbers: [Double]) throws -> Void
  let function: Pointwise

  package init(
    _ node: String, numbers: Int, check: @escaping @Sendable (_ numbers: [Double]) throws -> Void,
    _ body:
      @escaping @Sendable (_ g: Pointwise.Value, _ y: Pointwise.Value, _ n: [Pointwise.Value]) ->
      Pointwise.Value
  ) {
    self.check = check
    function = Pointwise(
      node, node: node, .init(floatKernel: nil),
      Pointwise.Expression(inputs: 2, numbers: numbers) { [body($0[0], $0[1], $1)] },
      gradient: nil)
  }

  func callAsFunction(_ g: Tensor, _ y: Tensor, _ numbers: [Double]) throws -> Tensor {
    try check(numbers)
    return try function([g, y], numbers: numbers)
  }
}
