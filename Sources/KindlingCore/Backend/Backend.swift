package import CKernels

/// What a device has to be able to do. Operations check, promote and compute shapes, make the
/// output, and call one of these: operands broadcast to the output's shape, lie on this device and
/// are of any dtype; `dtype` says in which one to compute.
package protocol Backend: AnyObject, Sendable {
  var device: Device { get }

  // MARK: Memory
  /// Memory for `byteCount` bytes; throws where there is not that much.
  func allocate(byteCount: Int) throws -> Storage
  /// Gives back what `allocate` handed out.
  func free(_ address: UnsafeMutableRawPointer, byteCount: Int)
  /// Host memory that holds the bytes of `storage` while `body` runs; written back if `mutating`.
  func withHostBytes<R>(
    _ storage: Storage, mutating: Bool, _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) throws -> R

  // MARK: Elementwise
  func fill(_ out: Tensor, _ value: Scalar) throws
  /// Copies and converts; `source` broadcasts to `out`.
  func copy(_ source: Tensor, into out: Tensor) throws
  func unary(_ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor) throws
  func binary(_ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor) throws
  func ternary(_ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType, into out: Tensor) throws
  /// `condition ? a : b`, `condition` being bool.
  func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws

  // MARK: Reductions
  /// Reduces the dimensions in which `out` has size 1 and `x` has not (ranks are equal); `x` is
  /// computed in `dtype`. Not empty for maxima, minima and `arg…`, which reduce one dimension or all.
  func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws

  // MARK: Matrix products
  /// `out = alpha · a @ b + beta · out` over `[batch…, m, k]` and `[batch…, k, n]`, whose batch
  /// dimensions broadcast to those of `out`; all of one dtype.
  func matmul(_ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor) throws
}
