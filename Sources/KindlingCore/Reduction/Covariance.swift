extension Tensor {
  /// Computes the covariance matrix; rows are variables, columns observations
  /// (PyTorch: `torch.cov`).
  ///
  /// The divisor is the number of observations minus `correction`. `fweights` are integer repeat
  /// counts of the observations, and `aweights` their importance.
  ///
  /// - Throws: ``TensorError`` for more than two dimensions, or for weights that are negative or of
  ///   another length.
  public func cov(
    correction: Int = 1, fweights: Tensor? = nil, aweights: Tensor? = nil
  ) throws -> Tensor {
    try require(
      ndim <= 2, .shape, "cov",
      "expected input to have two or fewer dimensions but got an input with \(got: ndim) dimensions"
    )
    try require(dtype != .bool, .dtype, "cov", "bool dtype is not supported for input")
    let x = ndim < 2 ? try reshape(1, -1) : self
    let count = x.shape[1]
    try checkWeights(fweights, "fweights", count)
    try checkWeights(aweights, "aweights", count)
    var weights = fweights
    if let aweights { weights = try weights.map { try $0 * aweights } ?? aweights }

    let total = try weights?.sum() ?? Tensor(count, dtype: .int64)
    if weights != nil, try noGrad({ try total.eq(0).item(as: Bool.self) }) {
      throw TensorError(.value, "cov", "weights sum to zero, can't be normalized")
    }
    let mean =
      try weights.map { try (x * $0).sum(dim: 1) / total } ?? (x.sum(dim: 1) / Double(count))
    let norm: Tensor
    if let weights, let aweights, correction != 0 {
      norm = try total - (weights * aweights).sum() * correction / total
    } else {
      norm = try total - correction
    }
    if try noGrad({ try norm.le(0).item(as: Bool.self) }) {
      try Warnings.warn(
        .user, "",
        "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations."
      )
    }
    let deviations = try x - mean.unsqueeze(1)
    let weighted = try weights.map { try deviations * $0 } ?? deviations
    return try (deviations.mm(weighted.to(deviations.dtype).t()) / norm.clamp(min: 0)).squeeze()
  }

  private func checkWeights(_ weights: Tensor?, _ name: String, _ count: Int) throws {
    guard let weights else { return }
    try require(
      weights.ndim <= 1 && weights.numel == count, .shape, "cov",
      "expected \(name) to have the same numel as there are observations in the input but got \(got: weights.numel) != \(got: count)"
    )
    try require(
      (name == "aweights" ? weights.dtype.isFloatingPoint : weights.dtype.isInteger), .dtype, "cov",
      "expected \(name) to have \(name == "aweights" ? "floating point" : "integral") dtype but got \(name) with \(got: weights.dtype)"
    )
    // The negated comparison also rejects NaN.
    if try noGrad({ try weights.ge(0).logicalNot().any().item(as: Bool.self) }) {
      throw TensorError(.value, "cov", "\(name) cannot be negative")
    }
  }

  /// Computes correlation coefficients; rows are variables, columns observations
  /// (PyTorch: `torch.corrcoef`).
  public func corrcoef() throws -> Tensor {
    try require(
      ndim <= 2, .shape, "corrcoef",
      "expected input to have two or fewer dimensions but got an input with \(got: ndim) dimensions"
    )
    let c = try cov()
    if c.ndim == 0 { return try c / c }
    let deviations = try c.diagonal().sqrt()
    return try (c / deviations.unsqueeze(1) / deviations.unsqueeze(0)).clamp(min: -1, max: 1)
  }
}
