package import CKernels

/// Elements a 16-bit or mixed-dtype operation converts at a time: small enough to stay in L1.
private let chunk = 512

/// A walk over the elements of one output and up to three inputs that broadcast to it: contiguous
/// dimensions are merged, the innermost becomes one call of a C loop.
struct ElementwisePlan {
  var sizes: [Int]
  /// strides[operand][dimension]; the output is the last operand.
  var strides: [[Int]]

  init(_ operands: [Tensor], _ out: Tensor) {
    if operands.allSatisfy({ $0.isContiguous && ($0.numel == out.numel || $0.numel == 1) })
      && out.isContiguous
    {
      sizes = [out.numel]
      strides = operands.map { [$0.numel == 1 ? 0 : 1] } + [[1]]
      return
    }
    let all = operands.map { Layout.expandedStrides($0.shape, $0.strides, to: out.shape) } + [out.strides]
    sizes = []
    strides = Array(repeating: [], count: all.count)
    // Dimensions by falling stride of the output, so that a transposed output is written in order.
    let order = out.shape.indices.filter { out.shape[$0] != 1 }.sorted {
      (abs(out.strides[$0]), -$0) > (abs(out.strides[$1]), -$1)
    }
    for d in order {
      if let last = sizes.indices.last,
        all.indices.allSatisfy({ strides[$0][last] == all[$0][d] * out.shape[d] })
      {
        sizes[last] *= out.shape[d]
        for i in all.indices { strides[i][last] = all[i][d] }
      } else {
        sizes.append(out.shape[d])
        for i in all.indices { strides[i].append(all[i][d]) }
      }
    }
    if sizes.isEmpty {
      sizes = [out.numel]
      strides = all.map { _ in [1] }
    }
  }

  /// Calls `body` with the element offsets of every innermost run.
  func forEachRun(_ body: (_ offsets: UnsafePointer<Int>) -> Void) {
    if sizes.contains(0) { return }
    let outer = sizes.count - 1, operands = strides.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: operands + outer) { scratch in
      scratch.initialize(repeating: 0)
      let offsets = scratch.baseAddress!, index = offsets + operands
      while true {
        body(offsets)
        var d = outer - 1
        while d >= 0 {
          index[d] += 1
          for i in 0..<operands { offsets[i] += strides[i][d] }
          if index[d] < sizes[d] { break }
          for i in 0..<operands { offsets[i] -= strides[i][d] * sizes[d] }
          index[d] = 0
          d -= 1
        }
        if d < 0 { return }
      }
    }
  }
}

extension CPUBackend {
  /// Runs `loop`, which takes `inputType` and writes `outputType`, over all elements. Operands of
  /// other dtypes are converted a chunk at a time on the way.
  private func run(
    _ loop: kk_loop, _ inputs: [Tensor], inputTypes: [DType], outputType: DType, into out: Tensor,
    _ parameters: [Double]
  ) {
    if out.numel == 0 { return }
    let plan = ElementwisePlan(inputs, out)
    let inner = plan.sizes.count - 1
    let n = plan.sizes[inner]
    let steps = plan.strides.map { Int64($0[inner]) }
    let converts = zip(inputs, inputTypes).map { $0.dtype != $1 }
    let convertsOut = out.dtype != outputType
    let bases = inputs.map { $0.pointer }
    let target = out.pointer
    let count = inputs.count
    let direct = !convertsOut && !converts.contains(true)
    let bufferBytes = chunk * 8
    withUnsafeTemporaryAllocation(byteCount: direct ? 8 : bufferBytes * (count + 1), alignment: 64) { scratch in
      let scratchBase = scratch.baseAddress!
      plan.forEachRun { offsets in
        var pointers = (0..<count).map { UnsafeRawPointer(bases[$0] + offsets[$0] * inputs[$0].dtype.byteSize) as UnsafeRawPointer? }
        let y = target + offsets[count] * out.dtype.byteSize
        if direct {
          loop(Int64(n), &pointers, steps, y, steps[count], parameters)
          return
        }
        var done = 0
        while done < n {
          let m = min(chunk, n - done)
          var at: [UnsafeRawPointer?] = [], stepsHere: [Int64] = []
          for i in 0..<count {
            let source = UnsafeRawPointer(pointers[i]! + done * Int(steps[i]) * inputs[i].dtype.byteSize)
            if converts[i] {
              let buffer = scratchBase + bufferBytes * i
              convert(source, inputs[i].dtype, steps[i], buffer, inputTypes[i], 1, steps[i] == 0 ? 1 : m)
              at.append(UnsafeRawPointer(buffer))
              stepsHere.append(steps[i] == 0 ? 0 : 1)
            } else {
              at.append(source)
              stepsHere.append(steps[i])
            }
          }
          let here = y + done * Int(steps[count]) * out.dtype.byteSize
          if convertsOut {
            let buffer = scratchBase + bufferBytes * count
            loop(Int64(m), &at, stepsHere, buffer, 1, parameters)
            convert(buffer, outputType, 1, here, out.dtype, steps[count], m)
          } else {
            loop(Int64(m), &at, stepsHere, here, steps[count], parameters)
          }
          done += m
        }
      }
    }
  }

