/// Operations over the elements that a mask selects (PyTorch: `torch.masked`).
///
/// A mask is true for the selected elements and broadcasts to its tensor; without one, all are
/// selected. Other elements are replaced by the identity of the operation, which does not change
/// the result. If no element is selected, the result is the identity, or NaN if the operation has
/// none.
public enum Masked {
  /// The identity of an operation: the value that does not change its result.
  enum Identity {
    case zero, one, lowest, highest, nan

    /// Returns the identity in `dtype`.
    func value(_ dtype: DType, _ operation: String) throws -> Scalar {
      switch self {
      case .zero: return .int(0)
      case .one: return .int(1)
      case .nan: return .double(.nan)
      case .lowest, .highest:
        if dtype.isFloatingPoint { return .double(self == .lowest ? -.infinity : .infinity) }
        try require(
          dtype != .bool, .dtype, operation,
          "identity of \(operation) on torch.bool input; convert with to(.int64) first")
        let limits = dtype.integerLimits
        return .int(self == .lowest ? limits.lowerBound : limits.upperBound)
      }
    }
  }

  /// Returns `x` with masked-out elements replaced by the identity.
  static func fill(
    _ x: Tensor, _ mask: Tensor?, _ identity: Identity, _ operation: String
  ) throws -> Tensor {
    guard let mask else { return x }
    return try Tensor.where(
      expanded(mask, x, operation), x, identity.value(x.dtype, operation))
  }

  /// Returns the mask as bools in the shape of `x`.
  static func expanded(_ mask: Tensor, _ x: Tensor, _ operation: String) throws -> Tensor {
    try require(
      mask.ndim <= x.ndim, .shape, operation,
      "_input_mask expected broadcastable mask (got mask dimensionality higher than of the input): shapes are \(got: mask.shape) and \(got: x.shape)"
    )
    let shape = try Layout.broadcast(mask.shape, x.shape, operation)
    try require(
      shape == x.shape, .shape, operation,
      "the mask of shape \(mask.shape) does not broadcast to shape \(x.shape)")
    return try (mask.dtype == .bool ? mask : mask.ne(0)).expand(shape)
  }

  /// Returns the dtype in which sums and products of `dtype` accumulate.
  static func accumulating(_ dtype: DType) -> DType { dtype.isFloatingPoint ? dtype : .int64 }
}
