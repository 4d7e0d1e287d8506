import CKernels

/// One elementwise operation to run: the loop, its operands, and the dtypes that it takes.
///
/// Most calls have contiguous tensors and numbers and need one call of the loop. That path
/// allocates no Swift arrays, which would dominate the cost of a small operation. Everything else
/// is an ``ElementwiseWalk``.
struct ElementwiseCall {
  /// The number of elements per piece, above which threads share the work; it fits into the first
  /// caches.
  static let piece = 1 << 15

  let loop: kk_loop
  let inputs: (Tensor, Tensor?, Tensor?)
  let types: (DType, DType, DType)
  let out: Tensor
  let outputType: DType
  let parameters: (Double, Double)
  /// Whether elements are copied as they are.
  var isMove = false

  func run() {
    if out.numel == 0 { return }
    if !runContiguous() { ElementwiseWalk(self).run() }
  }

  /// Runs the loop if every operand is contiguous or a single number, and returns whether it did.
  private func runContiguous() -> Bool {
    guard out.isContiguous, out.dtype == outputType else { return false }
    var numbers = (0, 0, 0)
    var steps: (Int64, Int64, Int64) = (0, 0, 0)
    var pointers: (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?) = (nil, nil, nil)
    return withUnsafeMutableBytes(of: &numbers) { numbers in
      guard let slots = numbers.baseAddress else { return false }
      guard prepare(inputs.0, types.0, slots, &pointers.0, &steps.0) else { return false }
      if let x = inputs.1, !prepare(x, types.1, slots + 8, &pointers.1, &steps.1) { return false }
      if let x = inputs.2, !prepare(x, types.2, slots + 16, &pointers.2, &steps.2) { return false }
      let n = out.numel
      if n <= Self.piece {
        call(n, pointers, steps, out.pointer, 1)
        return true
      }
      let sizes = (
        Int(steps.0) * types.0.byteSize, Int(steps.1) * types.1.byteSize,
        Int(steps.2) * types.2.byteSize
      )
      let target = out.pointer, size = outputType.byteSize
      let (pointers, steps) = (pointers, steps)
      ThreadPool.shared.forEachPiece(of: n, Self.piece) { start, count in
        let at = (
          pointers.0.map { $0 + start * sizes.0 }, pointers.1.map { $0 + start * sizes.1 },
          pointers.2.map { $0 + start * sizes.2 }
        )
        call(count, at, steps, target + start * size, 1)
      }
      return true
    }
  }

  /// Finds the address of an operand and whether it advances; returns false if it is neither
  /// contiguous in the loop's dtype nor a number.
  ///
  /// A number is converted and copied to `slot`, since the output may overwrite it.
  @inline(__always)
  private func prepare(
    _ x: Tensor, _ type: DType, _ slot: UnsafeMutableRawPointer, _ pointer: inout UnsafeRawPointer?,
    _ step: inout Int64
  ) -> Bool {
    if x.numel == 1 && (out.numel > 1 || x.dtype != type) {
      pointer = UnsafeRawPointer(slot)
      CPUBackend.convert(UnsafeRawPointer(x.pointer), x.dtype, to: slot, type, count: 1)
      return true
    }
    guard x.isContiguous, x.numel == out.numel, x.dtype == type else { return false }
    pointer = UnsafeRawPointer(x.pointer)
    step = 1
    return true
  }

  @inline(__always)
  func call(
    _ n: Int, _ pointers: (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?),
    _ steps: (Int64, Int64, Int64), _ out: UnsafeMutableRawPointer, _ outStep: Int64
  ) {
    withUnsafeBytes(of: pointers) { pointers in
      withUnsafeBytes(of: steps) { steps in
        withUnsafeBytes(of: parameters) { parameters in
          loop(
            Int64(n), pointers.baseAddress?.assumingMemoryBound(to: UnsafeRawPointer?.self),
            steps.baseAddress?.assumingMemoryBound(to: Int64.self), out, outStep,
            parameters.baseAddress?.assumingMemoryBound(to: Double.self))
        }
      }
    }
  }
}
