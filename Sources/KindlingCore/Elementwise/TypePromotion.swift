extension Tensor {
  /// Returns the result dtype of an operation on two tensors (PyTorch: `torch.result_type`).
  ///
  /// Tensors with dimensions determine the dtype. A 0-dimensional tensor, and then a number, only
  /// counts if its category (bool, integer, float) is higher.
  public static func resultType(_ a: Tensor, _ b: Tensor) -> DType {
    if a.dtype == b.dtype && !a.isWrappedNumber && !b.isWrappedNumber { return a.dtype }
    return resultType([a, b])
  }

  /// Returns the result dtype of an operation on a tensor and a number
  /// (PyTorch: `torch.result_type`).
  public static func resultType<S: TensorScalar>(_ tensor: Tensor, _ number: S) throws -> DType {
    resultType([tensor, try wrapped(number, like: tensor)])
  }

  package static func resultType(_ tensors: [Tensor]) -> DType {
    // The usual case.
    if let dtype = tensors.first?.dtype,
      tensors.allSatisfy({ $0.dtype == dtype && !$0.isWrappedNumber })
    {
      return dtype
    }
    var byRank: [DType?] = [nil, nil, nil]  // with dimensions, 0-dimensional, numbers
    for t in tensors {
      let rank = t.isWrappedNumber ? 2 : t.ndim == 0 ? 1 : 0
      let dtype = t.isWrappedNumber && t.dtype.isFloatingPoint ? DType.default : t.dtype
      byRank[rank] = byRank[rank].map { $0.promoted(with: dtype) } ?? dtype
    }
    var result: DType?
    for case let dtype? in byRank {
      guard let known = result else { result = dtype; continue }
      if dtype.category > known.category { result = known.promoted(with: dtype) }
    }
    return result ?? .default
  }

  /// Wraps a number as a 0-dimensional operand on the device of `other`, with the lowest priority
  /// in promotion.
  package static func wrapped<S: TensorScalar>(_ number: S, like other: Tensor) throws -> Tensor {
    let scalar = number.scalar
    let dtype: DType =
      switch scalar {
      case .bool: .bool
      case .int: .int64
      case .double: .float64
      }
    let result = try Tensor(uninitialized: [], dtype, on: other.backend)
    try other.backend.fill(result, scalar)
    result.isWrappedNumber = true
    return result
  }
}
