import CKernels

extension Pointwise {
  /// The steps of an expression: `plain` has one for each operation, `fused` joins some.
  package struct Programs: Sendable {
    package let plain: Program
    /// Gives the same bits in fewer loops.
    package let fused: Program

    init(_ expression: Expression, replacing: [Int?] = []) {
      plain = Program(expression, replacing: replacing)
      fused = Program(expression.fused(), replacing: replacing)
    }
  }
}

extension Pointwise.Expression {
  /// Returns the expression with steps fused for which there is one loop.
  ///
  /// These are the running averages and the quotients by roots of optimizers, whose steps on large
  /// parameters they make a third faster.
  func fused() -> Self {
    var uses = [Int](repeating: 0, count: entries.count)
    for (place, isNeeded) in needed().enumerated() where isNeeded {
      for operand in entries[place].operands { uses[operand] += 1 }
    }
    for place in outputs { uses[place] += 1 }
    /// The entry at `place` if it is this operation and nothing else uses it.
    func inner(_ place: Int, _ operation: Pointwise.Operation) -> Pointwise.Entry? {
      let entry = entries[place]
      return uses[place] == 1 && entry.operation == operation ? entry : nil
    }
    func number(_ place: Int) -> Pointwise.Factor? {
      if case .number(let factor) = entries[place].operation { factor } else { nil }
    }
    var result = entries
    for (place, entry) in entries.enumerated() {
      let x = entry.operands
      switch entry.operation {
      case .ternary(.addcmul):
        guard let product = inner(x[0], .binary(.mul)), let scale = number(product.operands[1])
        else { continue }
        result[place].operation = .ternary(.scaledAddcmul)
        result[place].operands[0] = product.operands[0]
        result[place].second = scale
      case .ternary(.addcdiv):
        guard let sum = inner(x[2], .binary(.add)), sum.factor == .constant(1),
          let eps = number(sum.operands[1])
        else { continue }
        var root = sum.operands[0], divisor = Pointwise.Factor.constant(1)
        if let quotient = inner(root, .binary(.div)), let number = number(quotient.operands[1]) {
          (root, divisor) = (quotient.operands[0], number)
        }
        guard let square = inner(root, .unary(.sqrt)) else { continue }
        result[place].operation = .ternary(.addcdivRoot)
        result[place].operands[2] = square.operands[0]
        (result[place].second, result[place].third) = (divisor, eps)
      default: continue
      }
    }
    return replacingEntries(by: result)
  }
}
