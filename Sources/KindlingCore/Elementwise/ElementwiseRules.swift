import CKernels

/// The shared path of all elementwise operations: promotion, broadcasting, output allocation,
/// kernel, and recording for `backward`. Each operation is defined once, by a rule.

/// The result dtype for integer inputs.
enum IntegerRule {
  /// Integers stay integers.
  case keep
  /// Integers are unchanged by the function (`floor`): they are copied.
  case copy
  /// Integers and bools are converted to the default float type (`exp`, `div`).
  case toFloat
  /// The result is bool for every input dtype.
  case toBool
}

/// A function of one tensor: its kernel, its rule for integers, PyTorch's node and its gradient.
struct UnaryRule: Sendable {
  /// The tensors that the pullback needs: `s[0]` is the input, `s.output` the output.
  enum Saving {
    case nothing, input, output, inputAndOutput
    var keepsInput: Bool { self == .input || self == .inputAndOutput }
    var keepsOutput: Bool { self == .output || self == .inputAndOutput }
  }
  typealias Derivative = @Sendable (_ gradient: Tensor, _ saved: SavedTensors) throws -> Tensor?

  let name: String
  let kernel: UnaryOp
  let integers: IntegerRule
  let node: String
  /// PyTorch's node of the in-place operation, if it differs.
  let inPlaceNode: String?
  let saving: Saving
  let derivative: Derivative?

  init(
    _ name: String, _ kernel: UnaryOp, integers: IntegerRule = .toFloat, _ node: String = "",
    inPlace: String? = nil, saving: Saving = .nothing, _ derivative: Derivative? = nil
  ) {
    self.name = name
    self.kernel = kernel
    self.integers = integers
    self.node = node
    inPlaceNode = inPlace
    self.saving = saving
    self.derivative = derivative
  }
}

/// A function of two tensors.
///
/// Each side defines which tensors it saves and how its gradient is computed. A rule without sides
/// has no gradient.
struct BinaryRule: Sendable {
  typealias Side = @Sendable (_ a: Tensor, _ b: Tensor) -> Input

  let name: String
  let kernel: BinaryOp
  let integers: IntegerRule
  let node: String
  /// PyTorch's node if the right or the left operand is a number, where it differs.
  let numberNodes: (right: String?, left: String?)
  let savingOutput: Bool
  let left: Side?
  let right: Side?

  init(
    _ name: String, _ kernel: BinaryOp, integers: IntegerRule = .keep, _ node: String = "",
    rightNumber: String? = nil, leftNumber: String? = nil, savingOutput: Bool = false,
    left: Side? = nil, right: Side? = nil
  ) {
    self.name = name
    self.kernel = kernel
    self.integers = integers
    self.node = node
    numberNodes = (rightNumber, leftNumber)
    self.savingOutput = savingOutput
    self.left = left
    self.right = right
  }
}

extension Tensor {
  /// Applies `rule`, writing into `destination` if it is given.
  func unary(_ rule: UnaryRule, into destination: Tensor? = nil) throws -> Tensor {
    let y = try unary(rule.kernel, rule.name, rule.integers, into: destination)
    guard let derivative = rule.derivative, isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      destination == nil ? rule.node : rule.inPlaceNode ?? rule.node,
      Input(self, saving: rule.saving.keepsInput ? self : nil, pullback: derivative),
      savingOutput: rule.saving.keepsOutput)
  }

  /// Applies `rule` in place.
  func unary_(_ rule: UnaryRule) throws -> Tensor {
    try inPlace(rule.name + "_", preserving: rule.saving.keepsInput) {
      try $0.unary(rule, into: $1)
    }
  }

  /// Applies `rule`, writing into `destination` if it is given.
  static func binary(
    _ rule: BinaryRule, _ a: Tensor, _ b: Tensor, into destination: Tensor? = nil
  ) throws -> Tensor {
    let y = try binary(rule.kernel, rule.name, a, b, integers: rule.integers, into: destination)
    guard let left = rule.left, let right = rule.right, isGradEnabled,
      a.requiresGrad || b.requiresGrad
    else { return y }
    let type = resultType(a, b)
    func first() -> Input { left(a, b).promoting(to: type) }
    func second() -> Input { right(a, b).promoting(to: type) }
    if let node = rule.numberNodes.right, b.isWrappedNumber {
      return try y.recorded(node, first(), savingOutput: rule.savingOutput)
    }
    if let node = rule.numberNodes.left, a.isWrappedNumber {
      return try y.recorded(node, second(), savingOutput: rule.savingOutput)
    }
    return try y.recorded(rule.node, first(), second(), savingOutput: rule.savingOutput)
  }

  func binary(_ rule: BinaryRule, _ other: Tensor) throws -> Tensor {
    try Tensor.binary(rule, self, other)
  }

  func binary<S: TensorScalar>(_ rule: BinaryRule, _ other: S) throws -> Tensor {
    try Tensor.binary(rule, self, .wrapped(other, like: self))
  }

  func binary_(_ rule: BinaryRule, _ other: Tensor) throws -> Tensor {
    let saved =
      requiresGrad && rule.left?(self, other).saves(self) == true
      || other.requiresGrad && rule.right?(self, other).saves(self) == true
    return try inPlace(rule.name + "_", [other], preserving: saved) {
      try Tensor.binary(rule, $0, other, into: $1)
    }
  }

  func binary_<S: TensorScalar>(_ rule: BinaryRule, _ other: S) throws -> Tensor {
    try binary_(rule, .wrapped(other, like: self))
  }
}

