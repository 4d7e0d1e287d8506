/// Powers, exponentials and products of matrices, and products of vectors.
extension Linalg {
  /// Raises a matrix to the integer power n, with its inverse if n is negative
  /// (PyTorch: `torch.linalg.matrix_power`).
  public static func matrixPower(_ a: Tensor, _ n: Int) throws -> Tensor {
    let name = "linalg.matrix_power"
    try checkSquare(a, name)
    if n == 0 {
      let eye = try Tensor.eye(a.rowCount, dtype: a.dtype, device: a.device)
      return try eye.expand(a.shape).clone().recorded(
        "CopyBackwards", Input(a) { g, _ in try g.zeroGradient() })
    }
    var square = n < 0 ? try inv(a) : a
    var rest = n.magnitude
    var result: Tensor?
    while true {
      if rest & 1 == 1 { result = try result.map { try $0.matmul(square) } ?? square }
      rest >>= 1
      if rest == 0 { break }
      square = try square.matmul(square)
    }
    return try result ?? a.clone()
  }

  /// Computes the matrix exponential (PyTorch: `torch.linalg.matrix_exp`).
  ///
  /// The method is scaling, a Taylor polynomial and repeated squaring; 16-bit floats are computed
  /// in float32.
  public static func matrixExp(_ a: Tensor) throws -> Tensor {
    let name = "linalg.matrix_exp"
    try checkSquare(a, name)
    try require(
      a.dtype.isFloatingPoint, .dtype, name,
      "Expected a floating point or complex tensor as input. Got \(a.dtype.scalarName); convert with to(.float32)"
    )
    let y = try noGrad { try a.widened { try exponential($0) } }
    return try y.recorded(
      "LinalgMatrixExpBackward0",
      Input(a, saving: a) { g, s in
        // exp of [[Aᵀ, G], [0, Aᵀ]] has the derivative of exp at Aᵀ in direction G above on the right.
        let n = s[0].columnCount, t = try s[0].transposed
        let above = try Tensor.cat([t, g], dim: -1)
        let below = try Tensor.cat([t.zeroGradient(), t], dim: -1)
        return try matrixExp(Tensor.cat([above, below], dim: -2)).narrow(-2, 0, n).narrow(-1, n, n)
      })
  }

  private static func exponential(_ a: Tensor) throws -> Tensor {
    if a.numel == 0 { return try a.clone() }
    // Halved until a polynomial of degree 18 is accurate (‖A‖ ≤ 1: the next term is 1/19!).
    let sizes = try a.abs().sum(dim: -2).amax(dim: -1)
    let halvings = try sizes.log2().ceil().clamp(min: 0, max: 1100)
    let count = try halvings.max().item()
    guard count.isFinite else { return try a * Double.nan }
    let scaled = try a * Tensor.pow(2.0, halvings.neg()).asMatrices()
    let eye = try Tensor.eye(a.rowCount, dtype: a.dtype, device: a.device)
    var y = try eye.expand(a.shape)
    for k in stride(from: 18, to: 0, by: -1) { y = try scaled.matmul(y) / Double(k) + eye }
    for i in 0..<Int(count) {
      // Each matrix of a batch is squared as often as it was halved.
      y = try Tensor.where(halvings.gt(i).asMatrices(), y.matmul(y), y)
    }
    return y
  }

  /// Multiplies matrices in the order with the fewest multiplications
  /// (PyTorch: `torch.linalg.multi_dot`).
  ///
  /// The first and the last may be vectors.
  public static func multiDot(_ tensors: [Tensor]) throws -> Tensor {
    let name = "linalg.multi_dot"
    guard tensors.count >= 2, var first = tensors.first, var last = tensors.last else {
      throw TensorError(.value, name, "expected at least 2 tensors but got \(got: tensors.count)")
    }
    for (i, x) in tensors.enumerated() {
      let isEnd = i == 0 || i == tensors.count - 1
      try require(
        x.ndim == 2 || isEnd && x.ndim == 1, .shape, name,
        "tensor \(i) must be \(isEnd ? "1D or " : "")2D but got \(got: x.ndim)D")
      try require(
        x.dtype == first.dtype, .dtype, name,
        "all tensors must have be the same dtype but got \(got: first.dtype) and \(got: x.dtype)")
    }
    let (dropsRows, dropsColumns) = (first.ndim == 1, last.ndim == 1)
    if dropsRows { first = try first.unsqueeze(0) }
    if dropsColumns { last = try last.unsqueeze(-1) }
    var chain = tensors
    chain[0] = first
    chain[chain.count - 1] = last
    for i in 1..<chain.count where chain[i - 1].shape[1] != chain[i].shape[0] {
      throw TensorError(
        .shape, name,
        "tensors \(i - 1) and \(i) with shapes \(tensors[i - 1].shape) and \(tensors[i].shape) cannot be multiplied"
      )
    }
    let cuts = cheapestCuts([chain[0].shape[0]] + chain.map { $0.shape[1] })
    func product(_ i: Int, _ j: Int) throws -> Tensor {
      if i == j { return chain[i] }
      return try product(i, cuts[i][j]).mm(product(cuts[i][j] + 1, j))
    }
    var y = try product(0, chain.count - 1)
    if dropsColumns { y = try y.squeeze(-1) }
    return dropsRows ? try y.squeeze(0) : y
  }

