/// Swift's operators on tensors. Each throws what the method of the same meaning throws. There is
/// one generic overload per side for numbers, which keeps long expressions quick to type-check.
extension Tensor {
  /// The sum, elementwise (``add(_:alpha:)-(Tensor,_)``).
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try a.add(b) }
  /// The sum with a number.
  public static func + <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.add(b) }
  /// The sum with a number.
  public static func + <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.add(a) }

  /// The difference, elementwise (``sub(_:alpha:)-(Tensor,_)``).
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try a.sub(b) }
  /// The difference with a number.
  public static func - <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.sub(b) }
  /// A number minus the tensor (``rsub(_:alpha:)-(S,_)``).
  public static func - <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.rsub(a) }
  /// The negative (``neg()``).
  public static prefix func - (a: Tensor) throws -> Tensor { try a.neg() }

  /// The product, elementwise (``mul(_:)-(Tensor)``).
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try a.mul(b) }
  /// The product with a number.
  public static func * <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.mul(b) }
  /// The product with a number.
  public static func * <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.mul(a) }

  /// The quotient, elementwise; integers divide in floats (``div(_:rounding:)-(Tensor,_)``).
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try a.div(b) }
  /// The quotient with a number.
  public static func / <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.div(b) }
  /// A number divided by the tensor: its reciprocal times the number, as in PyTorch.
  public static func / <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor {
    try b.reciprocal().mul(a)
  }

  /// Python's modulo, elementwise (``remainder(_:)-(Tensor)``).
  public static func % (a: Tensor, b: Tensor) throws -> Tensor { try a.remainder(b) }
  /// Python's modulo by a number.
  public static func % <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.remainder(b) }
  /// A number modulo the tensor.
  public static func % <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor {
    try Tensor.wrapped(a, like: b).remainder(b)
  }

  // As in PyTorch these write into the tensor's memory: every view of it sees the change.

  /// Adds in place (``add_(_:alpha:)-(Tensor,_)``).
  public static func += (a: Tensor, b: Tensor) throws { try a.add_(b) }
  /// Adds a number in place.
  public static func += <S: TensorScalar>(a: Tensor, b: S) throws { try a.add_(b) }
  /// Subtracts in place (``sub_(_:alpha:)-(Tensor,_)``).
  public static func -= (a: Tensor, b: Tensor) throws { try a.sub_(b) }
  /// Subtracts a number in place.
  public static func -= <S: TensorScalar>(a: Tensor, b: S) throws { try a.sub_(b) }
  /// Multiplies in place (``mul_(_:)-(Tensor)``).
  public static func *= (a: Tensor, b: Tensor) throws { try a.mul_(b) }
  /// Multiplies by a number in place.
  public static func *= <S: TensorScalar>(a: Tensor, b: S) throws { try a.mul_(b) }
  /// Divides in place (``div_(_:rounding:)-(Tensor,_)``).
  public static func /= (a: Tensor, b: Tensor) throws { try a.div_(b) }
  /// Divides by a number in place.
  public static func /= <S: TensorScalar>(a: Tensor, b: S) throws { try a.div_(b) }

  /// Whether elements are equal (``eq(_:)-(Tensor)``).
  public static func .== (a: Tensor, b: Tensor) throws -> Tensor { try a.eq(b) }
  /// Whether elements equal a number.
  public static func .== <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.eq(b) }
  /// Whether elements differ (``ne(_:)-(Tensor)``).
  public static func .!= (a: Tensor, b: Tensor) throws -> Tensor { try a.ne(b) }
  /// Whether elements differ from a number.
  public static func .!= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.ne(b) }
  /// Whether elements are less (``lt(_:)-(Tensor)``).
  public static func .< (a: Tensor, b: Tensor) throws -> Tensor { try a.lt(b) }
  /// Whether elements are less than a number.
  public static func .< <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.lt(b) }
  /// Whether elements are less or equal (``le(_:)-(Tensor)``).
  public static func .<= (a: Tensor, b: Tensor) throws -> Tensor { try a.le(b) }
  /// Whether elements are at most a number.
  public static func .<= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.le(b) }
  /// Whether elements are greater (``gt(_:)-(Tensor)``).
  public static func .> (a: Tensor, b: Tensor) throws -> Tensor { try a.gt(b) }
  /// Whether elements are greater than a number.
  public static func .> <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.gt(b) }
  /// Whether elements are greater or equal (``ge(_:)-(Tensor)``).
  public static func .>= (a: Tensor, b: Tensor) throws -> Tensor { try a.ge(b) }
  /// Whether elements are at least a number.
  public static func .>= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.ge(b) }

  /// Bits, or truth values, that both have (``bitwiseAnd(_:)-(Tensor)``).
  public static func & (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseAnd(b) }
  /// Bits shared with a number.
  public static func & <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseAnd(b) }
  /// Bits, or truth values, that either has (``bitwiseOr(_:)-(Tensor)``).
  public static func | (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseOr(b) }
  /// Bits of the tensor or a number.
  public static func | <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseOr(b) }
  /// Bits, or truth values, that one of the two has (``bitwiseXor(_:)-(Tensor)``).
  public static func ^ (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseXor(b) }
  /// Bits of either the tensor or a number.
  public static func ^ <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseXor(b) }
  /// The complement (``bitwiseNot()``).
  public static prefix func ~ (a: Tensor) throws -> Tensor { try a.bitwiseNot() }
  /// Bits moved up (``bitwiseLeftShift(_:)-(Tensor)``).
  public static func << (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseLeftShift(b) }
  /// Bits moved up by a number of places.
  public static func << <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor {
    try a.bitwiseLeftShift(b)
  }
  /// Bits moved down (``bitwiseRightShift(_:)-(Tensor)``).
  public static func >> (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseRightShift(b) }
  /// Bits moved down by a number of places.
  public static func >> <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor {
    try a.bitwiseRightShift(b)
  }
}
