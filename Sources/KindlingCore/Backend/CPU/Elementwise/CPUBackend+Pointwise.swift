import CKernels

extension CPUBackend {
  package func pointwise(
    _ programs: Pointwise.Programs, _ inputs: [Tensor], numbers: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    guard let first = outputs.first, first.numel > 0 else { return }
    // Fused steps have loops of floats, and between them nothing can be rounded to 16 bits.
    let isPlain = roundingEachStep && dtype.isHalf || !dtype.isFloatingPoint
    let run = try PointwiseRun(
      isPlain ? programs.plain : programs.fused, inputs, numbers: numbers,
      dtype: dtype, roundingEachStep: roundingEachStep,
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

  /// One call of a loop.
  private struct Call {
    let loop: kk_loop
    let inputs: (Int, Int, Int)
    let output: Int
    let factors: (Double, Double, Double)
    let isCondition: Bool
  }
  /// A tensor among the slots, the inputs before the outputs.
  private struct Operand {
    let base: UnsafeMutableRawPointer
    let dtype: DType
    let size: Int
    /// The stride of the innermost dimension.
    let stride: Int
    /// Whether the loops use its memory as it is.
    let isDirect: Bool
  }

  private let type: DType
  /// The 16-bit dtype to which every step is rounded.
  private let rounded: DType?
  /// The walk over the elements, unless they are one run in memory.
  private let plan: ElementwisePlan?
  private let total: Int
  private let piece: Int
  private let lanes: Int

  private let inputCount: Int
  private let operandCount: Int
  private let callCount: Int
  private let firstNumber: Int
  private let firstTemporary: Int
  private let temporaries: Int

  private let workspace: Workspace
  private let calls: UnsafeMutablePointer<Call>
  private let operands: UnsafeMutablePointer<Operand>
  /// The step of the loops in each slot, in elements: 1 or 0.
  private let advances: UnsafeMutablePointer<Int64>
  private let numbers: UnsafeMutableRawPointer
  /// For each lane, the addresses of its slots and the memory of its intermediate results.
  private let laneMemory: UnsafeMutableRawPointer
  private let laneBytes: Int
  private let slotBytes: Int
  private let addressBytes: Int

  init(
    _ program: Pointwise.Program, _ inputs: [Tensor], numbers arguments: [Double], dtype: DType,
    roundingEachStep: Bool, into outputs: [Tensor]
  ) throws {
    let type = dtype.computeType, rounded = roundingEachStep && dtype.isHalf ? dtype : nil
    self.type = type
    self.rounded = rounded
    let n = outputs[0].numel
    let isFlat = Self.isFlat(inputs, outputs, n)
    plan = isFlat ? nil : ElementwisePlan(inputs + outputs.dropLast(), outputs[outputs.count - 1])
    total = plan?.sizes[0] ?? n
    let inner = plan.map { $0.sizes.dropFirst().reduce(1, *) } ?? 1
    piece = max(1, ElementwiseCall.piece / max(inner, 1))
    let pieces = (total + piece - 1) / piece
    lanes = pieces > 1 ? min(pieces, ThreadPool.shared.threadCount) : 1

    inputCount = inputs.count
    operandCount = inputs.count + outputs.count
    callCount = program.steps.count
    firstNumber = program.firstNumber
    firstTemporary = program.firstTemporary
    temporaries = program.temporaries
    func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
    slotBytes = aligned(min(Self.chunk, n) * 8)
    addressBytes = aligned(program.slots * 8)
    laneBytes = addressBytes + (temporaries + operandCount + (rounded == nil ? 0 : 1)) * slotBytes
    let callBytes = aligned(callCount * MemoryLayout<Call>.stride)
    let operandBytes = aligned(operandCount * MemoryLayout<Operand>.stride)
    let numberBytes = aligned(program.numbers.count * 8)
    workspace = try Workspace(
      callBytes + operandBytes + addressBytes + numberBytes + lanes * laneBytes)
    calls = workspace.base.bindMemory(to: Call.self, capacity: callCount)
    operands = (workspace.base + callBytes).bindMemory(to: Operand.self, capacity: operandCount)
    advances = (workspace.base + callBytes + operandBytes).bindMemory(
      to: Int64.self, capacity: program.slots)
    self.numbers = workspace.base + callBytes + operandBytes + addressBytes
    laneMemory = self.numbers + numberBytes

    for (i, step) in program.steps.enumerated() {
      guard let loop = step.operation.loop(type) else {
        workspace.free()
        throw CPUBackend.shared.missing(step.operation.name, dtype)
      }
      (calls + i).initialize(
        to: Call(
          loop: loop, inputs: step.inputs, output: step.output,
          factors: (
            step.factors.0.value(arguments), step.factors.1.value(arguments),
            step.factors.2.value(arguments)
          ), isCondition: step.isCondition))
    }
    for i in 0..<program.slots { advances[i] = i >= firstNumber && i < firstTemporary ? 0 : 1 }
    for i in 0..<operandCount {
      let x = i < inputCount ? inputs[i] : outputs[i - inputCount]
      let stride = plan.map { $0.strides[i][$0.sizes.count - 1] } ?? (x.numel == n ? 1 : 0)
      let isInput = i < inputCount
      (operands + i).initialize(
        to: Operand(
          base: x.pointer, dtype: x.dtype, size: x.dtype.byteSize, stride: stride,
          isDirect: x.dtype == type && (stride == 1 || isInput && stride == 0)))
      if isInput && stride == 0 { advances[i] = 0 }
    }
    for (i, number) in program.numbers.enumerated() {
      var value = number.factor.value(arguments)
      let slot = self.numbers + i * 8
      if type == .float32 && rounded == nil {
        slot.storeBytes(of: Float(value), as: Float.self)
      } else if let rounded, number.isRounded {
        var half: UInt16 = 0
        CPUBackend.convert(&value, .float64, to: &half, rounded, count: 1)
        CPUBackend.convert(&half, rounded, to: slot, type, count: 1)
      } else {
        CPUBackend.convert(&value, .float64, to: slot, type, count: 1)
      }
    }
  }

  func free() { workspace.free() }

  /// Whether every tensor is one run of memory, or a single number.
  private static func isFlat(_ inputs: [Tensor], _ outputs: [Tensor], _ n: Int) -> Bool {
    for x in inputs where !x.isContiguous || x.numel != n && x.numel != 1 { return false }
    for y in outputs where !y.isContiguous { return false }
    return true
  }

  func run() {
    if lanes == 1 { return run(lane: 0) }
    ThreadPool.shared.forEachPiece(of: lanes, 1) { lane, _ in run(lane: lane) }
  }

  private func run(lane: Int) {
    let memory = laneMemory + lane * laneBytes
    let slots = memory.bindMemory(
      to: UnsafeMutableRawPointer.self, capacity: firstTemporary + temporaries)
    let buffers = memory + addressBytes
    for i in firstNumber..<firstTemporary { slots[i] = numbers + (i - firstNumber) * 8 }
    for i in 0..<temporaries {
      slots[firstTemporary + i] = buffers + (operandCount + i) * slotBytes
    }
    var start = lane * piece
    while start < total {
      let count = min(piece, total - start)
      if let plan {
        plan.forEachRun(start, count) { offsets, n in run(n, slots, buffers) { offsets[$0] } }
      } else {
        run(count, slots, buffers) { operands[$0].stride * start }
      }
      start += lanes * piece
    }
  }

  /// Treats `n` neighbours, whose first is `offset(i)` elements after the base of operand i.
  @inline(__always)
  private func run(
    _ n: Int, _ slots: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    _ buffers: UnsafeMutableRawPointer, _ offset: (Int) -> Int
  ) {
    var done = 0
    while done < n {
      let count = min(Self.chunk, n - done)
      for i in 0..<operandCount {
        let x = operands[i], place = x.base + (offset(i) + done * x.stride) * x.size
        if x.isDirect {
          slots[i] = place
          continue
        }
        slots[i] = buffers + i * slotBytes
        if i < inputCount {
          CPUBackend.convert(
            UnsafeRawPointer(place), x.dtype, sourceStep: Int64(x.stride), to: slots[i], type,
            count: x.stride == 0 ? 1 : count)
        }
      }
      for i in 0..<callCount { perform(calls[i], count, slots, buffers) }
      for i in inputCount..<operandCount where !operands[i].isDirect {
        let y = operands[i]
        CPUBackend.convert(
          UnsafeRawPointer(slots[i]), type, to: y.base + (offset(i) + done * y.stride) * y.size,
          y.dtype, targetStep: Int64(y.stride), count: count)
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
    let strides = (advances[a], advances[b], advances[c])
    let output = slots[call.output]
    withUnsafeBytes(of: pointers) { pointers in
      withUnsafeBytes(of: strides) { strides in
        withUnsafeBytes(of: call.factors) { factors in
          call.loop(
            Int64(n), pointers.baseAddress?.assumingMemoryBound(to: UnsafeRawPointer?.self),
            strides.baseAddress?.assumingMemoryBound(to: Int64.self), output, 1,
            factors.baseAddress?.assumingMemoryBound(to: Double.self))
        }
      }
    }
    guard let rounded, !call.isCondition else { return }
    let buffer = buffers + (operandCount + temporaries) * slotBytes
    CPUBackend.convert(UnsafeRawPointer(output), type, to: buffer, rounded, count: n)
    CPUBackend.convert(UnsafeRawPointer(buffer), rounded, to: output, type, count: n)
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
    case .unary(let op): op.name
    case .binary(let op): op.name
    case .ternary(let op): op.name
    default: "where"
    }
  }
}
