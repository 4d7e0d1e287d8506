import CKernels

/// An elementwise call on operands with any strides and dtypes.
///
/// Each innermost run of the plan is one call of the loop. Elements of other dtypes are converted
/// in chunks.
struct ElementwiseWalk {
  /// The number of elements converted at a time, which fits into a first-level cache.
  private static let chunk = 512

  private struct Operand {
    let base: UnsafeMutableRawPointer
    let dtype: DType
    /// The dtype in which the loop takes the operand.
    let type: DType
    /// The stride of the innermost dimension.
    let stride: Int
  }
  private let call: ElementwiseCall
  private let plan: ElementwisePlan
  /// The inputs, followed by the output.
  private var operands: [Operand] = []
  private let converts: Bool
  /// The bytes of rows that are copied as a whole, the plan's runs being several of them.
  private var rowBytes: Int?

  init(_ call: ElementwiseCall) {
    self.call = call
    let tensors = [call.inputs.0, call.inputs.1, call.inputs.2].compactMap { $0 }
    var plan = ElementwisePlan(tensors, call.out)
    let last = plan.sizes.count - 1
    if call.isMove, last > 0, plan.strides.allSatisfy({ $0[last] == 1 }) {
      rowBytes = plan.sizes.removeLast() * call.out.dtype.byteSize
      for i in plan.strides.indices { plan.strides[i].removeLast() }
    } else {
      plan.lengthenRuns()
    }
    self.plan = plan
    let types =
      [call.types.0, call.types.1, call.types.2].prefix(tensors.count) + [call.outputType]
    for (i, (x, type)) in zip(tensors + [call.out], types).enumerated() {
      operands.append(
        Operand(
          base: x.pointer, dtype: x.dtype, type: type, stride: plan.strides[i][plan.sizes.count - 1]
        ))
    }
    converts = operands.contains { $0.dtype != $0.type }
  }

  func run() {
    // Threads share the outermost dimension; no piece depends on another.
    let inner = plan.sizes.dropFirst().reduce(rowBytes ?? 1, *)
    let piece = max(1, ElementwiseCall.piece / max(inner, 1))
    ThreadPool.shared.forEachPiece(of: plan.sizes[0], piece) { start, count in
      withUnsafeTemporaryAllocation(
        byteCount: converts ? operands.count * Self.chunk * 8 : 8, alignment: 64
      ) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        if converts {
          plan.forEachRun(start, count) { offsets, n in run(n, offsets, scratch) }
        } else {
          runPlainly(start, count)
        }
      }
    }
  }

  /// Runs a part of the outermost dimension without conversions.
  ///
  /// Runs may have only a few elements, so the overhead per call is minimal.
  private func runPlainly(_ start: Int, _ count: Int) {
    let call = call, last = operands.count - 1
    let out = operands[last], a = operands[0]
    let b = last > 1 ? operands[1] : a, c = last > 2 ? operands[2] : a
    let (second, third) = (min(1, last), min(2, last))
    let sizes = (a.dtype.byteSize, b.dtype.byteSize, c.dtype.byteSize, out.dtype.byteSize)
    if let rowBytes {
      return plan.forEachRun(start, count) { offsets, n in
        kk_copy_rows(
          Int64(n), Int64(rowBytes), a.base + offsets[0] * sizes.0, Int64(a.stride * sizes.0),
          out.base + offsets[last] * sizes.3, Int64(out.stride * sizes.3))
      }
    }
    let steps = (Int64(a.stride), Int64(b.stride), Int64(c.stride)), outStep = Int64(out.stride)
    plan.forEachRun(start, count) { offsets, n in
      call.call(
        n,
        (
          UnsafeRawPointer(a.base + offsets[0] * sizes.0),
          UnsafeRawPointer(b.base + offsets[second] * sizes.1),
          UnsafeRawPointer(c.base + offsets[third] * sizes.2)
        ), steps, out.base + offsets[last] * sizes.3, outStep)
    }
  }

  /// Runs the loop on one run of the innermost dimension, with conversions.
  private func run(_ n: Int, _ offsets: UnsafePointer<Int>, _ scratch: UnsafeMutableRawPointer) {
    let inputs = operands.count - 1
    var done = 0
    while done < n {
      let count = min(Self.chunk, n - done)
      var pointers: (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?) = (nil, nil, nil)
      var steps: (Int64, Int64, Int64) = (0, 0, 0)
      for i in 0..<inputs {
        let (pointer, step) = input(i, offsets[i], done, count, scratch)
        switch i {
        case 0: (pointers.0, steps.0) = (pointer, step)
        case 1: (pointers.1, steps.1) = (pointer, step)
        default: (pointers.2, steps.2) = (pointer, step)
        }
      }
      let out = operands[inputs], step = out.stride
      let target = out.base + (offsets[inputs] + done * step) * out.dtype.byteSize
      if out.dtype == out.type {
        call.call(count, pointers, steps, target, Int64(step))
      } else {
        let buffer = scratch + inputs * Self.chunk * 8
        call.call(count, pointers, steps, buffer, 1)
        CPUBackend.convert(
          UnsafeRawPointer(buffer), out.type, to: target, out.dtype, targetStep: Int64(step),
          count: count)
      }
      done += count
    }
  }

  /// Returns the address and the stride of `count` elements of input `i`, after conversion if
  /// needed.
  private func input(
    _ i: Int, _ offset: Int, _ done: Int, _ count: Int, _ scratch: UnsafeMutableRawPointer
  ) -> (UnsafeRawPointer, Int64) {
    let x = operands[i], stride = x.stride
    let source = UnsafeRawPointer(x.base + (offset + done * stride) * x.dtype.byteSize)
    if x.dtype == x.type { return (source, Int64(stride)) }
    let buffer = scratch + i * Self.chunk * 8
    CPUBackend.convert(
      source, x.dtype, sourceStep: Int64(stride), to: buffer, x.type,
      count: stride == 0 ? 1 : count)
    return (UnsafeRawPointer(buffer), stride == 0 ? 0 : 1)
  }
}
