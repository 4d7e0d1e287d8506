extension Tensor {
  /// Applies the reduction to element-wise losses.
  package func reduced(_ reduction: LossReduction) throws -> Tensor {
    switch reduction {
    case .none: self
    case .mean: try mean()
    case .sum: try sum()
    }
  }

  /// Zeroes losses selected by `mask`, recorded with the single edge of an in-place operation.
  package func zeroed(where mask: Tensor) throws -> Tensor {
    try noGrad { try Tensor.where(mask, 0, self) }
      .recorded(
        "MaskedFillBackward0", Input(self, saving: mask) { g, s in try Tensor.where(s[0], 0, g) })
  }
}
