/// Norms of vectors and matrices, and condition numbers.
extension Linalg {
  /// The order of a matrix norm.
  public enum MatrixOrder: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    /// The Frobenius norm, the root of the sum of all squares.
    case fro
    /// The nuclear norm, the sum of the singular values.
    case nuc
    /// The order ±1 (largest, smallest column sum), ±2 (largest, smallest singular value) or ±∞
    /// (largest, smallest row sum).
    case order(Double)

    /// Creates an order from a number.
    public init(integerLiteral value: Int) { self = .order(Double(value)) }
    /// Creates an order from a number.
    public init(floatLiteral value: Double) { self = .order(value) }
  }

  /// Computes the vector norm of order `ord` over `dims`, or over all elements if nil
  /// (PyTorch: `torch.linalg.vector_norm`).
  ///
  /// It is ``Tensor/norm(p:dims:keepdim:dtype:)`` with `ord` as `p`.
  public static func vectorNorm(
    _ x: Tensor, _ ord: Double = 2, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil
  ) throws -> Tensor {
    try x.norm(p: ord, dims: dims, keepdim: keepdim, dtype: dtype)
  }

  /// Computes the norm of the matrices along two dimensions (PyTorch: `torch.linalg.matrix_norm`).
  ///
  /// - Throws: ``TensorError`` for an order that ``MatrixOrder`` does not list, fewer than two
  ///   dimensions, and 16-bit floats if singular values are needed.
  public static func matrixNorm(
    _ a: Tensor, _ ord: MatrixOrder = .fro, dims: (Int, Int) = (-2, -1), keepdim: Bool = false,
    dtype: DType? = nil
  ) throws -> Tensor {
    let name = "linalg.matrix_norm"
    try checkMatrix(a, name)
    try require(
      a.dtype.isFloatingPoint, .dtype, name,
      "Expected a floating point or complex tensor as input. Got \(a.dtype.scalarName); convert with to(.float32)"
    )
    let rows = try Layout.wrap(dims.0, a.ndim, name),
      columns = try Layout.wrap(dims.1, a.ndim, name)
    try require(rows != columns, .index, name, "dims must be different. Got (\(dims.0), \(dims.1))")
    let x = try dtype.map { try a.to($0) } ?? a
    switch ord {
    case .fro: return try x.norm(p: 2, dims: [rows, columns], keepdim: keepdim)
    case .nuc:
      return try fromSingularValues(x, rows, columns, keepdim) { try $0.sum(dim: -1) }
    case .order(let p) where p == 2 || p == -2:
      return try fromSingularValues(x, rows, columns, keepdim) {
        p > 0 ? try greatest($0, -1) : try $0.amin(dim: -1)
      }
    case .order(let p) where p.magnitude == 1 || p.isInfinite:
      let (summed, left) = p.isInfinite ? (columns, rows) : (rows, columns)
      let sums = try x.norm(p: 1, dims: [summed], keepdim: true)
      let y = try p > 0 ? greatest(sums, left, keepdim: true) : sums.amin(dim: left, keepdim: true)
      return keepdim ? y : try y.squeeze([rows, columns])
    case .order(let p): throw TensorError(.value, name, "Order \(p) not supported.")
    }
  }

  /// Returns the largest of nonnegative numbers; 0 if there are none.
  private static func greatest(_ x: Tensor, _ dim: Int, keepdim: Bool = false) throws -> Tensor {
    try x.shape[dim < 0 ? dim + x.ndim : dim] == 0
      ? x.sum(dim: dim, keepdim: keepdim) : x.amax(dim: dim, keepdim: keepdim)
  }

  private static func fromSingularValues(
    _ x: Tensor, _ rows: Int, _ columns: Int, _ keepdim: Bool, _ body: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let y = try body(svdvals(x.movedim([rows, columns], [-2, -1])))
    return try keepdim ? y.insertingDims([rows, columns]) : y
  }

  /// Computes a vector norm along one dimension, or a matrix norm along two
  /// (PyTorch: `torch.linalg.norm`).
  ///
  /// Without `dims` and `ord`, it is the norm of the flattened tensor.
  public static func norm(
    _ x: Tensor, _ ord: MatrixOrder? = nil, dims: [Int]? = nil, keepdim: Bool = false,
    dtype: DType? = nil
  ) throws -> Tensor {
    let name = "linalg.norm"
    try require(
      dims != nil || ord == nil || x.ndim == 1 || x.ndim == 2, .shape, name,
      "If dim is not specified but ord is, the input must be 1D or 2D. Got \(x.ndim)D.")
    guard let ord else { return try vectorNorm(x, 2, dims: dims, keepdim: keepdim, dtype: dtype) }
    let count = dims?.count ?? x.ndim
    if count == 2 {
      let pair = dims.map { ($0[0], $0[1]) } ?? (-2, -1)
      return try matrixNorm(x, ord, dims: pair, keepdim: keepdim, dtype: dtype)
    }
    guard count == 1, case .order(let p) = ord else {
      throw TensorError(
        .shape, name,
        "If dim is specified, it must be of length 1 or 2, and 2 for the orders fro and nuc. Got \(dims ?? [])"
      )
    }
    return try vectorNorm(x, p, dims: dims, keepdim: keepdim, dtype: dtype)
  }

  /// Computes the condition number, the norm times that of the inverse
  /// (PyTorch: `torch.linalg.cond`).
  ///
  /// It is ∞ for singular matrices. The norm `p` defaults to 2.
  public static func cond(_ a: Tensor, _ p: MatrixOrder? = nil) throws -> Tensor {
    let name = "linalg.cond"
    try checkMatrix(a, name, "input")
    if a.numel == 0 { return try Tensor.zeros(a.batch, dtype: a.dtype, device: a.device) }
    let order = p ?? .order(2)
    if case .order(let p) = order, p.magnitude == 2 {
      let s = try svdvals(a)
      let greatest = try s.narrow(-1, 0, 1), least = try s.narrow(-1, s.shape[s.ndim - 1] - 1, 1)
      return try (p > 0 ? greatest / least : least / greatest).squeeze(-1)
    }
    if case .order(let p) = order, p.magnitude != 1, !p.isInfinite {
      throw TensorError(.value, name, "linalg.cond got an invalid norm type: \(got: p)")
    }
    try checkSquare(a, name)
    try checkFloat(a, name)
    let (inverse, info) = try invEx(a)
    let y = try matrixNorm(a, order) * matrixNorm(inverse, order)
    return try Tensor.where(info.ne(0), Double.infinity, y).to(a.dtype)
  }
}
