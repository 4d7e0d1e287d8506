import CKernels
import Kindling
import Testing
import _TestExpectations

/// Every kernel under every instruction set of this machine, against the generic one: all lengths
/// around the vectors' widths, starts that are not aligned, elements that are apart, and no byte
/// written outside.
@Suite struct InstructionSetTests {
  static let sets: [InstructionSet] = [.avx2, .avx512]
    .filter { kk_has_instruction_set($0) }
  static let lengths = Array(0...67)
  static let generic = InstructionSet.generic

  /// Runs `body` with `set` on this thread.
  static func with<R>(_ set: InstructionSet, _ body: () throws -> R) rethrows -> R {
    let before = kk_state().pointee.instruction_set
    kk_state().pointee.instruction_set = Int8(set.rawValue + 1)
    defer { kk_state().pointee.instruction_set = before }
    return try body()
  }

  @Test func thisThreadChooses() {
    for set in Self.sets + [Self.generic] {
      #expect(Self.with(set) { kk_instruction_set() } == set)
    }
    #expect(kk_has_instruction_set(Self.generic))
  }

  // MARK: Elementwise

  @Test(arguments: DType.allCases) func unary(_ dtype: DType) throws {
    for op in 0..<UnaryOp.count.rawValue {
      let op = try #require(UnaryOp(rawValue: op))
      try compare(dtype, [dtype], "unary \(op.rawValue)") { kk_unary(op, dtype.rawValue) }
    }
  }

  @Test(arguments: DType.allCases) func binary(_ dtype: DType) throws {
    for op in 0..<BinaryOp.count.rawValue {
      let op = try #require(BinaryOp(rawValue: op))
      try compare(dtype, [dtype, dtype], "binary \(op.rawValue)") { kk_binary(op, dtype.rawValue) }
    }
  }

  @Test(arguments: DType.allCases) func ternary(_ dtype: DType) throws {
    for op in 0..<TernaryOp.count.rawValue {
      let op = try #require(TernaryOp(rawValue: op))
      try compare(dtype, [dtype, dtype, dtype], "ternary \(op.rawValue)") {
        kk_ternary(op, dtype.rawValue)
      }
    }
    try compare(dtype, [.bool, dtype, dtype], "where") { kk_where(dtype.rawValue) }
  }

  @Test(arguments: DType.allCases) func conversion(_ dtype: DType) throws {
    for source in DType.allCases {
      try compare(dtype, [source], "\(source) to \(dtype)") {
        kk_convert(source.rawValue, dtype.rawValue)
      }
    }
  }

