import KindlingCore

/// The map from matrices to orthogonal matrices.
public enum OrthogonalMap: String, Sendable {
  /// The exponential of a skew-symmetric matrix.
  case matrixExp = "matrix_exp"
  /// The Cayley map of a skew-symmetric matrix.
  case cayley
  /// A product of Householder reflections.
  case householder
}

extension Parametrizations {
  /// Keeps the matrix `name`, or each of a batch, orthogonal
  /// (PyTorch: `nn.utils.parametrizations.orthogonal`).
  ///
  /// The columns are orthonormal, or the rows of a wide matrix. The default map is `.matrixExp` for
  /// a square matrix, `.householder` for others. With `useTrivialization` the map is applied at a
  /// base point, the buffer `base`: the current value, made orthogonal.
  ///
  /// - Throws: `TensorError` if there is no such parameter, if it has less than two dimensions, or
  ///   if the map has no inverse, such as `.matrixExp` and `.cayley` without `useTrivialization`.
  @discardableResult
  public static func orthogonal<M: Module>(
    _ module: M, _ name: String = "weight", orthogonalMap: OrthogonalMap? = nil,
    useTrivialization: Bool = true
  ) throws -> M {
    let weight = try module.presentTensor(name, "orthogonal")
    try require(
      weight.ndim >= 2, .shape, "orthogonal",
      "Expected a matrix or batch of matrices. Got a tensor of \(weight.ndim) dimensions.")
    let isSquare = weight.shape[weight.ndim - 2] == weight.shape[weight.ndim - 1]
    let map = orthogonalMap ?? (isSquare ? .matrixExp : .householder)
    return try module.registerParametrization(
      name, _Orthogonal(weight.shape, map, isTrivialized: useTrivialization), unsafe: true)
  }
}

private final class _Orthogonal: Module, Parametrization {
  private let shape: [Int]
  private let map: OrthogonalMap
  private let isTrivialized: Bool
  @Buffer private var base: Tensor? = nil

  init(_ shape: [Int], _ map: OrthogonalMap, isTrivialized: Bool) {
    self.shape = shape
    self.map = map
    self.isTrivialized = isTrivialized
  }

  func parametrized(_ originals: [Tensor]) throws -> Tensor {
    let given = originals[0]
    let isWide = given.shape[given.ndim - 2] < given.shape[given.ndim - 1]
    let x = isWide ? try given.transpose(-2, -1) : given
    let (n, k) = (x.shape[x.ndim - 2], x.shape[x.ndim - 1])
    var q: Tensor
    if map == .householder {
      let a = try x.tril(-1)
      let tau = try a.mul(a).sum(dims: [-2]).add(1).reciprocal().mul(2)
      q = try Linalg.householderProduct(a, tau)
      // Signs, which are not trained.
      q = try q.mul(x.detach().diagonal(dim1: -2, dim2: -1).to(.int32).unsqueeze(-2))
    } else {
      var lower = try x.tril()
      if n != k {
        let rest = try x.newZeros(Array(x.shape.dropLast()) + [n - k])
        lower = try Tensor.cat([lower, rest], dim: -1)
      }
      let skew = try lower - lower.transpose(-2, -1)
      if map == .matrixExp {
        q = try skew.matrixExp()
      } else {
        let identity = try Tensor.eye(n, dtype: x.dtype, device: x.device)
        q = try Linalg.solve(identity.add(skew, alpha: -0.5), identity.add(skew, alpha: 0.5))
      }
      if n != k { q = try q.narrow(-1, 0, k) }
    }
    if let base { q = try base.matmul(q) }
    return isWide ? try q.transpose(-2, -1) : q
  }

  func rightInverse(_ value: Tensor) throws -> [Tensor] {
    try require(
      value.shape == shape, .shape, "orthogonal",
      "Expected a matrix or batch of matrices of shape \(shape). Got a tensor of shape \(value.shape)."
    )
    return [try noGrad { try original(of: value) }]
  }

  private func original(of value: Tensor) throws -> Tensor {
    let isWide = value.shape[value.ndim - 2] < value.shape[value.ndim - 1]
    var q = isWide ? try value.transpose(-2, -1) : value
    let (n, k) = (q.shape[q.ndim - 2], q.shape[q.ndim - 1])
    guard isTrivialized else {
      try require(
        map == .householder, .unsupported, "orthogonal",
        "It is not possible to assign to the matrix exponential or the Cayley parametrizations when useTrivialization is false."
      )
      let (a, tau) = try q.geqrf()
      let diagonal = try a.diagonal(dim1: -2, dim2: -1)
      // A zero tau is a reflection that LAPACK did not use.
      try diagonal.copy_(Tensor.where(tau.eq(0), diagonal.sign().neg(), diagonal.sign()))
      return isWide ? try a.transpose(-2, -1) : a
    }
    if n != k {
      let random = try Tensor.randn(
        Array(q.shape.dropLast()) + [n - k], dtype: q.dtype, device: q.device)
      q = try orthogonalized(Tensor.cat([q, random], dim: -1))
    } else {
      q = try isOrthogonal(q) ? q.clone() : orthogonalized(q)
    }
    base = q
    let negative = try Tensor.zeros(like: value)
    try negative.diagonal(dim1: -2, dim2: -1).fill_(-1)
    return negative
  }

  private func isOrthogonal(_ q: Tensor) throws -> Bool {
    let (n, k) = (q.shape[q.ndim - 2], q.shape[q.ndim - 1])
    let identity = try Tensor.eye(k, dtype: q.dtype, device: q.device)
    let product = try q.transpose(-2, -1).matmul(q)
    return try product.allclose(
      identity.expand(product.shape), atol: 10 * Double(n) * finfo(q.dtype).eps)
  }

  /// Returns the factor Q of the QR decomposition whose R has a positive diagonal.
  private func orthogonalized(_ a: Tensor) throws -> Tensor {
    let (x, tau) = try a.geqrf()
    return try Linalg.householderProduct(x, tau)
      .mul(x.diagonal(dim1: -2, dim2: -1).sgn().unsqueeze(-2))
  }
}
