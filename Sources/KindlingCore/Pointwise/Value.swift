import CKernels

extension Pointwise {
  /// One element of a tensor in the expression of a ``Pointwise`` function.
  ///
  /// It has the operators and the elementwise methods of ``Tensor``, which here describe a
  /// computation. Swift's numbers are constants.
  public struct Value {
    enum Form {
      case constant(Double)
      case entry(Tape, Int)
    }
    let form: Form

    init(_ form: Form) { self.form = form }

    /// Creates a constant.
    public init(_ constant: Double) { form = .constant(constant) }

    init(_ operation: Operation, of tape: Tape) {
      form = .entry(tape, tape.append(Entry(operation: operation)))
    }
  }

  /// A truth value for each element, the result of a comparison of two ``Value``s.
  public struct Condition {
    let value: Value
  }
}

/// An operand in an expression of a ``Pointwise`` function: a value or a number.
public protocol PointwiseOperand {
  /// The operand as a value of an expression.
  var pointwiseValue: Pointwise.Value { get }
}

extension Pointwise.Value: PointwiseOperand {
  /// The value itself.
  public var pointwiseValue: Self { self }
}
extension Double: PointwiseOperand {
  /// The constant.
  public var pointwiseValue: Pointwise.Value { Pointwise.Value(self) }
}
extension Int: PointwiseOperand {
  /// The constant.
  public var pointwiseValue: Pointwise.Value { Pointwise.Value(Double(self)) }
}

extension Pointwise.Value {
  var constant: Double? {
    if case .constant(let number) = form { number } else { nil }
  }

  /// The number that this value is for all elements, if it is one.
  private var factor: Pointwise.Factor? {
    switch form {
    case .constant(let number): return .constant(number)
    case .entry(let tape, let place):
      if case .number(let number) = tape.entries[place].operation { return number }
      return nil
    }
  }

  /// The place of this value on `tape`.
  func place(on tape: Pointwise.Tape) -> Int {
    switch form {
    case .constant(let number):
      return tape.append(.init(operation: .number(.constant(number))))
    case .entry(let own, let place):
      if own === tape { return place }
      tape.isMixed = true
      own.isMixed = true
      return tape.append(.init(operation: .number(.constant(.nan))))
    }
  }

  /// Enters an operation on `operands`; one on constants alone is computed.
  static func apply(
    _ operation: Pointwise.Operation, _ operands: [Pointwise.Value],
    factor: Pointwise.Value = Pointwise.Value(1)
  ) -> Pointwise.Value {
    for operand in operands + [factor] {
      guard case .entry(let tape, _) = operand.form else { continue }
      if case .entry(let other, _) = factor.form, other !== tape { tape.isMixed = true }
      return Pointwise.Value(
        .entry(
          tape,
          tape.append(
            .init(
              operation: operation, operands: operands.map { $0.place(on: tape) },
              factor: factor.factor ?? .constant(1)))))
    }
    return Pointwise.Value(
      operation.onConstants(operands.map { $0.constant ?? .nan }, factor.constant ?? .nan))
  }

  static func unary(_ op: UnaryOp, _ x: Pointwise.Value) -> Pointwise.Value {
    apply(.unary(op), [x])
  }

  static func binary(
    _ op: BinaryOp, _ a: Pointwise.Value, _ b: Pointwise.Value,
    factor: Pointwise.Value = Pointwise.Value(1)
  ) -> Pointwise.Value { apply(.binary(op), [a, b], factor: factor) }

  /// Whether this value is the same number for all elements.
  var isNumber: Bool { factor != nil }
}

extension Pointwise.Operation {
  /// Returns the result of this operation on numbers, by the loops of the elements.
  fileprivate func onConstants(_ operands: [Double], _ factor: Double) -> Double {
    let type = DType.float64.rawValue
    switch self {
    case .select: return operands[0] != 0 ? operands[1] : operands[2]
    case .unary(let op): return Self.run(kk_unary(op, type), operands, factor, false)
    case .binary(let op):
      return Self.run(kk_binary(op, type), operands, factor, op.isCondition)
    case .ternary(let op): return Self.run(kk_ternary(op, type), operands, factor, false)
    case .copy: return operands[0]
    case .input, .number: return .nan
    }
  }

  private static func run(
    _ loop: kk_loop?, _ operands: [Double], _ factor: Double, _ toBool: Bool
  ) -> Double {
    guard let loop else { return .nan }
    var factor = factor, result = 0.0, truth = false
    return operands.withUnsafeBufferPointer { operands in
      var pointers: [UnsafeRawPointer?] = operands.indices.map { i in
        operands.baseAddress.map { UnsafeRawPointer($0 + i) }
      }
      var strides = [Int64](repeating: 0, count: operands.count)
      if toBool {
        loop(1, &pointers, &strides, &truth, 1, &factor)
        return truth ? 1 : 0
      }
      loop(1, &pointers, &strides, &result, 1, &factor)
      return result
    }
  }
}
