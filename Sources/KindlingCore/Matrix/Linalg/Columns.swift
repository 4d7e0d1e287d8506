/// Matrices in LAPACK's form: copies in column-major order, one after another.
struct Columns {
  /// The contiguous memory, `[count…, columns, rows]`.
  let buffer: Tensor
  let rows, columns: Int

  /// Creates a copy of the matrices in `x`, which LAPACK may overwrite.
  init(_ x: Tensor, _ operation: String) throws {
    rows = x.shape[x.ndim - 2]
    columns = x.shape[x.ndim - 1]
    try Columns.check(x.shape, operation)
    buffer = try noGrad { try x.transposed.clone(memoryFormat: .contiguous) }
  }

  /// Creates zero matrices with batch dimensions `batch`.
  init(_ batch: [Int], _ rows: Int, _ columns: Int, like x: Tensor, _ operation: String) throws {
    (self.rows, self.columns) = (rows, columns)
    try Columns.check([rows, columns], operation)
    buffer = try Tensor.zeros(batch + [columns, rows], dtype: x.dtype, device: x.device)
  }

  private static func check(_ shape: [Int], _ operation: String) throws {
    try require(
      shape.suffix(2).allSatisfy({ $0 < Int(Int32.max) }), .memory, operation,
      "LAPACK counts rows and columns in 32 bits, but the shape is \(shape)")
  }

  /// The matrices `[count…, rows, columns]`, in the memory that LAPACK wrote.
  var matrices: Tensor { noGradTransposed(buffer) }

  /// Returns one triangle of the matrices, also in column-major order.
  func triangle(upper: Bool) throws -> Tensor {
    noGradTransposed(upper ? try buffer.tril() : try buffer.triu())
  }

  /// The distance between columns, which LAPACK requires to be at least 1.
  var lead: Int { max(rows, 1) }

  private func noGradTransposed(_ x: Tensor) -> Tensor {
    var (shape, strides) = (x.shape, x.strides)
    shape.swapAt(x.ndim - 2, x.ndim - 1)
    strides.swapAt(x.ndim - 2, x.ndim - 1)
    return x.alias(shape: shape, strides: strides, offset: x.storageOffset)
  }
}

extension Linalg {
  /// Calls `body` for each of `count` matrices with the address of its part of each tensor, until
  /// one throws.
  ///
  /// All tensors are new and contiguous.
  static func forEach(
    _ count: Int, _ tensors: Tensor..., body: ([UnsafeMutableRawPointer], Int) throws -> Void
  ) throws {
    guard count > 0 else { return }
    func open(_ addresses: [UnsafeMutableRawPointer], _ next: Int) throws {
      if next < tensors.count {
        let x = tensors[next]
        try x.backend.withHostBytes(x.storage, mutating: true) { bytes in
          // Routines do not access empty arrays, but need an address.
          var nothing = 0.0
          if let base = bytes.baseAddress { return try open(addresses + [base], next + 1) }
          try withUnsafeMutableBytes(of: &nothing) {
            if let base = $0.baseAddress { try open(addresses + [base], next + 1) }
          }
        }
        return
      }
      let steps = tensors.map { $0.numel / count * $0.dtype.byteSize }
      for i in 0..<count { try body(zip(addresses, steps).map { $0 + i * $1 }, i) }
    }
    try open([], 0)
  }

  /// Creates int32 zeros, for pivots and codes.
  static func integers(_ shape: [Int], like x: Tensor) throws -> Tensor {
    try Tensor.zeros(shape, dtype: .int32, device: x.device)
  }
}
