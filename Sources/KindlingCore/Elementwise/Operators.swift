/// Swift's operators on tensors.
///
/// Each throws the errors of the method that it calls. There is one generic overload per side for
/// numbers, so that long expressions type-check quickly.
extension Tensor {
  /// Adds elementwise (``add(_:alpha:)-(Tensor,_)``).
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try a.add(b) }
  /// Adds a number.
  public static func + <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.add(b) }
  /// Adds a number.
  public static func + <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.add(a) }

  /// Subtracts elementwise (``sub(_:alpha:)-(Tensor,_)``).
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try a.sub(b) }
  /// Subtracts a number.
  public static func - <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.sub(b) }
  /// Subtracts the tensor from a number (``rsub(_:alpha:)-(S,_)``).
  public static func - <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.rsub(a) }
  /// Negates each element (``neg()``).
  public static prefix func - (a: Tensor) throws -> Tensor { try a.neg() }

  /// Multiplies elementwise (``mul(_:)-(Tensor)``).
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try a.mul(b) }
  /// Multiplies by a number.
  public static func * <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.mul(b) }
  /// Multiplies by a number.
  public static func * <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor { try b.mul(a) }

  /// Divides elementwise; integers divide in floats (``div(_:rounding:)-(Tensor,_)``).
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try a.div(b) }
  /// Divides by a number.
  public static func / <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.div(b) }
  /// Divides a number by the tensor: multiplies its reciprocal by the number, as in PyTorch.
  public static func / <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor {
    try b.reciprocal().mul(a)
  }

  /// Computes Python's modulo elementwise (``remainder(_:)-(Tensor)``).
  public static func % (a: Tensor, b: Tensor) throws -> Tensor { try a.remainder(b) }
  /// Computes Python's modulo by a number.
  public static func % <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.remainder(b) }
  /// Computes a number modulo the tensor.
  public static func % <S: TensorScalar>(a: S, b: Tensor) throws -> Tensor {
    try Tensor.wrapped(a, like: b).remainder(b)
  }

  // These write to the tensor's memory, as PyTorch's do: every view of it sees the change.

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

  /// Tests elementwise for equality (``eq(_:)-(Tensor)``).
  public static func .== (a: Tensor, b: Tensor) throws -> Tensor { try a.eq(b) }
  /// Tests elementwise for equality with a number.
  public static func .== <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.eq(b) }
  /// Tests elementwise for inequality (``ne(_:)-(Tensor)``).
  public static func .!= (a: Tensor, b: Tensor) throws -> Tensor { try a.ne(b) }
  /// Tests elementwise for inequality with a number.
  public static func .!= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.ne(b) }
  /// Tests elementwise whether `a` is less than `b` (``lt(_:)-(Tensor)``).
  public static func .< (a: Tensor, b: Tensor) throws -> Tensor { try a.lt(b) }
  /// Tests elementwise whether `a` is less than a number.
  public static func .< <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.lt(b) }
  /// Tests elementwise whether `a` is at most `b` (``le(_:)-(Tensor)``).
  public static func .<= (a: Tensor, b: Tensor) throws -> Tensor { try a.le(b) }
  /// Tests elementwise whether `a` is at most a number.
  public static func .<= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.le(b) }
  /// Tests elementwise whether `a` is greater than `b` (``gt(_:)-(Tensor)``).
  public static func .> (a: Tensor, b: Tensor) throws -> Tensor { try a.gt(b) }
  /// Tests elementwise whether `a` is greater than a number.
  public static func .> <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.gt(b) }
  /// Tests elementwise whether `a` is at least `b` (``ge(_:)-(Tensor)``).
  public static func .>= (a: Tensor, b: Tensor) throws -> Tensor { try a.ge(b) }
  /// Tests elementwise whether `a` is at least a number.
  public static func .>= <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.ge(b) }

  /// Computes the bitwise and, logical for bools (``bitwiseAnd(_:)-(Tensor)``).
  public static func & (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseAnd(b) }
  /// Computes the bitwise and with a number.
  public static func & <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseAnd(b) }
  /// Computes the bitwise or, logical for bools (``bitwiseOr(_:)-(Tensor)``).
  public static func | (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseOr(b) }
  /// Computes the bitwise or with a number.
  public static func | <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseOr(b) }
  /// Computes the bitwise exclusive or, logical for bools (``bitwiseXor(_:)-(Tensor)``).
  public static func ^ (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseXor(b) }
  /// Computes the bitwise exclusive or with a number.
  public static func ^ <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.bitwiseXor(b) }
  /// Computes the bitwise complement (``bitwiseNot()``).
  public static prefix func ~ (a: Tensor) throws -> Tensor { try a.bitwiseNot() }
  /// Shifts the bits left (``bitwiseLeftShift(_:)-(Tensor)``).
  public static func << (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseLeftShift(b) }
  /// Shifts the bits left by a number.
  public static func << <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor {
    try a.bitwiseLeftShift(b)
  }
  /// Shifts the bits right (``bitwiseRightShift(_:)-(Tensor)``).
  public static func >> (a: Tensor, b: Tensor) throws -> Tensor { try a.bitwiseRightShift(b) }
  /// Shifts the bits right by a number.
  public static func >> <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor {
    try a.bitwiseRightShift(b)
  }
}
