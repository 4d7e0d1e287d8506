import CKernels

/// The derivative of an expression as another expression, by the chain rule. An operand that a
/// condition does not select contributes nothing, not even NaN.
extension Pointwise.Expression {
  /// Returns the values of the outputs and their derivatives.
  ///
  /// `slopes` are the derivatives of the inputs. A derivative of nil is zero.
  func derived(
    at inputs: [Pointwise.Value], _ slopes: [Pointwise.Value?], on tape: Pointwise.Tape
  ) -> [(value: Pointwise.Value, slope: Pointwise.Value?)] {
    var values: [Pointwise.Value] = [], derivatives: [Pointwise.Value?] = []
    for entry in entries {
      let x = entry.operands.map { values[$0] }, d = entry.operands.map { derivatives[$0] }
      let factor = Pointwise.Value(entry.factor, on: tape)
      switch entry.operation {
      case .input(let i):
        values.append(inputs[i])
        derivatives.append(slopes[i])
      case .number(let number):
        values.append(Pointwise.Value(number, on: tape))
        derivatives.append(nil)
      case .unary(let op):
        let y = Pointwise.Value.unary(op, x[0])
        values.append(y)
        derivatives.append(d[0].flatMap { slope(of: op, x[0], y, $0) })
      case .binary(let op):
        let y = Pointwise.Value.binary(op, x[0], x[1], factor: factor)
        values.append(y)
        derivatives.append(slope(of: op, x[0], x[1], y, (d[0], d[1]), factor))
      case .ternary(let op):
        values.append(.apply(entry.operation, x, factor: factor))
        derivatives.append(slope(of: op, x, d, factor))
      case .select:
        values.append(.apply(.select, x))
        derivatives.append(chosen(Pointwise.Condition(value: x[0]), d[1], d[2]))
      case .copy:
        values.append(x[0])
        derivatives.append(d[0])
      }
    }
    return outputs.map { (values[$0], derivatives[$0]) }
  }

  private func chosen(
    _ condition: Pointwise.Condition, _ a: Pointwise.Value?, _ b: Pointwise.Value?
  ) -> Pointwise.Value? {
    a == nil && b == nil ? nil : .where(condition, a ?? Pointwise.Value(0), b ?? Pointwise.Value(0))
  }

  /// Returns the derivative of y = op(x); `d` is the derivative of x.
  private func slope(
    of op: UnaryOp, _ x: Pointwise.Value, _ y: Pointwise.Value, _ d: Pointwise.Value
  ) -> Pointwise.Value? {
    switch op {
    case .neg: -d
    case .abs: d.times(x.sign())
    case .square: d.times(2.0 * x)
    case .sqrt: d / (2 * y)
    case .rsqrt: d.times(-0.5 * y.pow(3))
    case .reciprocal: d.times(-y.square())
    case .exp: d.times(y)
    case .expm1: d.times(y + 1)
    case .log: d / x
    case .log1p: d / (x + 1)
    case .sin: d.times(x.cos())
    case .cos: d.times(-x.sin())
    case .tan: d.times(y.square() + 1)
    case .atan: d / (x.square() + 1)
    case .sinh: d.times(x.cosh())
    case .cosh: d.times(x.sinh())
    case .tanh: d.times(1 - y.square())
    case .sigmoid: d.times((1 - y) * y)
    case .relu: chosen(y.le(0), nil, d)
    case .erf: d.times((-x.square()).exp() * (2 / Double.pi.squareRoot()))
    case .erfc: d.times((-x.square()).exp() * (-2 / Double.pi.squareRoot()))
    // Signs and roundings are constant almost everywhere.
    default: nil
    }
  }

  private func slope(
    of op: BinaryOp, _ a: Pointwise.Value, _ b: Pointwise.Value, _ y: Pointwise.Value,
    _ d: (Pointwise.Value?, Pointwise.Value?), _ factor: Pointwise.Value
  ) -> Pointwise.Value? {
    switch op {
    case .add: return d.0.plus(d.1?.times(factor))
    case .sub: return d.0.plus(d.1.map { -$0.times(factor) })
    case .mul: return (d.0?.times(b)).plus(d.1?.times(a))
    case .div: return (d.0.map { $0 / b }).plus(d.1.map { -$0.times(y) / b })
    case .maximum, .minimum:
      // Of two equal values, each gets half; with a NaN, both get all, as in PyTorch.
      let isFirst = op == .maximum ? a.gt(b) : a.lt(b),
        isSecond = op == .maximum ? a.lt(b) : a.gt(b)
      let first = d.0.map {
        Pointwise.Value.where(isSecond, 0, Pointwise.Value.where(a.eq(b), 0.5 * $0, $0))
      }
      let second = d.1.map {
        Pointwise.Value.where(isFirst, 0, Pointwise.Value.where(a.eq(b), 0.5 * $0, $0))
      }
      return first.plus(second)
    case .pow:
      let base = d.0.map { Pointwise.Value.where(b.eq(0), 0, $0.times(b * a.pow(b - 1))) }
      // Powers of 0 are constant for exponents from 0 on.
      let exponent = d.1.map {
        Pointwise.Value.where(a.eq(0).logicalAnd(b.ge(0)), 0, $0.times(y * a.log()))
      }
      return base.plus(exponent)
    default: return nil
    }
  }

  private func slope(
    of op: TernaryOp, _ x: [Pointwise.Value], _ d: [Pointwise.Value?], _ factor: Pointwise.Value
  ) -> Pointwise.Value? {
    switch op {
    case .addcmul:
      return d[0].plus((d[1]?.times(x[2])).plus(d[2]?.times(x[1]))?.times(factor))
    case .addcdiv:
      let quotient = d[2].map { -$0.times(x[1]) / (x[2] * x[2]) }
      return d[0].plus((d[1].map { $0 / x[2] }).plus(quotient)?.times(factor))
    case .lerp:
      let ends = (d[0]?.times(1 - x[2])).plus(d[1]?.times(x[2]))
      return ends.plus(d[2]?.times(x[1] - x[0]))
    case .clamp:
      // The upper bound applies last.
      let isAbove = x[0].gt(x[2]).logicalOr(x[1].gt(x[2]))
      return chosen(isAbove, d[2], chosen(x[0].lt(x[1]), d[1], d[0]))
    default: return nil
    }
  }
}

extension Pointwise.Value {
  init(_ factor: Pointwise.Factor, on tape: Pointwise.Tape) {
    switch factor {
    case .constant(let number): self.init(number)
    case .argument: self.init(.number(factor), of: tape)
    }
  }

  /// Returns the product, without a multiplication by 1.
  fileprivate func times(_ other: Self) -> Self {
    constant == 1 ? other : other.constant == 1 ? self : self * other
  }
}

extension Pointwise.Value? {
  /// Returns the sum; nil counts as 0 and is not added.
  fileprivate func plus(_ other: Self) -> Self {
    guard let self else { return other }
    guard let other else { return self }
    return self + other
  }
}
