import CKernels

extension Backend {
  package func pointwise(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    try composedPointwise(
      program, inputs, numbers: numbers, dtype: dtype, roundingEachStep: roundingEachStep,
      into: outputs)
  }

  /// Computes ``pointwise(_:_:numbers:dtype:roundingEachStep:into:)`` step by step over whole tensors.
  package func composedPointwise(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    guard let shape = outputs.first?.shape else { return }
    let type = roundingEachStep ? dtype : dtype.computeType
    func number(_ factor: Pointwise.Factor) -> Double {
      switch factor {
      case .constant(let number): number
      case .argument(let i): numbers.indices.contains(i) ? numbers[i] : .nan
      }
    }
    var slots = [Tensor?](repeating: nil, count: program.slots)
    for (i, x) in inputs.enumerated() { slots[i] = x }
    for (i, operand) in program.numbers.enumerated() {
      let one = try Tensor(
        uninitialized: [], operand.isRounded ? type : type.computeType, on: self)
      try fill(one, .double(number(operand.factor)))
      slots[program.firstNumber + i] = one
    }
    for step in program.steps {
      let x = step.inputs.compactMap { slots[$0] }
      let y = try Tensor(uninitialized: shape, step.isCondition ? .bool : type, on: self)
      let factor = number(step.factor)
      switch step.operation {
      case .unary(let op): try unary(op, x[0], (factor, 0), dtype: type, into: y)
      case .binary(let op):
        try binary(op, x[0], x[1], factor, dtype: x[0].dtype == .bool ? .bool : type, into: y)
      case .ternary(let op): try ternary(op, x[0], x[1], x[2], factor, dtype: type, into: y)
      case .select: try `where`(x[0], x[1], x[2], into: y)
      case .copy, .input, .number: try copy(x[0], into: y)
      }
      slots[step.output] = y
    }
    for (k, out) in outputs.enumerated() {
      if let y = slots[program.firstOutput + k] { try copy(y, into: out) }
    }
  }
}
