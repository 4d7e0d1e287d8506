/// Products of vectors and matrices with one node each.
///
/// `matmul`, which chooses among them, is in `Matmul.swift`. All operands have one dtype; half
/// precision accumulates in float32.
extension Tensor {
  /// Multiplies two matrices (PyTorch: `torch.mm`).
  ///
  /// - Shape: `[n, k]` and `[k, m]` → `[n, m]`.
  public func mm(_ other: Tensor) throws -> Tensor {
    try require(
      ndim == 2 && other.ndim == 2, .shape, "mm",
      "\(ndim == 2 ? "mat2" : "self") must be a matrix, but the shapes are \(shape) and \(other.shape)"
    )
    try checkFactors("mm", other)
    return try product("mm", other, [shape[0], other.shape[1]]).recorded(
      "MmBackward0", Input(self, saving: other) { g, s in try g.mm(s[0].transposed) },
      Input(other, saving: self) { [byColumns = other.liesByColumns] g, s in
        try g.factorGradient(s[0], byColumns: byColumns)
      })
  }

  /// Multiplies two batches of matrices (PyTorch: `torch.bmm`).
  ///
  /// - Shape: `[b, n, k]` and `[b, k, m]` → `[b, n, m]`.
  public func bmm(_ other: Tensor) throws -> Tensor {
    try checkBatches("bmm", other)
    return try product("bmm", other, [shape[0], shape[1], other.shape[2]]).recorded(
      "BmmBackward0", Input(self, saving: other) { g, s in try g.bmm(s[0].transposed) },
      Input(other, saving: self) { g, s in try s[0].transposed.bmm(g) })
  }

  /// Multiplies a matrix by a vector (PyTorch: `torch.mv`).
  ///
  /// - Shape: `[n, k]` and `[k]` → `[n]`.
  public func mv(_ vector: Tensor) throws -> Tensor {
    try require(
      ndim == 2 && vector.ndim == 1 && shape[1] == vector.shape[0], .shape, "mv",
      "size mismatch, got input \(got: shape), vec \(got: vector.shape): the matrix has as many columns as the vector has elements"
    )
    try checkDType("mv", vector)
    let column = vector.alias(
      shape: [vector.numel, 1], strides: [vector.strides[0], 1], offset: vector.storageOffset)
    return try product("mv", column, [shape[0], 1]).dropping([1]).recorded(
      "MvBackward0", Input(self, saving: vector) { g, s in try g.outer(s[0]) },
      Input(vector, saving: self) { g, s in try s[0].transposed.mv(g) })
  }

  /// Computes the dot product of two vectors (PyTorch: `torch.dot`).
  ///
  /// - Shape: `[n]` and `[n]` → `[]`.
  public func dot(_ other: Tensor) throws -> Tensor { try dot("dot", "DotBackward0", other) }
  /// Computes the dot product under PyTorch's other name (PyTorch: `torch.vdot`).
  public func vdot(_ other: Tensor) throws -> Tensor { try dot("vdot", "VdotBackward0", other) }

  private func dot(_ name: String, _ node: String, _ other: Tensor) throws -> Tensor {
    try require(
      ndim == 1 && other.ndim == 1, .shape, name,
      "1D tensors expected, but got \(got: ndim)D and \(got: other.ndim)D tensors")
    try require(
      numel == other.numel, .shape, name,
      "inconsistent tensor size, expected tensor \(shape) and src \(other.shape) to have the same number of elements"
    )
    try checkDType(name, other)
    if dtype == .bool { throw TensorError(.dtype, name, "\"dot\" not implemented for 'Bool'") }
    let row = alias(shape: [1, numel], strides: [1, strides[0]], offset: storageOffset)
    let column = other.alias(
      shape: [numel, 1], strides: [other.strides[0], 1], offset: other.storageOffset)
    return try row.product(name, column, [1, 1]).dropping([0, 1]).recorded(
      node, Input(self, saving: other) { g, s in try g * s[0] },
      Input(other, saving: self) { g, s in try g * s[0] })
  }

  /// Computes the outer product of two vectors (PyTorch: `torch.outer`).
  ///
  /// - Shape: `[n]` and `[m]` → `[n, m]`.
  public func outer(_ other: Tensor) throws -> Tensor {
    try require(
      ndim == 1 && other.ndim == 1, .shape, "outer",
      "outer: Expected 1-D argument self and vec2, but got \(got: ndim)-D and \(got: other.ndim)-D")
    let column = try view(
      "ViewBackward0", shape: [numel, 1], strides: [strides[0], 1], offset: storageOffset
    ) { g, _ in try g.removingDims([1]) }
    return try column.mul(other)
  }