extension Tensor {
  /// Runs a kernel on one operand without recording.
  func unary(
    _ op: UnaryOp, _ name: String, _ rule: IntegerRule = .toFloat,
    _ parameters: (Double, Double) = (0, 0), into destination: Tensor? = nil
  ) throws -> Tensor {
    var computed = dtype
    if rule == .toFloat && !dtype.isFloatingPoint { computed = .default }
    let out = try Tensor.output(
      name, shape, rule == .toBool ? .bool : computed, [self], into: destination)
    if rule == .copy && dtype.isInteger {
      try backend.copy(self, into: out)
    } else {
      try Tensor.naming(name, computed) {
        try backend.unary(op, self, parameters, dtype: computed, into: out)
      }
    }
    return out
  }

  /// Runs a kernel on two operands without recording.
  static func binary(
    _ op: BinaryOp, _ name: String, _ a: Tensor, _ b: Tensor, _ parameter: Double = 1,
    integers rule: IntegerRule = .keep, into destination: Tensor? = nil
  ) throws -> Tensor {
    var computed = resultType(a, b)
    if rule == .toFloat && !computed.isFloatingPoint { computed = .default }
    let (a, b) = try onOneDevice(
      name, a.rounded(to: computed, for: op), b.rounded(to: computed, for: op))
    let result = rule == .toBool ? .bool : computed
    let out: Tensor
    if destination == nil, a.isContiguous, b.isContiguous, a.shape == b.shape,
      Layout.isCanonical(a.shape, a.strides)
    {
      // The common case, which needs no lists.
      out = try Tensor(uninitializedLike: a, result)
    } else {
      out = try output(
        name, Layout.broadcast(a.shape, b.shape, name), result, [a, b], into: destination)
    }
    try naming(name, computed) {
      try a.backend.binary(op, a, b, parameter, dtype: computed, into: out)
    }
    return out
  }

  /// Runs a kernel on three operands without recording.
  static func ternary(
    _ op: TernaryOp, _ name: String, _ a: Tensor, _ b: Tensor, _ c: Tensor,
    value: Double = 1, into destination: Tensor? = nil
  ) throws -> Tensor {
    let computed = resultType([a, b, c])
    let (x, y) = try onOneDevice(name, a.rounded(to: computed), b.rounded(to: computed))
    let (_, z) = try onOneDevice(name, x, c.rounded(to: computed))
    let shape = try Layout.broadcast(Layout.broadcast(x.shape, y.shape, name), z.shape, name)
    let out = try output(name, shape, computed, [x, y, z], into: destination)
    try naming(name, computed) {
      try x.backend.ternary(op, x, y, z, value, dtype: computed, into: out)
    }
    return out
  }

  /// Returns this operand rounded to `dtype`, if that has 16 bits and the operation is computed in
  /// another type.
  ///
  /// PyTorch converts operands first, except numbers in products and quotients.
  private func rounded(to dtype: DType, for op: BinaryOp? = nil) throws -> Tensor {
    guard dtype.isHalf, self.dtype != dtype else { return self }
    switch op {
    case .mul, .div, .divFloor, .divTrunc: if ndim == 0 { return self }
    case nil: if isWrappedNumber { return self }
    default: break
    }
    let result = try noGrad { try to(dtype) }
    result.isWrappedNumber = isWrappedNumber
    return result
  }

  /// Allocates the output of an elementwise operation in the memory order that `operands` suggest,
  /// or returns `destination` if it can hold the result.
  package static func output(
    _ operation: String, _ shape: [Int], _ dtype: DType, _ operands: [Tensor],
    into destination: Tensor?
  ) throws -> Tensor {
    if let destination { return try destination.receiving(operation, shape, dtype) }
    return try Tensor(
      uninitialized: shape, strides: Layout.elementwiseStrides(shape, operands), dtype,
      on: operands[0].backend, operation)
  }

  /// Returns this tensor as the output of an operation; throws unless it can hold the result.
  func receiving(_ operation: String, _ shape: [Int], _ dtype: DType) throws -> Tensor {
    try require(
      self.shape == shape, .shape, operation,
      "output with shape \(self.shape) doesn't match the broadcast shape \(shape)")
    try require(
      dtype.category <= self.dtype.category, .dtype, operation,
      "result type \(dtype.scalarName) can't be cast to the desired output type \(self.dtype.scalarName)"
    )
    return alias()
  }

  /// Returns both operands if they are on one device; tensors never move implicitly.
  package static func onOneDevice(
    _ operation: String, _ a: Tensor, _ b: Tensor
  ) throws -> (Tensor, Tensor) {
    if a.backend === b.backend { return (a, b) }
    throw TensorError(
      .device, operation,
      "expected all tensors to be on the same device, but found \(a.device) and \(b.device); move one with to(_:)"
    )
  }

  /// Runs `body`, and adds the operation's name to a backend's "no such kernel" error.
  static func naming(_ operation: String, _ dtype: DType, _ body: () throws -> Void) throws {
    do { try body() } catch let error as TensorError where error.kind == .dtype {
      throw TensorError(
        .dtype, operation, "\"\(operation)\" not implemented for '\(dtype.scalarName)'")
    }
  }

  /// Returns zeros of this shape and dtype: the gradient of a piecewise constant function.
  func zeroGradient() throws -> Tensor {
    let result = try Tensor(uninitializedLike: self, dtype)
    try backend.fill(result, .int(0))
    return result
  }
}
