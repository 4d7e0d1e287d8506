import KindlingCore

extension TensorForms {
  static func convertImageDtype(_ image: Tensor, _ dtype: DType) throws -> Tensor {
    if image.dtype == dtype { return image }
    let (from, to) = (
      try maxValue(image.dtype, "convertImageDtype"), try maxValue(dtype, "convertImageDtype")
    )
    switch (image.dtype.isFloatingPoint, dtype.isFloatingPoint) {
    case (true, true): return try image.to(dtype)
    case (true, false):
      if image.dtype != .float64 && (dtype == .int32 || dtype == .int64)
        || image.dtype == .float64 && dtype == .int64
      {
        throw TensorError(
          .dtype, "convertImageDtype",
          "the cast from \(image.dtype) to \(dtype) cannot be performed safely")
      }
      // Just below the maximum plus one, so that each integer has an equal interval.
      return try image.mul(Double(to) + 1 - 1e-3).to(dtype)
    case (false, true): return try image.to(dtype).div(from)
    case (false, false):
      // Ranges are powers of two, so one is a multiple of the other; that of int64 exceeds Int.
      let factor = Int((UInt(max(from, to)) + 1) / (UInt(min(from, to)) + 1))
      return try from > to
        ? image.div(factor, rounding: .floor).to(dtype) : image.to(dtype).mul(factor)
    }
  }
}