  /// Computes `beta · self + alpha · a @ b`, the form of a linear layer (PyTorch: `torch.addmm`).
  ///
  /// `self` broadcasts to the product; if `beta` is 0, it is not read.
  public func addmm(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try require(
      a.ndim == 2 && b.ndim == 2, .shape, "addmm",
      "\(a.ndim == 2 ? "mat2" : "mat1") must be a matrix, got \(got: a.ndim)-D and \(got: b.ndim)-D tensors"
    )
    try a.checkFactors("addmm", b)
    let (beta, alpha) = (beta.scalar, alpha.scalar)
    let y = try a.product("addmm", b, [a.shape[0], b.shape[1]], adding: self, beta, alpha)
    guard isGradEnabled, requiresGrad || a.requiresGrad || b.requiresGrad else { return y }
    return try y.recorded(
      "AddmmBackward0", Input(self) { g, _ in try g.times(beta) },
      Input(a, saving: b) { g, s in try g.mm(s[0].transposed).times(alpha) },
      Input(b, saving: a) { [byColumns = b.liesByColumns] g, s in
        try g.factorGradient(s[0], byColumns: byColumns).times(alpha)
      })
  }

  /// Computes `beta · self + alpha · a @ b` for batches of matrices (PyTorch: `torch.baddbmm`).
  public func baddbmm(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try a.checkBatches("baddbmm", b)
    let (beta, alpha) = (beta.scalar, alpha.scalar)
    let size = [a.shape[0], a.shape[1], b.shape[2]]
    return try a.product("baddbmm", b, size, adding: self, beta, alpha).recorded(
      "BaddbmmBackward0", Input(self) { g, _ in try g.times(beta) },
      Input(a, saving: b) { g, s in try g.bmm(s[0].transposed).times(alpha) },
      Input(b, saving: a) { g, s in try s[0].transposed.bmm(g).times(alpha) })
  }

  /// Computes `beta · self + alpha · Σ a[i] @ b[i]` (PyTorch: `torch.addbmm`).
  public func addbmm(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try a.checkBatches("addbmm", b)
    let (beta, alpha) = (beta.scalar, alpha.scalar)
    let size = [a.shape[1], b.shape[2]]
    // The products are added one by one, rounding to the dtype each time as in PyTorch.
    var y = try noGrad {
      try Tensor.zeros(size, dtype: a.dtype, device: device).combined("addbmm", self, beta, .int(1))
    }
    for i in 0..<a.shape[0] {
      y = try a.slice(i).product("addbmm", b.slice(i), size, adding: y, .int(1), alpha)
    }
    let batch = [a.shape[0], a.shape[1], b.shape[2]]
    return try y.recorded(
      "AddbmmBackward0", Input(self) { g, _ in try g.times(beta) },
      Input(a, saving: b) { g, s in try g.expand(batch).bmm(s[0].transposed).times(alpha) },
      Input(b, saving: a) { g, s in try s[0].transposed.bmm(g.expand(batch)).times(alpha) })
  }

  /// Computes `beta · self + alpha · matrix @ vector` (PyTorch: `torch.addmv`).
  public func addmv(
    _ matrix: Tensor, _ vector: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    let (beta, alpha) = (beta.scalar, alpha.scalar)
    let y = try noGrad {
      let product = try matrix.mv(vector)
      return try product.combined("addmv", self, beta, alpha)
    }
    return try y.recorded(
      "AddmvBackward0", Input(self) { g, _ in try g.times(beta) },
      Input(matrix, saving: vector) { g, s in try g.outer(s[0]).times(alpha) },
      Input(vector, saving: matrix) { g, s in try s[0].transposed.mv(g).times(alpha) })
  }

  /// Computes `beta · self + alpha · outer(a, b)` (PyTorch: `torch.addr`).
  public func addr(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    let (beta, alpha) = (beta.scalar, alpha.scalar)
    // A base without dimensions gets one before the dtypes are compared.
    let base = ndim == 0 ? try reshape(1) : self
    let type = Tensor.resultType([base, a, b])
    for (name, factor) in [("beta", beta), ("alpha", alpha)] {
      if case .bool = factor, type != .bool {
        throw TensorError(
          .dtype, "addr", "Boolean \(name) only supported for Boolean results.")
      }
      if case .double = factor, !type.isFloatingPoint {
        throw TensorError(
          .dtype, "addr",
          "For integral input tensors, argument \(name) must not be a floating point number.")
      }
      try factor.check(fits: type, "addr")
    }
    // Every step is rounded to the dtype, and in 16 bits the factors are too, as PyTorch does.
    func rounded(_ factor: Scalar) throws -> Scalar {
      if type == .bool { return .bool(factor.doubleValue != 0) }
      return type.isHalf
        ? try .double(Tensor.full([], factor, dtype: .float64).to(type).item()) : factor
    }
    let y = try noGrad {
      try a.to(type).times(Tensor.factor("addr", type, rounded(alpha))).outer(b.to(type))
        .combined("addr", base.to(type), rounded(beta), .int(1))
    }
    return try y.recorded(
      "AddrBackward0", Input(self) { g, _ in try g.times(beta) },
      Input(a, saving: b) { g, s in try g.mv(s[0]).times(alpha) },
      Input(b, saving: a) { g, s in try g.transposed.mv(s[0]).times(alpha) })
  }
}

// MARK: Shared parts
extension Tensor {
  /// Returns matrix `i` of a batch, unrecorded.
  private func slice(_ i: Int) -> Tensor {
    alias(
      shape: Array(shape.dropFirst()), strides: Array(strides.dropFirst()),
      offset: storageOffset + i * strides[0])
  }

