package import CKernels

extension CPUBackend {
  func missing(_ operation: String, _ dtype: DType) -> TensorError {
    TensorError(
      .dtype, operation, "\"\(operation)_cpu\" not implemented for '\(dtype.scalarName)'")
  }

  @inline(__always)
  static func convert(
    _ source: UnsafeRawPointer, _ from: DType, sourceStep: Int64 = 1,
    to target: UnsafeMutableRawPointer, _ to: DType, targetStep: Int64 = 1, count n: Int
  ) {
    var pointer: UnsafeRawPointer? = source
    var step = sourceStep
    kk_convert(from.rawValue, to.rawValue)(Int64(n), &pointer, &step, target, targetStep, nil)
  }

  package func unary(
    _ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_unary(op, type.rawValue) else { throw missing(op.name, dtype) }
    ElementwiseCall(
      loop: loop, inputs: (x, nil, nil), types: (type, type, type), out: out,
      outputType: op.isCondition ? .bool : type, parameters: parameters
    ).run()
  }

  package func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor
  ) throws {
    // 16-bit floats have their own loops, if both operands have that dtype.
    let isOwn = a.dtype == dtype && b.dtype == dtype && kk_binary(op, dtype.rawValue) != nil
    let type = isOwn ? dtype : dtype.computeType
    guard let loop = kk_binary(op, type.rawValue) else { throw missing(op.name, dtype) }
    ElementwiseCall(
      loop: loop, inputs: (a, b, nil), types: (type, type, type), out: out,
      outputType: op.isCondition ? .bool : type, parameters: (parameter, 0)
    ).run()
  }

  package func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType,
    into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_ternary(op, type.rawValue) else { throw missing(op.name, dtype) }
    ElementwiseCall(
      loop: loop, inputs: (a, b, c), types: (type, type, type), out: out, outputType: type,
      parameters: (parameter, 0)
    ).run()
  }

  package func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws {
    let type = out.dtype
    guard let loop = kk_where(type.rawValue) else { throw missing("where", type) }
    ElementwiseCall(
      loop: loop, inputs: (condition, a, b), types: (.bool, type, type), out: out,
      outputType: type, parameters: (0, 0)
    ).run()
  }

  package func copy(_ source: Tensor, into out: Tensor) throws {
    guard let loop = kk_convert(source.dtype.rawValue, out.dtype.rawValue) else {
      throw missing("copy", source.dtype)
    }
    if let transposed = TransposedCopy(source, out) { return transposed.run() }
    let type = source.dtype
    ElementwiseCall(
      loop: loop, inputs: (source, nil, nil), types: (type, type, type), out: out,
      outputType: out.dtype, parameters: (0, 0), isMove: type == out.dtype
    ).run()
  }

  package func border(_ x: Tensor, before: [Int], after: [Int], into out: Tensor) throws {
    let last = x.ndim - 1, size = x.dtype.byteSize, count = x.shape[last]
    if out.numel == 0 { return }
    /// The first elements of the lines.
    func starts(_ t: Tensor) -> Tensor {
      t.alias(
        shape: Array(t.shape[..<last]), strides: Array(t.strides[..<last]), offset: t.storageOffset)
    }
    let plan = ElementwisePlan([starts(x)], starts(out)), inner = plan.sizes.count - 1
    let places = (before + after).map(Int64.init)
    let perLine = max(1, count + places.count)
    let piece = plan.sizes.dropFirst().reduce(max(1, ElementwiseCall.piece / perLine)) {
      max(1, $0 / max($1, 1))
    }
    let (from, to) = (x.pointer, out.pointer)
    ThreadPool.shared.forEachPiece(of: plan.sizes[0], piece) { first, length in
      plan.forEachRun(first, length) { offsets, n in
        places.withUnsafeBufferPointer { places in
          kk_border_rows(
            Int64(n), Int64(count), from + offsets[0] * size, Int64(plan.strides[0][inner]),
            to + offsets[1] * size, Int64(plan.strides[1][inner]), Int64(before.count),
            Int64(after.count), places.baseAddress, Int64(size))
        }
      }
    }
  }

  package func join(_ parts: [Tensor], blocks: Int, into out: Tensor) throws {
    let size = out.dtype.byteSize, line = out.numel / blocks * size, target = out.pointer
    // Threads share out the blocks, or where there is one alone, each part.
    if blocks > 1 {
      ThreadPool.shared.forEachPiece(of: blocks, max(1, Self.joined / line)) { first, count in
        var to = target + first * line
        for part in parts {
          let bytes = part.numel / blocks * size, from = part.pointer + first * bytes
          for block in 0..<count {
            (to + block * line).copyMemory(from: from + block * bytes, byteCount: bytes)
          }
          to += bytes
        }
      }
      return
    }
    var to = target
    for part in parts {
      let bytes = part.numel * size, from = part.pointer, place = to
      if bytes <= Self.joined {
        place.copyMemory(from: from, byteCount: bytes)
      } else {
        ThreadPool.shared.forEachPiece(of: bytes, Self.joined) { first, count in
          (place + first).copyMemory(from: from + first, byteCount: count)
        }
      }
      to += bytes
    }
  }

  /// Bytes from which on threads share a copy.
  private static let joined = 1 << 17

  package func fill(_ out: Tensor, _ value: Scalar) throws {
    switch value {
    case .int(var i): fill(out, .int64, &i)
    case .double(var d): fill(out, .float64, &d)
    case .bool(var b): fill(out, .bool, &b)
    }
  }

  private func fill(_ out: Tensor, _ type: DType, _ value: UnsafeMutableRawPointer) {
    if out.numel == 1 {
      return Self.convert(UnsafeRawPointer(value), type, to: out.pointer, out.dtype, count: 1)
    }
    let one = Tensor(
      storage: Storage(external: value, byteCount: type.byteSize, backend: self, release: {}),
      shape: [], strides: [], offset: 0, dtype: type, numel: 1, isContiguous: true)
    ElementwiseCall(
      loop: kk_convert(type.rawValue, out.dtype.rawValue), inputs: (one, nil, nil),
      types: (type, type, type), out: out, outputType: out.dtype, parameters: (0, 0)
    ).run()
  }
}
