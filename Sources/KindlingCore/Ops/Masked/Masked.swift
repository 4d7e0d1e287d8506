/// Operations over the elements that a mask lets take part (PyTorch: `torch.masked`).
///
/// A mask is true where an element takes part; it broadcasts to its tensor, and without one all take
/// part. Elements that do not are replaced by the operation's identity, the value that changes no
/// result: an operation is its plain form over what is left. Where nothing takes part, the result is
/// that identity, or NaN where there is none.
public enum Masked {
  /// The value that changes no result of an operation.
  enum Identity {
    case zero, one, lowest, highest, nan

    /// The value in `dtype`.
    func value(_ dtype: DType, _ operation: String) throws -> Scalar {
      switch self {
      case .zero: return .int(0)
      case .one: return .int(1)
      case .nan: return .double(.nan)
      case .lowest, .highest:
        let isLowest = self == .lowest
        switch dtype {
        case .float16, .bfloat16, .float32, .float64:
          return .double(isLowest ? -.infinity : .infinity)
        case .int8: return .int(Int(isLowest ? Int8.min : Int8.max))
        case .int16: return .int(Int(isLowest ? Int16.min : Int16.max))
        case .int32: return .int(Int(isLowest ? Int32.min : Int32.max))
        case .int64: return .int(isLowest ? Int.min : Int.max)
        case .uint8: return .int(Int(isLowest ? UInt8.min : UInt8.max))
        case .bool:
          throw TensorError(
            .dtype, operation,
            "identity of \(operation) on torch.bool input; convert with to(.int64) first")
        }
      }
    }
  }

  /// `x` with the identity in place of what takes no part.
  static func fill(
    _ x: Tensor, _ mask: Tensor?, _ identity: Identity, _ operation: String
  ) throws -> Tensor {
    guard let mask else { return x }
    return try Tensor.where(
      expanded(mask, x, operation), x, identity.value(x.dtype, operation))
  }

  /// The mask as bools in the shape of `x`.
  static func expanded(_ mask: Tensor, _ x: Tensor, _ operation: String) throws -> Tensor {
    guard mask.ndim <= x.ndim else {
      throw TensorError(
        .shape, operation,
        "_input_mask expected broadcastable mask (got mask dimensionality higher than of the input): shapes are \(mask.shape) and \(x.shape)"
      )
    }
    let shape = try Layout.broadcast(mask.shape, x.shape, operation)
    guard shape == x.shape else {
      throw TensorError(
        .shape, operation, "the mask of shape \(mask.shape) does not broadcast to shape \(x.shape)")
    }
    return try (mask.dtype == .bool ? mask : mask.ne(0)).expand(shape)
  }

  /// What sums and products of `dtype` are computed in.
  static func accumulating(_ dtype: DType) -> DType { dtype.isFloatingPoint ? dtype : .int64 }
}
