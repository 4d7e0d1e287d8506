import Kindling

/// Checks of decompositions, whose vectors are unique only up to signs and, for equal values,
/// rotations.
extension ConformanceRunner {
  /// Returns what is wrong with a decomposition; `nil` if valid parts reproduce the input.
  func checkDecomposition(_ call: Call, _ outputs: [Output]) throws -> String? {
    let parts: [Tensor] = outputs.compactMap {
      if case .tensor(let t) = $0 { t.detach() } else { nil }
    }
    guard parts.count == outputs.count, let input = call.tensors["0"]?.detach() else {
      return "no tensors"
    }
    for (i, part) in parts.enumerated() {
      let reference = try reference(call, i)
      guard part.shape == reference.shape, part.dtype == reference.dtype else {
        return
          "output \(i) is \(part.shape) \(part.dtype), expected \(reference.shape) \(reference.dtype)"
      }
    }
    let check = DecompositionCheck(call: call, input: input)
    switch call.test.op {
    case "linalg.svd": return try singular(check, parts, parts[2])
    case "svd": return try singular(check, parts, parts[2].transpose(-2, -1))
    case "svd_lowrank", "pca_lowrank": return try lowRank(check, parts)
    case "linalg.eigh": return try eigen(check, parts)
    case "linalg.qr": return try orthogonal(check, parts[0], parts[1], reference(call, 1))
    case "geqrf":
      let (m, n) = (input.shape[input.ndim - 2], input.shape[input.ndim - 1]), k = min(m, n)
      let q = try Linalg.householderProduct(parts[0].narrow(-1, 0, k), parts[1])
      let r = try parts[0].narrow(-2, 0, k).triu()
      return try orthogonal(check, q, r, reference(call, 0).narrow(-2, 0, k).triu())
    default:
      let b = try Tensor.ones(input.shape, dtype: input.dtype)
      let x = try Linalg.ldlSolve(parts[0], parts[1], b)
      let whole = try input.tril() + input.tril(-1).transpose(-2, -1)
      return try check.same("A x", whole.matmul(x), b)
    }
  }

  private func reference(_ call: Call, _ i: Int) throws -> Tensor {
    guard let name = expected(call, i)["tensor"]?.string else {
      throw GoldenError("\(call.test.id): output \(i) is no tensor")
    }
    return try call.file.tensor(name)
  }

  private func singular(
    _ check: DecompositionCheck, _ parts: [Tensor], _ vh: Tensor
  ) throws -> String? {
    let (u, s) = (parts[0], parts[1]), k = s.shape[s.ndim - 1]
    let product = try (u.narrow(-1, 0, k) * s.unsqueeze(-2)).matmul(vh.narrow(-2, 0, k))
    return try check.same("S", s, reference(check.call, 1))
      ?? check.orthonormal("U", u) ?? check.orthonormal("V", vh.transpose(-2, -1))
      ?? check.same("U S Vh", product, check.input)
  }

  private func lowRank(_ check: DecompositionCheck, _ parts: [Tensor]) throws -> String? {
    guard let b = check.call.tensors["1"]?.detach() else { return "no second factor" }
    var a = try check.input.matmul(b.transpose(-2, -1))
    if check.call.test.op == "pca_lowrank",
      try check.call.arguments.bool(nil, "center", default: true)
    {
      a = try a - a.mean(dim: -2, keepdim: true)
    }
    let (u, s, v) = (parts[0], parts[1], parts[2])
    let same =
      try check.same("S", s, reference(check.call, 1))
      ?? check.orthonormal("U", u) ?? check.orthonormal("V", v)
    if let same { return same }
    if let m = check.call.tensors["k:M"]?.detach() {
      // The remainder without M has full rank: it is reproduced only within the subspaces found.
      return try check.same("Uᵀ A V", u.transpose(-2, -1).matmul(a - m).matmul(v), s.diagEmbed())
    }
    let product = try (u * s.unsqueeze(-2)).matmul(v.transpose(-2, -1))
    return try check.same("U S Vh", product, a)
  }

  private func eigen(_ check: DecompositionCheck, _ parts: [Tensor]) throws -> String? {
    let upper = try check.call.arguments.string(nil, "UPLO", default: "L") == "U"
    let half = try upper ? check.input.transpose(-2, -1) : check.input
    let whole = try half.tril() + half.tril(-1).transpose(-2, -1)
    let (l, v) = (parts[0], parts[1])
    return try check.same("eigenvalues", l, reference(check.call, 0))
      ?? check.orthonormal("eigenvectors", v)
      ?? check.same("A V", whole.matmul(v), v * l.unsqueeze(-2))
  }

  private func orthogonal(
    _ check: DecompositionCheck, _ q: Tensor, _ r: Tensor, _ reference: Tensor
  ) throws -> String? {
    if let problem = try check.same("|R|", r.abs(), reference.abs()) { return problem }
    if try r.tril(-1).ne(0).any().item(as: Bool.self) { return "R is not triangular" }
    // Mode "r" has no Q.
    if q.ndim == 1 { return nil }
    return try check.orthonormal("Q", q) ?? check.same("Q R", q.matmul(r), check.input)
  }
}

/// The input of a decomposition, and the tolerance for its parts.
private struct DecompositionCheck {
  let call: Call
  let input: Tensor

  func same(_ what: String, _ x: Tensor, _ y: Tensor) throws -> String? {
    try difference(x, y, rtol: call.test.rtol, atol: call.test.atol).map { "\(what): \($0)" }
  }

  func orthonormal(_ what: String, _ x: Tensor) throws -> String? {
    let n = x.shape[x.ndim - 1]
    let eye = try Tensor.eye(n, dtype: x.dtype).expand(Array(x.shape.dropLast(2)) + [n, n])
    return try same("\(what)ᵀ \(what)", x.transpose(-2, -1).matmul(x), eye)
  }
}