  /// Runs the loop that `loop` gives under the generic and under every other set.
  private func compare(
    _ out: DType, _ inputs: [DType], _ what: String, _ loop: () -> kk_loop?
  ) throws {
    guard let reference = Self.with(Self.generic, loop) else { return }
    let count = 4 + 2 * 68, parameters = [-1.5, 2.25, 0, 0]
    // The results may be of a narrower type (bool) or a wider one, never wider than 8 bytes.
    let memory = inputs.enumerated().map { KernelValues.make($1, count, seed: $0) }
    for set in Self.sets {
      let found = Self.with(set, loop)
      let tested = try #require(found, "\(what) under \(set)")
      for length in Self.lengths {
        for (start, steps) in [(0, [1, 1, 1]), (1, [1, 1, 1]), (3, [1, 0, 1]), (2, [2, 1, 0])] {
          func run(_ loop: kk_loop) -> [UInt8] {
            var result = [UInt8](repeating: 0xA5, count: count * 8)
            result.withUnsafeMutableBytes { result in
              guard let out = result.baseAddress else { return }
              var pointers: [UnsafeRawPointer?] = zip(memory, inputs).map {
                UnsafeRawPointer($0 + start * $1.byteSize)
              }
              var strides = inputs.indices.map { Int64(steps[$0]) }
              loop(Int64(length), &pointers, &strides, out + start * 8, 1, parameters)
            }
            return result
          }
          let expected = run(reference), found = run(tested)
          if expected == found { continue }
          #expect(
            KernelValues.agree(found, expected, out),
            "\(what) of \(inputs), \(length) from \(start) by \(steps) under \(set)")
        }
      }
    }
    for values in memory { values.deallocate() }
  }

  // MARK: Reductions

  @Test(arguments: DType.allCases) func reductions(_ dtype: DType) throws {
    let values = KernelValues.make(dtype, 200, seed: 7, finite: true)
    defer { values.deallocate() }
    for op in 0..<ReduceOp.count.rawValue {
      let op = try #require(ReduceOp(rawValue: op))
      guard let reference = Self.with(Self.generic, { kk_reduce(op, dtype.rawValue) }) else {
        continue
      }
      for set in Self.sets {
        let tested = try #require(Self.with(set) { kk_reduce(op, dtype.rawValue) })
        for length in Self.lengths.dropFirst() {
          for (start, step) in [(0, 1), (1, 1), (3, 2)] {
            func run(_ loop: kk_reduce_loop) -> [UInt8] {
              var result = [UInt8](repeating: 0, count: 8)
              let x = values + start * dtype.byteSize
              loop(Int64(length), x, Int64(step), &result)
              return result
            }
            #expect(
              KernelValues.agree(run(tested), run(reference), dtype),
              "reduction \(op.rawValue) of \(length) from \(start) by \(step) under \(set)")
          }
        }
      }
    }
  }

  @Test(arguments: DType.allCases) func accumulation(_ dtype: DType) throws {
    let values = KernelValues.make(dtype, 200, seed: 8, finite: true)
    defer { values.deallocate() }
    for op in 0..<ReduceOp.count.rawValue {
      let op = try #require(ReduceOp(rawValue: op))
      guard let reference = Self.with(Self.generic, { kk_accumulate(op, dtype.rawValue) }) else {
        continue
      }
      for set in Self.sets {
        let tested = try #require(Self.with(set) { kk_accumulate(op, dtype.rawValue) })
        for length in Self.lengths {
          func run(_ loop: kk_accumulate_loop) -> [UInt8] {
            var result = Array(UnsafeRawBufferPointer(start: values, count: 200 * dtype.byteSize))
            // The running results of any and all are truth values.
            if op == .any || op == .all { result = result.map { $0 & 1 } }
            let x = values + 71 * dtype.byteSize
            result.withUnsafeMutableBytes { result in
              guard let out = result.baseAddress else { return }
              loop(Int64(length), out + dtype.byteSize, x)
            }
            return result
          }
          #expect(
            KernelValues.agree(run(tested), run(reference), dtype),
            "accumulation \(op.rawValue) of \(length) under \(set)")
        }
      }
    }
  }

  // MARK: Fused loops

  @Test(arguments: [DType.float32, .float64]) func tensorOperations(_ dtype: DType) throws {
    func results(_ n: Int) throws -> [Tensor] {
      let generator = Generator(seed: 11)
      let whole = try Tensor.randn([3, n + 1], generator: generator, dtype: dtype)
      let x = try whole.narrow(1, 1, n)
      let rows = try x.contiguous()
      let square = try Tensor.randn([n, 5], generator: generator, dtype: dtype)
      let parameter = try rows.clone(), moment = try rows.clone()
      let second = try rows.square(), adam = try rows.clone()
      try PointwiseUpdate(changing: 2, reading: 1) { t, g, _ in
        let moment = (t[1] * 0.9).add(g[0].add(t[0], alpha: 0.01), alpha: 1)
        return [t[0].add(moment, alpha: -0.1), moment]
      }([parameter, moment], [rows])
      try PointwiseUpdate(changing: 2, reading: 1) { t, g, _ in
        let second = (t[1] * 0.999).addcmul(g[0], g[0], value: 0.001)
        return [t[0].addcdiv(g[0], second.sqrt() + 1e-8, value: -0.1), second]
      }([adam, second], [rows])
      return try [
        whole, x.softmax(dim: 1), x.logSoftmax(dim: 1), x.matmul(square), square.T.matmul(x.T),
        x.matmul(square.select(1, 2)), parameter, moment, adam, second, x.exp(), x.sum(dim: 1),
        x.sum(dim: 0),
        Tensor.rand([n], generator: generator, dtype: dtype),
        Tensor.randint(0, 1000, [n], generator: generator),
      ]
    }
    for length in Self.lengths.dropFirst() {
      let expected = try Self.with(Self.generic) { try results(length) }
      for set in Self.sets {
        let found = try Self.with(set) { try results(length) }
        for (i, (found, wanted)) in zip(found, expected).enumerated() {
          try expectClose(
            found, wanted, rtol: dtype == .float32 ? 1e-5 : 1e-13, atol: 2e-6,
            "result \(i) of length \(length) under \(set)")
        }
      }
    }
  }

  // MARK: 16-bit floats

  @Test func everyHalfFloatSurvivesFloat32() throws {
    let patterns = (0...UInt16.max).map { $0 }
    for set in Self.sets + [Self.generic] {
      for type in [DType.float16, .bfloat16] {
        let (widen, narrow) = try Self.with(set) {
          (
            try #require(kk_convert(type.rawValue, DType.float32.rawValue)),
            try #require(kk_convert(DType.float32.rawValue, type.rawValue))
          )
        }
        var floats = [Float](repeating: 0, count: patterns.count)
        var back = [UInt16](repeating: 0, count: patterns.count)
        Self.run(widen, patterns, &floats)
        Self.run(narrow, floats, &back)
        let wrong = patterns.indices.count {
          floats[$0].isNaN ? !Self.isNaN(back[$0], type) : back[$0] != patterns[$0]
        }
        #expect(wrong == 0, "\(type) under \(set)")
        if type == .float16 {
          #expect(
            patterns.allSatisfy {
              let wanted = Float(Float16(bitPattern: $0)), found = floats[Int($0)]
              return wanted == found || wanted.isNaN && found.isNaN
            })
        }
      }
    }
  }

  @Test func halfFloatsRoundToNearestEven() throws {
    // Half-way points and their neighbours, overflow, and what is below the smallest.
    var floats: [Float] = [65504, 65519.99, 65520, 1e10, 5.9604645e-8, 2.9802322e-8, 3e-8]
    for bits in stride(from: UInt32(0x3800_0000), to: 0x4000_0000, by: 0x0FFF) {
      floats += [Float(bitPattern: bits), -Float(bitPattern: bits)]
    }
    for set in Self.sets + [Self.generic] {
      let narrow = try Self.with(set) {
        try #require(kk_convert(DType.float32.rawValue, DType.float16.rawValue))
      }
      var halves = [UInt16](repeating: 0, count: floats.count)
      Self.run(narrow, floats, &halves)
      for (x, half) in zip(floats, halves) {
        #expect(half == Float16(x).bitPattern, "\(x) under \(set)")
      }
      let short = try Self.with(set) {
        try #require(kk_convert(DType.float32.rawValue, DType.bfloat16.rawValue))
      }
      Self.run(short, floats, &halves)
      for (x, half) in zip(floats, halves) {
        let bits = x.bitPattern
        let rounded = UInt16((bits + 0x7FFF + (bits >> 16) & 1) >> 16)
        #expect(half == rounded, "\(x) under \(set)")
      }
    }
  }

  private static func run<A, B>(_ loop: kk_loop, _ from: [A], _ to: inout [B]) {
    var step: Int64 = 1
    let count = Int64(from.count)
    from.withUnsafeBytes { from in
      to.withUnsafeMutableBytes { to in
        var pointer: UnsafeRawPointer? = from.baseAddress
        guard let out = to.baseAddress else { return }
        loop(count, &pointer, &step, out, 1, nil)
      }
    }
  }

  private static func isNaN(_ bits: UInt16, _ type: DType) -> Bool {
    bits & 0x7FFF > (type == .float16 ? 0x7C00 : 0x7F80)
  }
}