  /// This tensor with the last two dimensions swapped, as a recorded view.
  var transposed: Tensor {
    get throws {
      var (shape, strides) = (shape, strides)
      shape.swapAt(ndim - 2, ndim - 1)
      strides.swapAt(ndim - 2, ndim - 1)
      return try view(
        ndim == 2 ? "TBackward0" : "TransposeBackward0", shape: shape, strides: strides,
        offset: storageOffset
      ) { g, _ in try g.transposed }
    }
  }

  /// Whether this matrix is in column-major order, like a transposed weight.
  fileprivate var liesByColumns: Bool { strides[0] == 1 && strides[1] == Swift.max(shape[0], 1) }

  /// Computes the gradient of a product's second factor from the first factor `a` and this gradient
  /// of the product.
  ///
  /// The result has the strides of the factor, so that the gradient of a weight is contiguous and
  /// needs no copy.
  fileprivate func factorGradient(_ a: Tensor, byColumns: Bool) throws -> Tensor {
    byColumns ? try transposed.mm(a).transposed : try a.transposed.mm(self)
  }

  /// Multiplies this tensor by a factor that is usually 1.
  fileprivate func times(_ factor: Scalar) throws -> Tensor {
    factor.doubleValue == 1 ? self : try mul(factor)
  }

  /// Computes `alpha · self @ other + beta · base`, unrecorded, for validated shapes.
  func product(
    _ name: String, _ other: Tensor, _ size: [Int], adding base: Tensor? = nil,
    _ beta: Scalar = .int(0), _ alpha: Scalar = .int(1)
  ) throws -> Tensor {
    // PyTorch truncates the factors of integers.
    let beta = try Tensor.factor(name, dtype, beta), alpha = try Tensor.factor(name, dtype, alpha)
    let (a, b) = try Tensor.onOneDevice(name, self, other)
    let out = try Tensor(uninitialized: size, dtype, on: a.backend, name)
    // Bools are refused in a nonempty product, and always in a sum, as in PyTorch.
    if dtype == .bool && (base != nil || out.numel > 0 && shape[ndim - 1] > 0) {
      throw TensorError(.dtype, name, "\"\(name)_impl_cpu_\" not implemented for 'Bool'")
    }
    let base = beta.doubleValue == 0 ? nil : base
    if let base {
      try checkDType(name, base)
      try require(
        Layout.broadcast(base.shape, size, name) == size, .shape, name,
        "the expanded size of the tensor \(size) must match the existing size \(base.shape)")
      _ = try Tensor.onOneDevice(name, out, base)
      try out.backend.copy(base, into: out)
    }
    if out.numel == 0 { return out }
    if shape[ndim - 1] == 0 && base == nil {
      try out.backend.fill(out, .int(0))
      return out
    }
    try out.backend.matmul(a, b, alpha: alpha, beta: base == nil ? .int(0) : beta, into: out)
    return out
  }

  /// Computes `beta · base + alpha · self` in the shape and dtype of `self`.
  fileprivate func combined(
    _ name: String, _ base: Tensor, _ beta: Scalar, _ alpha: Scalar
  ) throws -> Tensor {
    let beta = try Tensor.factor(name, dtype, beta), alpha = try Tensor.factor(name, dtype, alpha)
    try require(
      Layout.broadcast(base.shape, shape, name) == shape, .shape, name,
      "the expanded size of the tensor \(shape) must match the existing size \(base.shape)")
    let scaled = try times(alpha)
    return beta.doubleValue == 0 ? scaled : try base.times(beta).add(scaled)
  }

  private static func factor(_ name: String, _ dtype: DType, _ factor: Scalar) throws -> Scalar {
    try factor.check(fits: dtype.computeType, name)
    return factor.truncated(for: dtype)
  }

  func checkDType(_ name: String, _ other: Tensor) throws {
    try require(
      dtype == other.dtype, .dtype, name,
      "expected m1 and m2 to have the same dtype, but got: \(got: dtype) != \(got: other.dtype); convert one with to(.\(got: dtype))"
    )
  }

  private func checkFactors(_ name: String, _ other: Tensor) throws {
    try require(
      shape[1] == other.shape[0], .shape, name,
      "mat1 and mat2 shapes cannot be multiplied (\(shape[0])x\(shape[1]) and \(other.shape[0])x\(other.shape[1]))"
    )
    try checkDType(name, other)
  }

  private func checkBatches(_ name: String, _ other: Tensor) throws {
    try require(
      ndim == 3 && other.ndim == 3, .shape, name,
      "batch1 and batch2 must be 3D tensors, but got shapes \(got: shape) and \(got: other.shape)")
    try require(
      shape[0] == other.shape[0] && shape[2] == other.shape[1], .shape, name,
      "Expected size for first two dimensions of batch2 tensor to be: [\(expected: shape[0]), \(expected: shape[2])] but got: [\(got: other.shape[0]), \(got: other.shape[1])]."
    )
    try checkDType(name, other)
  }
}
