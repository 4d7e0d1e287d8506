import Kindling

extension OperatorTable {
  /// `creation`.
  mutating func addCreation() {
    op("zeros") { a in
      try a.placement()
      return try Tensor.zeros(
        a.variadicInts(from: 0, "size"), dtype: a.dtype(nil),
        requiresGrad: a.bool(nil, "requires_grad", default: false))
    }
    op("full") { a in
      try a.placement()
      return try Tensor.full(
        a.ints(0, "size"), a.scalar(1, "fill_value"), dtype: a.dtype(nil),
        requiresGrad: a.bool(nil, "requires_grad", default: false))
    }
  }
}
