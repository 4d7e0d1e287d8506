import KindlingCore

/// Predefined parametrizations (PyTorch: `torch.nn.utils.parametrizations`).
///
/// ```swift
/// let layer = try Parametrizations.spectralNorm(Linear(20, 40))
/// ```
public enum Parametrizations {
  /// Splits the parameter `name` into a norm, `original0`, and a direction, `original1`
  /// (PyTorch: `nn.utils.parametrizations.weight_norm`).
  ///
  /// There is one norm for each index of dimension `dim`; `nil` means one norm of the whole
  /// tensor.
  ///
  /// - Throws: `TensorError` if there is no such parameter or dimension.
  @discardableResult
  public static func weightNorm<M: Module>(
    _ module: M, _ name: String = "weight", dim: Int? = 0
  ) throws -> M {
    try module.registerParametrization(name, _WeightNorm(dim), unsafe: true)
  }
}

/// The parametrization `g · v / ‖v‖`.
private final class _WeightNorm: Module, Parametrization {
  private let dim: Int?

  init(_ dim: Int?) { self.dim = dim }

  func parametrized(_ originals: [Tensor]) throws -> Tensor {
    try require(originals.count == 2, .value, "weightNorm", "expected a norm and a direction")
    return try originals[1].mul(originals[0].div(norm(originals[1])))
  }

  func rightInverse(_ value: Tensor) throws -> [Tensor] { [try norm(value), value] }

  private func norm(_ v: Tensor) throws -> Tensor {
    // In PyTorch, −1 means the whole tensor.
    guard let dim, dim != -1 else { return try v.norm() }
    try require(
      0..<v.ndim ~= dim, .index, "weightNorm",
      "dim has to be between 0 and \(expected: v.ndim - 1), or -1 for all, but got \(got: dim)")
    return try v.norm(p: 2.0, dims: (0..<v.ndim).filter { $0 != dim }, keepdim: true)
  }
}
