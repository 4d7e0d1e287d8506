import KindlingPlatform

/// Calls the C library's `pow`, which `Tensor.pow` hides inside the extension.
private func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// Sequences of numbers, and index grids and triangles.
extension Tensor {
  /// Creates the sequence 0, 1, … below `end`; int64 for an integer (PyTorch: `torch.arange`).
  public static func arange<S: TensorScalar>(
    _ end: S, dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try arange(0, end, 1, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates the sequence `start`, `start + step`, … before `end` (PyTorch: `torch.arange`).
  ///
  /// The dtype is int64 if all three are integers, else the default dtype.
  /// - Throws: ``TensorError`` `.value` for a step of 0 or of the wrong sign, and for bounds that
  ///   are not finite.
  public static func arange<A: TensorScalar, B: TensorScalar, C: TensorScalar>(
    _ start: A, _ end: B, _ step: C, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let (start, end, step) = (start.scalar, end.scalar, step.scalar)
    let (first, last, stride) = (start.doubleValue, end.doubleValue, step.doubleValue)
    let isFloat = [start, end, step].contains { $0.dtype.isFloatingPoint }
    let type = dtype ?? (isFloat ? .default : .int64)
    try refuseBool("arange", type)
    try require(stride != 0 && !stride.isNaN, .value, "arange", "step must be nonzero")
    try require(
      first.isFinite && last.isFinite && stride.isFinite, .value, "arange",
      "unsupported range: \(first) -> \(last)")
    try require(
      (stride > 0 ? last >= first : last <= first), .value, "arange",
      "upper bound and lower bound inconsistent with step sign: \(first) -> \(last) by \(stride)")
    if type.isFloatingPoint {
      let count = try rangeCount(((last - first) / stride).rounded(.up), type)
      return try generated([count], Double.self, type, device) { first + Double($0) * stride }
        .leaf(requiresGrad)
    }
    let from = try whole(start), by = try whole(step), to = try whole(end)
    // The length is computed before the numbers lose their fractions, exactly for integers.
    var count = try rangeCount(((last - first) / stride).rounded(.up), type)
    if type == .int64, !isFloat {
      let (distance, over) = to.subtractingReportingOverflow(from)
      if over { throw TensorError(.value, "arange", "unsupported range: \(from) -> \(to)") }
      count = distance / by + (distance % by == 0 ? 0 : 1)
      _ = try rangeCount(Double(count), type)
    }
    return try generated([count], Int.self, type, device) { from &+ $0 &* by }.leaf(requiresGrad)
  }

  /// Creates the sequence `start`, `start + step`, … before `end`; `step` defaults to 1.
  public static func arange<A: TensorScalar, B: TensorScalar>(
    _ start: A, _ end: B, step: some TensorScalar = 1, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try arange(start, end, step, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  private static func refuseBool(_ operation: String, _ dtype: DType) throws {
    try require(
      dtype != .bool, .dtype, operation, "\"\(operation)_cpu\" not implemented for 'Bool'")
  }

  private static func rangeCount(_ count: Double, _ dtype: DType) throws -> Int {
    try require(
      count < 0x1p62, .memory, "arange", "a range of \(count) elements is larger than any memory")
    return try Layout.checkedCount([Int(count)], dtype, "arange")
  }

  private static func whole(_ number: Scalar) throws -> Int {
    if case .int(let i) = number { return i }
    let i = try require(
      Int(exactly: number.doubleValue.rounded(.towardZero)), .value, "arange",
      "value \(number.doubleValue) cannot be converted to type int64_t without overflow")
    return i
  }

  /// Creates `steps` evenly spaced numbers from `start` to `end`, both included
  /// (PyTorch: `torch.linspace`).
  public static func linspace<A: TensorScalar, B: TensorScalar>(
    _ start: A, _ end: B, steps: Int, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let type = dtype ?? .default
    try checkSteps("linspace", steps, type)
    try start.scalar.check(fits: type, "linspace")
    try end.scalar.check(fits: type, "linspace")
    if steps == 1 {
      return try full([1], start, dtype: type, device: device, requiresGrad: requiresGrad)
    }
    let (a, b) = (start.scalar.doubleValue, end.scalar.doubleValue)
    return try spaced(from: a, to: b, steps, type, device, fused: true) { $0 }.leaf(requiresGrad)
  }

  /// Raises `base` to the numbers of ``linspace(_:_:steps:dtype:device:requiresGrad:)``
  /// (PyTorch: `torch.logspace`).
  public static func logspace<A: TensorScalar, B: TensorScalar>(
    _ start: A, _ end: B, steps: Int, base: Double = 10, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let type = dtype ?? .default
    try checkSteps("logspace", steps, type)
    let (a, b) = (start.scalar.doubleValue, end.scalar.doubleValue)
    return try spaced(from: a, to: b, steps, type, device, fused: false) { power(base, $0) }
      .leaf(requiresGrad)
  }

  private static func checkSteps(_ operation: String, _ steps: Int, _ dtype: DType) throws {
    if steps > 1 { try refuseBool(operation, dtype) }
    try require(
      steps >= 0, .value, operation, "number of steps must be non-negative, but got \(got: steps)")
    _ = try Layout.checkedCount([steps], dtype, operation)
  }

  /// Creates evenly spaced numbers from both ends, so that the last element is exactly `b`.
  ///
  /// Floats but float64 are computed in float32. PyTorch's `linspace`, but not its `logspace`, rounds a
  /// product and a sum once (`fused`); integers, whose fractions are cut off, show it.
  private static func spaced(
    from a: Double, to b: Double, _ steps: Int, _ dtype: DType, _ device: Device, fused: Bool,
    _ map: @escaping (Double) -> Double
  ) throws -> Tensor {
    if dtype == .bool || steps == 1 {
      return try Tensor.full([steps], map(a), dtype: dtype, device: device)
    }
    func element<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> (Int) -> T {
      let step = (b - a) / T(Swift.max(steps - 1, 1))
      return { i in
        let (from, count) = i < steps / 2 ? (a, T(i)) : (b, -T(steps - i - 1))
        return fused ? from.addingProduct(step, count) : from + step * count
      }
    }
    if dtype.isFloatingPoint && dtype != .float64 {
      let at = element(Float(a), Float(b))
      return try generated([steps], Float.self, dtype, device) { Float(map(Double(at($0)))) }
    }
    // Ends become elements first: they lose fractions, and wrap around in unsigned types.
    func end(_ number: Double) throws -> Double {
      if dtype == .float64 { return number }
      let number = Scalar.double(number).truncated(for: dtype)
      return try Tensor.full([], number, dtype: dtype).to(.float64).item()
    }
    let at = try element(end(a), end(b))
    return try generated([steps], Double.self, dtype, device) { map(at($0)) }
  }

  /// Creates a tensor on `device` whose element `i` is `element(i)`, computed as `T`.
  package static func generated<T: TensorScalar>(
    _ shape: [Int], _ type: T.Type, _ dtype: DType, _ device: Device, _ element: (Int) -> T
  ) throws -> Tensor {
    let made = try Tensor(uninitialized: shape, T.dtype, on: CPUBackend.shared)
    try made.backend.withHostBytes(made.storage, mutating: true) { bytes in
      let elements = bytes.bindMemory(to: T.self)
      for i in 0..<made.numel { elements[i] = element(i) }
    }
    return try made.to(dtype).to(device)
  }

  // MARK: Indices

  /// Returns the row and column indices of the lower triangle of a `row` × `column` matrix, as a
  /// `[2, n]` tensor (PyTorch: `torch.tril_indices`).
  public static func trilIndices(
    _ row: Int, _ column: Int, offset: Int = 0, dtype: DType = .int64, device: Device = .cpu
  ) throws -> Tensor {
    try triangle("trilIndices", row, column, offset: offset, dtype, device: device) {
      (0, $0 + $1 + 1)
    }
  }

  /// Returns the row and column indices of the upper triangle of a `row` × `column` matrix, as a
  /// `[2, n]` tensor (PyTorch: `torch.triu_indices`).
  public static func triuIndices(
    _ row: Int, _ column: Int, offset: Int = 0, dtype: DType = .int64, device: Device = .cpu
  ) throws -> Tensor {
    try triangle("triuIndices", row, column, offset: offset, dtype, device: device) {
      ($0 + $1, column)
    }
  }

  private static func triangle(
    _ operation: String, _ row: Int, _ column: Int, offset: Int, _ dtype: DType,
    device: Device, _ columns: (_ row: Int, _ offset: Int) -> (Int, Int)
  ) throws -> Tensor {
    try require(
      row >= 0 && column >= 0, .shape, operation,
      "row and column must be non-negative, got \(got: row) and \(got: column)")
    _ = try Layout.checkedCount([2, row, column], .int64, operation)
    try Layout.checkList(row, operation)
    // Offsets beyond the matrix are clamped to its edge.
    let offset = Swift.min(Swift.max(offset, -row), column)
    var count = 0
    for r in 0..<row {
      let (low, high) = columns(r, offset)
      count += Swift.max(Swift.min(high, column) - Swift.max(low, 0), 0)
    }
    let (both, overflow) = count.multipliedReportingOverflow(by: 2)
    let places = try HostBuffer<Int>(count: overflow ? .max : both, operation)
    var next = 0
    for r in 0..<row {
      let (low, high) = columns(r, offset)
      for c in stride(from: Swift.max(low, 0), to: Swift.min(high, column), by: 1) {
        places[next] = r
        places[count + next] = c
        next += 1
      }
    }
    return try places.tensor(shape: [2, count], device: device).to(dtype)
  }
}
