import CKernels

extension CPUBackend {
  package func pointwise(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    guard let first = outputs.first, first.numel > 0 else { return }
    let run = try PointwiseRun(
      program, inputs, numbers: numbers, dtype: dtype, roundingEachStep: roundingEachStep,
      into: outputs)
    defer { run.free() }
    run.run()
  }
}

/// One evaluation of a pointwise program: the tensors are visited once, in chunks that stay in the
/// first-level cache from the first step to the last.
private struct PointwiseRun {
  /// The number of elements that all steps treat before they go on.
  private static let chunk = 1024
  /// The bytes of a chunk of one slot, in any dtype.
  private static let slotBytes = chunk * 8

  /// One call of a loop.
  private struct Call {
    let loop: kk_loop
    let inputs: (Int, Int, Int)
    let output: Int
    let factor: Double
    let isCondition: Bool
  }
  /// A tensor among the slots.
  private struct Operand {
    let base: UnsafeMutableRawPointer
    let dtype: DType
    /// The stride of the innermost dimension.
    let stride: Int
    /// Whether the loops use its memory as it is.
    let isDirect: Bool
  }

  private let program: Pointwise.Program
  private let plan: ElementwisePlan
  private let type: DType
  /// The 16-bit dtype to which every step is rounded.
  private let rounded: DType?
  private var calls: [Call] = []
  /// The inputs, followed by the outputs.
  private var operands: [Operand] = []
  private var steps: [Int64]
  private let lanes: Int
  private let piece: Int
  /// The memory of the slots of each lane, after that of the numbers.
  private let workspace: Workspace
  private let laneBytes: Int

  init(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    self.program = program
    let type = dtype.computeType
    self.type = type
    rounded = roundingEachStep && dtype.isHalf ? dtype : nil
    func number(_ factor: Pointwise.Factor) -> Double {
      switch factor {
      case .constant(let number): number
      case .argument(let i): numbers.indices.contains(i) ? numbers[i] : .nan
      }
    }
    calls.reserveCapacity(program.steps.count)
    for step in program.steps {
      guard let loop = step.operation.loop(type) else {
        throw CPUBackend.shared.missing(step.operation.name, dtype)
      }
      let a = step.inputs
      calls.append(
        Call(
          loop: loop,
          inputs: (a[0], a.count > 1 ? a[1] : a[0], a.count > 2 ? a[2] : a[0]),
          output: step.output, factor: number(step.factor), isCondition: step.isCondition))
    }
    let tensors = inputs + outputs
    let plan = ElementwisePlan(Array(tensors.dropLast()), tensors[tensors.count - 1])
    self.plan = plan
    steps = [Int64](repeating: 1, count: program.slots)
    for (i, x) in tensors.enumerated() {
      let stride = plan.strides[i][plan.sizes.count - 1]
      let isInput = i < inputs.count
      operands.append(
        Operand(
          base: x.pointer, dtype: x.dtype, stride: stride,
          isDirect: x.dtype == type && (stride == 1 || isInput && stride == 0)))
      if isInput && stride == 0 { steps[i] = 0 }
    }
    for i in program.numbers.indices { steps[program.firstNumber + i] = 0 }
    let inner = plan.sizes.dropFirst().reduce(1, *)
    piece = max(1, ElementwiseCall.piece / max(inner, 1))
    let pieces = (plan.sizes[0] + piece - 1) / piece
    lanes = pieces > 1 ? min(pieces, ThreadPool.shared.threadCount) : 1
    // The addresses of the slots, the temporaries, the converted operands and one rounded result.
    laneBytes =
      (program.slots * 8 + 63) / 64 * 64
      + (program.temporaries + operands.count + (rounded == nil ? 0 : 1)) * Self.slotBytes
    let numberBytes = (program.numbers.count * 8 + 63) / 64 * 64
    workspace = try Workspace(numberBytes + lanes * laneBytes)
    for (i, operand) in program.numbers.enumerated() {
      var value = number(operand.factor)
      let slot = workspace.base + i * 8
      if let rounded, operand.isRounded {
        var half: UInt16 = 0
        CPUBackend.convert(&value, .float64, 0, &half, rounded, 1, 1)
        CPUBackend.convert(&half, rounded, 0, slot, type, 1, 1)
      } else {
        CPUBackend.convert(&value, .float64, 0, slot, type, 1, 1)
      }
    }
  }

