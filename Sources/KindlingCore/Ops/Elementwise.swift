import CKernels

/// The shared path of all elementwise operations: promotion, broadcasting, the output, the kernel.
/// Gradients are recorded by the callers, next to the mathematics.
extension Tensor {
  /// What results of integer input are.
  enum IntegerRule {
    /// Integers stay integers.
    case keep
    /// Integers become the default float type (`exp`, `div`).
    case toFloat
    /// The result is bool, whatever went in.
    case toBool
  }

  func unary(
    _ op: UnaryOp, _ parameters: (Double, Double) = (0, 0), _ rule: IntegerRule = .toFloat,
    into destination: Tensor? = nil
  ) throws -> Tensor {
    var computed = dtype
    if rule == .toFloat && !dtype.isFloatingPoint { computed = .default }
    let out = try Tensor.output(
      "\(op)", shape, rule == .toBool ? .bool : computed, like: self, into: destination)
    try backend.unary(op, self, parameters, dtype: computed, into: out)
    return out
  }

  static func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double = 1, _ rule: IntegerRule = .keep,
    into destination: Tensor? = nil
  ) throws -> Tensor {
    var computed = resultType(a, b)
    if rule == .toFloat && !computed.isFloatingPoint { computed = .default }
    let (a, b) = try onOneDevice("\(op)", a, b)
    let result = rule == .toBool ? .bool : computed
    let out: Tensor
    if destination == nil && a.shape == b.shape {
      out = try Tensor(uninitializedLike: a.isContiguous ? a : b, result)
    } else {
      out = try output(
        "\(op)", Layout.broadcast(a.shape, b.shape, "\(op)"), result, like: a, into: destination)
    }
    try a.backend.binary(op, a, b, parameter, dtype: computed, into: out)
    return out
  }

  static func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double = 1,
    into destination: Tensor? = nil
  ) throws -> Tensor {
    let computed = resultType([a, b, c])
    let (x, y) = try onOneDevice("\(op)", a, b)
    let (_, z) = try onOneDevice("\(op)", x, c)
    let shape = try Layout.broadcast(Layout.broadcast(x.shape, y.shape, "\(op)"), z.shape, "\(op)")
    let out = try output("\(op)", shape, computed, like: x, into: destination)
    try x.backend.ternary(op, x, y, z, parameter, dtype: computed, into: out)
    return out
  }

  /// A new tensor for a result, or `destination` seen as one, if the result may be written there.
  package static func output(
    _ operation: String, _ shape: [Int], _ dtype: DType, like other: Tensor, into destination: Tensor?
  ) throws -> Tensor {
    guard let destination else { return try Tensor(uninitialized: shape, dtype, on: other.backend, operation) }
    guard destination.shape == shape else {
      throw TensorError(
        .shape, operation,
        "output with shape \(destination.shape) doesn't match the broadcast shape \(shape)")
    }
    guard dtype.category <= destination.dtype.category else {
      throw TensorError(
        .dtype, operation,
        "result type \(dtype.scalarName) can't be cast to the desired output type \(destination.dtype.scalarName)")
    }
    return destination.alias()
  }

  /// Both operands on one device; numbers follow the other operand, tensors never move by themselves.
  package static func onOneDevice(_ operation: String, _ a: Tensor, _ b: Tensor) throws -> (Tensor, Tensor) {
    if a.backend === b.backend { return (a, b) }
    throw TensorError(
      .device, operation,
      "expected all tensors to be on the same device, but found \(a.device) and \(b.device); move one with to(_:)")
  }
}