/// Numbers to try kernels on.
enum KernelValues {
  /// `count` elements of `dtype`: signs, zeros, fractions and, unless `finite`, NaN and infinities.
  static func make(
    _ dtype: DType, _ count: Int, seed: Int, finite: Bool = false
  ) -> UnsafeMutableRawPointer {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: count * dtype.byteSize, alignment: 64)
    for i in 0..<count {
      let step = (i &* 7919 &+ seed &* 31) % 41
      var x = Double(step - 20) / 8
      if !finite, dtype.isFloatingPoint, seed == 0 {
        switch i % 29 {
        case 5: x = .nan
        case 11: x = .infinity
        case 17: x = -.infinity
        case 23: x = 1e4
        default: break
        }
      }
      // Integers stay within all their types; the second operand may be a divisor.
      let whole = seed == 0 || dtype == .bool ? (step - 5) % 30 : step % 7 + 1
      let place = i * dtype.byteSize
      switch dtype {
      case .float16:
        bytes.storeBytes(of: Float16(x).bitPattern, toByteOffset: place, as: UInt16.self)
      case .bfloat16:
        let bits = x.isNaN ? 0x7FC0 : UInt16(Float(x).bitPattern >> 16)
        bytes.storeBytes(of: bits, toByteOffset: place, as: UInt16.self)
      case .float32: bytes.storeBytes(of: Float(x), toByteOffset: place, as: Float.self)
      case .float64: bytes.storeBytes(of: x, toByteOffset: place, as: Double.self)
      case .int8: bytes.storeBytes(of: Int8(whole), toByteOffset: place, as: Int8.self)
      case .int16: bytes.storeBytes(of: Int16(whole), toByteOffset: place, as: Int16.self)
      case .int32: bytes.storeBytes(of: Int32(whole), toByteOffset: place, as: Int32.self)
      case .int64: bytes.storeBytes(of: Int64(whole), toByteOffset: place, as: Int64.self)
      case .uint8: bytes.storeBytes(of: UInt8(abs(whole)), toByteOffset: place, as: UInt8.self)
      case .bool: bytes.storeBytes(of: whole & 1 == 1, toByteOffset: place, as: Bool.self)
      }
    }
    return bytes
  }

  /// Whether two results are the same bytes or, as floats of `dtype`, within a few units in the
  /// last place of one another.
  static func agree(_ a: [UInt8], _ b: [UInt8], _ dtype: DType) -> Bool {
    if a == b { return true }
    func close<F: BinaryFloatingPoint>(_ type: F.Type, _ bound: F) -> Bool {
      a.withUnsafeBytes { a in
        b.withUnsafeBytes { b in
          zip(a.bindMemory(to: F.self), b.bindMemory(to: F.self)).allSatisfy { x, y in
            x == y || x.isNaN && y.isNaN || abs(x - y) <= bound * max(abs(y), bound)
          }
        }
      }
    }
    switch dtype {
    case .float32: return close(Float.self, 4e-6)
    case .float64: return close(Double.self, 8e-15)
    default: return false
    }
  }
}
