package import CKernels

extension CPUBackend {
  func missing(_ operation: String, _ dtype: DType) -> TensorError {
    TensorError(
      .dtype, operation, "\"\(operation)_cpu\" not implemented for '\(dtype.scalarName)'")
  }

  @inline(__always)
  static func convert(
    _ source: UnsafeRawPointer, _ from: DType, _ sourceStep: Int64,
    _ target: UnsafeMutableRawPointer, _ to: DType, _ targetStep: Int64, _ n: Int
  ) {
    var pointer: UnsafeRawPointer? = source
    var step = sourceStep
    kk_convert(from.rawValue, to.rawValue)(Int64(n), &pointer, &step, target, targetStep, nil)
  }

  package func unary(
    _ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_unary(op, type.rawValue) else { throw missing("\(op)", dtype) }
    let toBool =
      switch op {
      case .logicalNot, .isnan, .isinf, .isfinite, .signbit: true
      default: false
      }
    ElementwiseCall(
      loop: loop, inputs: (x, nil, nil), types: (type, type, type), out: out,
      outputType: toBool ? .bool : type, parameters: parameters
    ).run()
  }

  package func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor
  ) throws {
    // Halves have loops of their own, where both operands are such.
    let isOwn = a.dtype == dtype && b.dtype == dtype && kk_binary(op, dtype.rawValue) != nil
    let type = isOwn ? dtype : dtype.computeType
    guard let loop = kk_binary(op, type.rawValue) else { throw missing("\(op)", dtype) }
    let toBool = op.rawValue >= BinaryOp.eq.rawValue && op.rawValue <= BinaryOp.logicalXor.rawValue
    ElementwiseCall(
      loop: loop, inputs: (a, b, nil), types: (type, type, type), out: out,
      outputType: toBool ? .bool : type, parameters: (parameter, 0)
    ).run()
  }

  package func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType,
    into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_ternary(op, type.rawValue) else {
      let names = ["addcmul", "addcdiv", "lerp", "clamp"]
      let number = Int(op.rawValue)
      throw missing(names.indices.contains(number) ? names[number] : "ternary", dtype)
    }
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
      outputType: out.dtype, parameters: (0, 0)
    ).run()
  }

  package func fill(_ out: Tensor, _ value: Scalar) throws {
    switch value {
    case .int(var i): fill(out, .int64, &i)
    case .double(var d): fill(out, .float64, &d)
    case .bool(var b): fill(out, .bool, &b)
    }
  }

  private func fill(_ out: Tensor, _ type: DType, _ value: UnsafeMutableRawPointer) {
    if out.numel == 1 {
      return Self.convert(UnsafeRawPointer(value), type, 0, out.pointer, out.dtype, 1, 1)
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
