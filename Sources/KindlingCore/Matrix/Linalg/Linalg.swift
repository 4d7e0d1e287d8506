/// Linear algebra (PyTorch: `torch.linalg`).
///
/// The last two dimensions of a tensor are matrices, the dimensions before them a batch.
/// Decompositions and solvers take float32 and float64 and call LAPACK, which is loaded on first
/// use. If it is missing, they throw ``TensorError`` `.unsupported` with the name of the package to
/// install. All gradients use differentiable operations, for higher derivatives.
public enum Linalg {}

// MARK: Checks
extension Linalg {
  /// Throws if `x` is not a batch of matrices.
  static func checkMatrix(_ x: Tensor, _ name: String, _ what: String = "A") throws {
    try require(
      x.ndim >= 2, .shape, name,
      "The input tensor \(what) must have at least 2 dimensions, but has shape \(x.shape)")
  }

  /// Throws if `x` is not a batch of square matrices.
  static func checkSquare(_ x: Tensor, _ name: String, _ what: String = "A") throws {
    try checkMatrix(x, name, what)
    let (m, n) = (x.shape[x.ndim - 2], x.shape[x.ndim - 1])
    try require(
      m == n, .shape, name,
      "\(what) must be batches of square matrices, but they are \(m) by \(n) matrices")
  }

  /// Throws if an element of `x` is infinite or NaN: LAPACK's iterations may then never end.
  static func checkFinite(_ x: Tensor, _ name: String) throws {
    try require(
      noGrad({ try x.isfinite().all().item(as: Bool.self) }), .value, name,
      "The algorithm failed to converge because the input matrix contained non-finite values.")
  }

  /// Throws if LAPACK does not support the dtype of `x`.
  static func checkFloat(_ x: Tensor, _ name: String) throws {
    try require(
      x.dtype.isFloatingPoint, .dtype, name,
      "Expected a floating point or complex tensor as input. Got \(x.dtype.scalarName); convert with to(.float32)"
    )
    try require(
      !x.dtype.isHalf, .dtype, name,
      "Low precision dtypes not supported. Got \(x.dtype.scalarName); convert with to(.float32)")
  }

  /// Throws if the dtypes of two operands differ.
  static func checkSame(_ a: Tensor, _ b: Tensor, _ name: String) throws {
    try require(
      a.dtype == b.dtype, .dtype, name,
      "Expected A and B to have the same dtype, but found A of type \(a.dtype.scalarName) and B of type \(b.dtype.scalarName) instead"
    )
    _ = try Tensor.onOneDevice(name, a, b)
  }

  /// Throws for the first failure among LAPACK's codes.
  static func checkCodes(
    _ info: Tensor, _ name: String, _ message: (Int) -> String
  ) throws {
    let codes = try info.toArray(as: Int.self)
    guard let i = codes.firstIndex(where: { $0 != 0 }) else { return }
    let place = info.ndim == 0 ? "" : "(Batch element \(i)): "
    throw TensorError(.value, name, place + message(codes[i]))
  }
}

// MARK: Shapes
extension Tensor {
  /// The shape without the last two dimensions.
  var batch: [Int] { Array(shape.dropLast(2)) }
  /// The number of matrices.
  var batchCount: Int { batch.reduce(1, *) }
  var rowCount: Int { shape[ndim - 2] }
  var columnCount: Int { shape[ndim - 1] }

  /// Expands this tensor to batch dimensions to which it broadcasts.
  func expanded(batch: [Int]) throws -> Tensor {
    batch == self.batch ? self : try expand(batch + shape.suffix(2))
  }

  /// Converts a number for each matrix to 1 × 1 matrices.
  func asMatrices() throws -> Tensor { try unsqueeze(-1).unsqueeze(-1) }

  /// Pads this tensor with zeros at the end to `size` along `dim`.
  func grown(_ dim: Int, to size: Int) throws -> Tensor {
    var rest = shape
    let d = dim < 0 ? dim + ndim : dim
    rest[d] = size - shape[d]
    return rest[d] == 0
      ? self : try Tensor.cat([self, Tensor.zeros(rest, dtype: dtype, device: device)], dim: d)
  }
}
