import KindlingCore
import KindlingPlatform

extension Parametrizations {
  /// Divides the parameter `name` by its largest singular value, estimated by power iteration
  /// (PyTorch: `nn.utils.parametrizations.spectral_norm`).
  ///
  /// Each evaluation in training mode runs `nPowerIterations` iterations. The tensor is treated as
  /// a matrix with one row for each index of `dim`. The default `dim` is 1 for transposed
  /// convolutions and 0 for all other modules.
  ///
  /// - Throws: `TensorError` if there is no such parameter or dimension, or if `nPowerIterations`
  ///   is not positive.
  @discardableResult
  public static func spectralNorm<M: Module>(
    _ module: M, _ name: String = "weight", nPowerIterations: Int = 1, eps: Double = 1e-12,
    dim: Int? = nil
  ) throws -> M {
    let weight = try module.presentTensor(name, "spectralNorm")
    let isTransposed =
      module is ConvTranspose1d || module is ConvTranspose2d || module is ConvTranspose3d
    let norm = try _SpectralNorm(
      weight, nPowerIterations, dim: dim ?? (isTransposed ? 1 : 0), eps: eps)
    return try module.registerParametrization(name, norm)
  }
}

extension Module {
  /// Returns the current value of the parameter or buffer `name`.
  func presentTensor(_ name: String, _ operation: String) throws -> Tensor {
    if let list = parametrizations[name] { return try list.value() }
    let slot = members.tensors.first { sameBytes($0.name, name) }?.slot
    let tensor = try require(
      slot?.tensor, .value, operation, "\(typeName) has no parameter or buffer with name '\(name)'")
    return tensor
  }
}

/// The parametrization `W / σ(W)`.
private final class _SpectralNorm: Module, Parametrization {
  private let dim: Int
  private let eps: Double
  private let iterations: Int
  @Buffer("_u") private var u: Tensor? = nil
  @Buffer("_v") private var v: Tensor? = nil

  init(_ weight: Tensor, _ iterations: Int, dim: Int, eps: Double) throws {
    try require(
      -weight.ndim..<weight.ndim ~= dim, .index, "spectralNorm",
      "Dimension out of range (expected to be in range of [-\(expected: weight.ndim), \(expected: weight.ndim - 1)] but got \(got: dim))"
    )
    try require(
      iterations > 0, .value, "spectralNorm",
      "Expected nPowerIterations to be positive, but got nPowerIterations=\(got: iterations)")
    self.dim = dim < 0 ? dim + weight.ndim : dim
    self.eps = eps
    self.iterations = iterations
    super.init()
    guard weight.ndim > 1 else { return }
    try noGrad {
      let matrix = try self.matrix(weight.detach())
      let u = try matrix.newEmpty([matrix.shape[0]]).normal_()
      let v = try matrix.newEmpty([matrix.shape[1]]).normal_()
      self.u = try F.normalize(u, dim: 0, eps: eps)
      self.v = try F.normalize(v, dim: 0, eps: eps)
      try iterate(matrix, 15)
    }
  }

  func parametrized(_ originals: [Tensor]) throws -> Tensor {
    let weight = originals[0]
    guard weight.ndim > 1 else { return try F.normalize(weight, dim: 0, eps: eps) }
    let matrix = try matrix(weight)
    if isTraining { try noGrad { try iterate(matrix.detach(), iterations) } }
    guard let u = try u?.clone(), let v = try v?.clone() else { return weight }
    return try weight.div(u.vdot(matrix.mv(v)))
  }

  func rightInverse(_ value: Tensor) throws -> [Tensor] { [value] }

  private func matrix(_ weight: Tensor) throws -> Tensor {
    let order = [dim] + (0..<weight.ndim).filter { $0 != dim }
    return try (dim == 0 ? weight : weight.permute(order)).flatten(startDim: 1)
  }

  /// Updates the vectors in place.
  private func iterate(_ matrix: Tensor, _ count: Int) throws {
    guard let u, let v else { return }
    for _ in 0..<count {
      try u.copy_(F.normalize(matrix.mv(v), dim: 0, eps: eps))
      try v.copy_(F.normalize(matrix.t().mv(u), dim: 0, eps: eps))
    }
  }
}
