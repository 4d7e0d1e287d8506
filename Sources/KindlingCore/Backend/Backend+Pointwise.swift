import CKernels

extension Backend {
  package func pointwise(
    _ programs: Pointwise.Programs, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    try composedPointwise(
      programs.plain, inputs, numbers: numbers, dtype: dtype, roundingEachStep: roundingEachStep,
      into: outputs)
  }

  /// Computes ``pointwise(_:_:numbers:dtype:roundingEachStep:into:)`` step by step over whole tensors.
  package func composedPointwise(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    guard let shape = outputs.first?.shape else { return }
    let type = roundingEachStep ? dtype : dtype.computeType
    var slots = [Tensor?](repeating: nil, count: program.slots)
    for (i, x) in inputs.enumerated() { slots[i] = x }
    for (i, operand) in program.numbers.enumerated() {
      let one = try Tensor(
        uninitialized: [], operand.isRounded ? type : type.computeType, on: self)
      try fill(one, .double(operand.factor.value(numbers)))
      slots[program.firstNumber + i] = one
    }
    for step in program.steps {
      guard let a = slots[step.inputs.0], let b = slots[step.inputs.1],
        let c = slots[step.inputs.2]
      else {
        throw TensorError(.unsupported, "pointwise", "a step of the program has no operand")
      }
      let y = try Tensor(uninitialized: shape, step.isCondition ? .bool : type, on: self)
      let factor = step.factors.0.value(numbers)
      switch step.operation {
      case .unary(let op): try unary(op, a, (factor, 0), dtype: type, into: y)
      case .binary(let op):
        // Conditions are combined as such.
        let isLogic = op == .logicalAnd || op == .logicalOr || op == .logicalXor
        try binary(op, a, b, factor, dtype: isLogic ? .bool : type, into: y)
      case .ternary(let op): try ternary(op, a, b, c, factor, dtype: type, into: y)
      case .select: try `where`(a, b, c, into: y)
      case .copy, .input, .number: try copy(a, into: y)
      }
      slots[step.output] = y
    }
    for (k, out) in outputs.enumerated() {
      if let y = slots[program.firstOutput + k] { try copy(y, into: out) }
    }
  }
}