  func free() { workspace.free() }

  func run() {
    let total = plan.sizes[0]
    let pieces = (total + piece - 1) / piece
    ThreadPool.shared.forEachPiece(of: lanes, 1) { lane, _ in
      let memory = workspace.base + (program.numbers.count * 8 + 63) / 64 * 64 + lane * laneBytes
      let slots = memory.bindMemory(to: UnsafeMutableRawPointer.self, capacity: program.slots)
      let buffers = memory + (program.slots * 8 + 63) / 64 * 64
      for i in program.numbers.indices { slots[program.firstNumber + i] = workspace.base + i * 8 }
      for i in 0..<program.temporaries {
        slots[program.firstTemporary + i] = buffers + (operands.count + i) * Self.slotBytes
      }
      for i in stride(from: lane, to: pieces, by: lanes) {
        plan.forEachRun(i * piece, min(piece, total - i * piece)) { offsets, n in
          run(n, offsets, slots, buffers)
        }
      }
    }
  }

  /// Treats one run of the innermost dimension.
  private func run(
    _ n: Int, _ offsets: UnsafePointer<Int>, _ slots: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    _ buffers: UnsafeMutableRawPointer
  ) {
    var done = 0
    while done < n {
      let count = min(Self.chunk, n - done)
      for i in operands.indices {
        let x = operands[i]
        let place = x.base + (offsets[i] + done * x.stride) * x.dtype.byteSize
        if x.isDirect {
          slots[i] = place
          continue
        }
        slots[i] = buffers + i * Self.slotBytes
        if i < program.inputs {
          CPUBackend.convert(
            UnsafeRawPointer(place), x.dtype, Int64(x.stride), slots[i], type, 1,
            x.stride == 0 ? 1 : count)
        }
      }
      for call in calls { perform(call, count, slots, buffers) }
      for i in program.inputs..<operands.count where !operands[i].isDirect {
        let y = operands[i]
        CPUBackend.convert(
          UnsafeRawPointer(slots[i]), type, 1,
          y.base + (offsets[i] + done * y.stride) * y.dtype.byteSize, y.dtype, Int64(y.stride),
          count)
      }
      done += count
    }
  }

  @inline(__always)
  private func perform(
    _ call: Call, _ n: Int, _ slots: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    _ buffers: UnsafeMutableRawPointer
  ) {
    let (a, b, c) = call.inputs
    let pointers: (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?) = (
      UnsafeRawPointer(slots[a]), UnsafeRawPointer(slots[b]), UnsafeRawPointer(slots[c])
    )
    let strides = (steps[a], steps[b], steps[c])
    let output = slots[call.output]
    withUnsafeBytes(of: pointers) { pointers in
      withUnsafeBytes(of: strides) { strides in
        withUnsafePointer(to: call.factor) { factor in
          call.loop(
            Int64(n), pointers.baseAddress?.assumingMemoryBound(to: UnsafeRawPointer?.self),
            strides.baseAddress?.assumingMemoryBound(to: Int64.self), output, 1, factor)
        }
      }
    }
    guard let rounded, !call.isCondition else { return }
    let buffer = buffers + (operands.count + program.temporaries) * Self.slotBytes
    CPUBackend.convert(UnsafeRawPointer(output), type, 1, buffer, rounded, 1, n)
    CPUBackend.convert(UnsafeRawPointer(buffer), rounded, 1, output, type, 1, n)
  }
}

extension Pointwise.Operation {
  fileprivate func loop(_ type: DType) -> kk_loop? {
    switch self {
    case .unary(let op): kk_unary(op, type.rawValue)
    case .binary(let op):
      // Conditions are combined as such.
      switch op {
      case .logicalAnd, .logicalOr, .logicalXor: kk_binary(op, DType.bool.rawValue)
      default: kk_binary(op, type.rawValue)
      }
    case .ternary(let op): kk_ternary(op, type.rawValue)
    case .select: kk_where(type.rawValue)
    case .copy: kk_convert(type.rawValue, type.rawValue)
    case .input, .number: nil
    }
  }

  fileprivate var name: String {
    switch self {
    case .unary(let op): "\(op)"
    case .binary(let op): "\(op)"
    case .ternary(let op): "\(op)"
    default: "where"
    }
  }
}