  private func convert(
    _ source: UnsafeRawPointer, _ from: DType, _ sourceStep: Int64, _ target: UnsafeMutableRawPointer,
    _ to: DType, _ targetStep: Int64, _ n: Int
  ) {
    var pointer: UnsafeRawPointer? = source
    var step = sourceStep
    kk_convert(from.rawValue, to.rawValue)(Int64(n), &pointer, &step, target, targetStep, nil)
  }

  func missing(_ operation: String, _ dtype: DType) -> TensorError {
    TensorError(
      .dtype, operation, "\"\(operation)_cpu\" not implemented for '\(dtype.scalarName)'")
  }

  package func unary(
    _ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_unary(op, type.rawValue) else { throw missing("\(op)", dtype) }
    let toBool = [.logicalNot, .isnan, .isinf, .isfinite, .signbit].contains(op)
    run(loop, [x], inputTypes: [type], outputType: toBool ? .bool : type, into: out,
      [parameters.0, parameters.1])
  }

  package func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_binary(op, type.rawValue) else { throw missing("\(op)", dtype) }
    let toBool = op.rawValue >= BinaryOp.eq.rawValue && op.rawValue <= BinaryOp.logicalXor.rawValue
    run(loop, [a, b], inputTypes: [type, type], outputType: toBool ? .bool : type, into: out, [parameter])
  }

  package func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType,
    into out: Tensor
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_ternary(op, type.rawValue) else { throw missing("\(op)", dtype) }
    run(loop, [a, b, c], inputTypes: [type, type, type], outputType: type, into: out, [parameter])
  }

  package func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws {
    guard let loop = kk_where(out.dtype.rawValue) else { throw missing("where", out.dtype) }
    run(loop, [condition, a, b], inputTypes: [.bool, out.dtype, out.dtype], outputType: out.dtype, into: out, [])
  }

  package func copy(_ source: Tensor, into out: Tensor) throws {
    guard let loop = kk_convert(source.dtype.rawValue, out.dtype.rawValue) else {
      throw missing("copy", source.dtype)
    }
    run(loop, [source], inputTypes: [source.dtype], outputType: out.dtype, into: out, [])
  }

  package func fill(_ out: Tensor, _ value: Scalar) throws {
    switch value {
    case .int(var i): fill(out, .int64, &i)
    case .double(var d): fill(out, .float64, &d)
    case .bool(var b): fill(out, .bool, &b)
    }
  }

  private func fill(_ out: Tensor, _ type: DType, _ value: UnsafeMutableRawPointer) {
    let one = Tensor(
      storage: Storage(external: value, byteCount: type.byteSize, backend: self, release: {}),
      shape: [], strides: [], offset: 0, dtype: type, numel: 1, isContiguous: true)
    run(kk_convert(type.rawValue, out.dtype.rawValue), [one], inputTypes: [type], outputType: out.dtype, into: out, [])
  }
}