  /// Returns the best split of each part of a chain of matrices with these sizes (Cormen et al.,
  /// *Introduction to Algorithms*, matrix-chain multiplication).
  private static func cheapestCuts(_ sizes: [Int]) -> [[Int]] {
    let n = sizes.count - 1
    var cost = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    var cuts = [[Int]](repeating: [Int](repeating: 0, count: n), count: n)
    for length in 1..<n {
      for i in 0..<(n - length) {
        let j = i + length
        cost[i][j] = .infinity
        for k in i..<j {
          let own = Double(sizes[i]) * Double(sizes[k + 1]) * Double(sizes[j + 1])
          let total = cost[i][k] + cost[k + 1][j] + own
          if total < cost[i][j] { (cost[i][j], cuts[i][j]) = (total, k) }
        }
      }
    }
    return cuts
  }

  /// Computes the powers from 0 to n − 1 of each element in a new last dimension
  /// (PyTorch: `torch.linalg.vander`).
  ///
  /// `n` defaults to the size of the last dimension.
  ///
  /// - Throws: ``TensorError`` for bools and half precision, fewer than two powers, and a result
  ///   larger than memory.
  public static func vander(_ x: Tensor, n: Int? = nil) throws -> Tensor {
    try require(
      x.dtype != .bool && !x.dtype.isHalf, .dtype, "linalg.vander",
      "linalg.vander supports floating point, complex, and integer tensors, but got \(got: x.dtype.scalarName)"
    )
    let x = x.ndim == 0 ? try x.unsqueeze(0) : x
    let count = n ?? x.shape[x.ndim - 1]
    try require(
      count > 1, .value, "linalg.vander", "N must be greater than 1, but got \(got: count)")
    let type: DType = x.dtype.isFloatingPoint ? x.dtype : .int64
    let ones = try Tensor.ones(x.shape + [1], dtype: type, device: x.device)
    let (rest, _) = count.subtractingReportingOverflow(1)
    _ = try Layout.checkedCount(x.shape + [count], type, "linalg.vander")
    let powers = try x.to(type).unsqueeze(-1).expand(x.shape + [rest]).cumprod(dim: -1)
    return try Tensor.cat([ones, powers], dim: -1)
  }

  /// Computes the cross product of 3-element vectors along `dim` (PyTorch: `torch.linalg.cross`).
  public static func cross(_ a: Tensor, _ b: Tensor, dim: Int = -1) throws -> Tensor {
    for x in [a, b] {
      let d = try Layout.wrap(dim, x.ndim, "linalg.cross")
      try require(
        x.ndim > 0 && x.shape[d] == 3, .shape, "linalg.cross",
        "inputs dimension \(dim) must have length 3, but the shapes are \(a.shape) and \(b.shape)")
    }
    return try a.cross(b, dim: dim)
  }

  /// Computes the dot products of vectors along `dim` (PyTorch: `torch.linalg.vecdot`).
  public static func vecdot(_ a: Tensor, _ b: Tensor, dim: Int = -1) throws -> Tensor {
    try require(
      a.dtype.isFloatingPoint, .dtype, "linalg.vecdot",
      "Expected a floating point or complex tensor as input. Got \(a.dtype.scalarName)")
    try require(
      a.dtype == b.dtype, .dtype, "linalg.vecdot",
      "Expected vectors of same dtype, found \(a.dtype.scalarName) and \(b.dtype.scalarName)")
    if a.ndim == 1 && a.shape == b.shape {
      _ = try Layout.wrap(dim, 1, "linalg.vecdot")
      return try a.vdot(b)
    }
    return try (a * b).sum(dim: dim)
  }

  /// Returns the diagonals of matrices, as a view (PyTorch: `torch.linalg.diagonal`).
  public static func diagonal(
    _ a: Tensor, offset: Int = 0, dim1: Int = -2, dim2: Int = -1
  ) throws -> Tensor {
    try a.diagonal(offset: offset, dim1: dim1, dim2: dim2)
  }
}

extension Tensor {
  /// Computes ``Linalg/matrixPower(_:_:)`` (PyTorch: `Tensor.matrix_power`).
  public func matrixPower(_ n: Int) throws -> Tensor { try Linalg.matrixPower(self, n) }
  /// Computes ``Linalg/matrixExp(_:)`` (PyTorch: `Tensor.matrix_exp`).
  public func matrixExp() throws -> Tensor { try Linalg.matrixExp(self) }
}
