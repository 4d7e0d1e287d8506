import Kindling

/// A random mutation of calls: other shapes, dtypes, layouts, numbers and kinds of arguments.
struct CallMutation {
  var random: SeededNumbers
  /// Whether to create views with more elements than any memory holds.
  var isHuge = false

  /// Returns `call` with a few changes, or occasionally unchanged.
  mutating func mutated(_ call: CallArguments) throws -> CallArguments {
    var result = call
    if random.oneIn(16) { return result }
    repeat { result = try changed(result) } while random.oneIn(3)
    return result
  }

  private mutating func changed(_ call: CallArguments) throws -> CallArguments {
    switch random.below(12) {
    // Changes that keep a call consistent get past the checks.
    case 0: return try resized(call)
    case 1:
      let dtype = random.pick(DType.allCases)
      return try call.mapTensors { try $0.detach().to(dtype) }
    case 2:
      return try call.mapTensors { t in
        let shown = try laidOut(t.detach())
        return shown.dtype.isFloatingPoint && random.oneIn(3) ? try shown.requiresGrad_() : shown
      }
    case 3: return dropped(call)
    default: return try replaced(call)
    }
  }

  /// Changes every dimension of one size to another: the call stays as consistent as it was.
  private mutating func resized(_ call: CallArguments) throws -> CallArguments {
    let sizes = Set(call.tensors.flatMap(\.shape)).sorted()
    guard !sizes.isEmpty else { return call }
    let (old, new) = (random.pick(sizes), random.pick([0, 0, 1, 1, 2, 3, 7, 17]))
    return try call.mapTensors { t in
      guard t.shape.contains(old) else { return t }
      return try filled(t.shape.map { $0 == old ? new : $0 }, like: t)
    }
  }

  /// Removes an argument.
  private mutating func dropped(_ call: CallArguments) -> CallArguments {
    var result = call
    if !result.keyword.isEmpty && random.oneIn(2) {
      result.keyword.remove(at: random.below(result.keyword.count))
    } else if !result.positional.isEmpty {
      result.positional.removeLast()
    }
    return result
  }

  /// Replaces an argument, or a part of one.
  private mutating func replaced(_ call: CallArguments) throws -> CallArguments {
    let count = call.values.count
    if count == 0 { return call }
    var result = call
    let place = random.below(count)
    if place < result.positional.count {
      result.positional[place] = try other(than: result.positional[place], call)
    } else {
      let keyword = place - result.positional.count
      result.keyword[keyword].value = try other(than: result.keyword[keyword].value, call)
    }
    return result
  }

  // MARK: Arguments

  private mutating func other(than value: ArgumentValue, _ call: CallArguments) throws
    -> ArgumentValue
  {
    if random.oneIn(12) { return try anything(call) }
    switch value {
    case .tensor(let t): return .tensor(try tensor(t, call))
    case .int(let i): return .int(integer(i))
    case .double: return random.oneIn(4) ? .int(integer(0)) : .double(float())
    case .bool(let b): return .bool(!b)
    case .string: return .string(random.pick(Self.texts))
    case .dtype: return .dtype(random.pick(DType.allCases))
    case .list(let elements): return .list(try list(elements, call))
    case .tuple(let elements): return .tuple(try list(elements, call))
    case .slice(let bounds): return .slice(try list(bounds, call))
    case .none, .ellipsis, .device, .layout, .memoryFormat, .dictionary, .module, .function, .same:
      return try anything(call)
    }
  }

  private mutating func list(_ elements: [ArgumentValue], _ call: CallArguments) throws
    -> [ArgumentValue]
  {
    var result = elements
    switch random.below(6) {
    case 0: result = []
    case 1: if !result.isEmpty { result.remove(at: random.below(result.count)) }
    case 2: if let last = result.last { result.append(last) }
    case 3: result.append(try anything(call))
    default:
      if !result.isEmpty {
        let i = random.below(result.count)
        result[i] = try other(than: result[i], call)
      }
    }
    return result
  }

  private mutating func anything(_ call: CallArguments) throws -> ArgumentValue {
    switch random.below(9) {
    case 0: return .int(integer(0))
    case 1: return .double(float())
    case 2: return .bool(random.oneIn(2))
    case 3: return .none
    case 4: return .list((0..<random.below(4)).map { _ in .int(integer(1)) })
    case 5: return .dtype(random.pick(DType.allCases))
    case 6: return .string(random.pick(Self.texts))
    case 7: return .ellipsis
    default: return .tensor(try newTensor())
    }
  }

  private mutating func integer(_ old: Int) -> Int {
    switch random.below(4) {
    case 0: return random.pick([old &+ 1, old &- 1, 0 &- old, old &* 2])
    case 1: return random.below(12) - 4
    default: return random.pick(Self.integers)
    }
  }

  private mutating func float() -> Double {
    random.oneIn(3) ? Double(random.below(2001) - 1000) / 250 : random.pick(Self.floats)
  }

  private static let integers = [
    0, 1, -1, 2, 3, -2, -3, 7, 64, 100, 1000, 1 << 20, 1 << 31, -(1 << 31), 1 << 32, 1 << 40,
    1 << 53,
    1 << 62, -(1 << 62), .max, .max - 1, .min, .min + 1,
  ]
  private static let floats = [
    0, -0.0, 1, -1, 0.5, 2, 1e-30, 1e-308, 1e30, 1e300, -1e300, 1e19, -1e19, 9.3e18, .infinity,
    -.infinity, .nan, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude,
  ]
  /// Strings that operators accept, and others.
  private static let texts = [
    "", "none", "mean", "sum", "floor", "trunc", "nearest", "bilinear", "bicubic", "linear",
    "trilinear", "area", "constant", "reflect", "replicate", "circular", "zeros", "border", "same",
    "valid", "max", "min", "amax", "amin", "prod", "fro", "nuc", "L", "U", "reduced", "complete",
    "r",
    "gelsy", "gelsd", "gelss", "gels", "ij->ji", "ii", "i,j->ij", "...->...", "left", "right",
    "tanh", "é",
  ]

  // MARK: Tensors

  private mutating func tensor(_ old: Tensor, _ call: CallArguments) throws -> Tensor {
    switch random.below(8) {
    case 0, 1: return try newTensor()
    case 2: return try old.detach().to(random.pick(DType.allCases))
    case 3: return try filled(shape(), like: old)
    case 4: return try laidOut(old.detach())
    case 5: return random.pick(call.tensors)
    case 6: return try extreme(old)
    default:
      let grown = old.shape.map { random.oneIn(3) ? random.pick([0, 1, 2, 5]) : $0 }
      return try filled(grown, like: old)
    }
  }

  private mutating func newTensor() throws -> Tensor {
    let dtype = random.pick(DType.allCases)
    let values: [Double] = (0..<(1 + random.below(9))).map { _ in
      random.oneIn(6) && dtype.isFloatingPoint ? float() : Double(random.below(9) - 3)
    }
    let source = try Tensor(values, dtype: .float64).to(dtype)
    return try laidOut(filled(shape(), like: source))
  }

  private mutating func shape() -> [Int] {
    switch random.below(12) {
    case 0: return []
    case 1: return [0]
    case 2: return random.pick([[0, 3], [2, 0, 3], [0, 0], [1, 0]])
    // Empty, so no memory is needed; but products of sizes overflow.
    case 3:
      return random.pick([
        [0, .max], [.max, 0], [1 << 32, 1 << 32, 0], [0, 1 << 40, 1 << 40], [1 << 62, 0, 4],
        [2, 0, 1 << 61],
      ])
    case 4: return [Int](repeating: 1, count: random.pick([8, 12, 25, 33, 64, 70]))
    case 5: return [random.pick([100, 1000, 4096, 5000])]
    default: return (0..<(1 + random.below(4))).map { _ in 1 + random.below(5) }
    }
  }

  /// Returns a tensor of `shape` with the elements of `source` repeated.
  private func filled(_ shape: [Int], like source: Tensor) throws -> Tensor {
    let count = try Layout.checkedCount(shape, source.dtype, "filled")
    if count == 0 || source.numel == 0 {
      return try Tensor.zeros(shape, dtype: source.dtype)
    }
    let row = try source.detach().reshape([source.numel])
    let repeats = (count + source.numel - 1) / source.numel
    return try row.repeat([repeats]).narrow(0, 0, count).reshape(shape)
  }

  /// Returns the same values in another memory layout, or a view that repeats some of them.
  private mutating func laidOut(_ t: Tensor) throws -> Tensor {
    if isHuge && t.ndim > 0 && t.numel > 0 && random.oneIn(3) {
      let one = try t.reshape([t.numel]).narrow(0, 0, 1)
      return try one.expand(
        random.pick([
          [1 << 40], [1 << 60], [1 << 20, 1 << 20, 1 << 20], [3, 1 << 58], [1 << 58, 2, 1],
        ]))
    }
    guard t.ndim > 0, t.numel > 0 else { return t }
    let dim = random.below(t.ndim)
    switch random.below(7) {
    case 0:
      let other = random.below(t.ndim)
      return try t.transpose(dim, other).clone().transpose(dim, other)
    case 1: return try t.repeatInterleave(2, dim: dim).slice(dim, 1, nil, step: 2)
    case 2: return try t.narrow(dim, 0, 1).expand(t.shape)
    case 3: return try Tensor.cat([t, t], dim: 0).narrow(0, t.shape[0], t.shape[0])
    case 4: return try t.permute(Array((0..<t.ndim).reversed()))
    case 5:
      // Overlapping windows.
      let length = t.shape[dim]
      if length > 100 { return t }
      return try t.unfold(dim, (length + 1) / 2, 1)
    default: return t
    }
  }

  /// Replaces some elements by the maximum, the minimum, NaN or indices out of range.
  private mutating func extreme(_ t: Tensor) throws -> Tensor {
    let result = try t.detach().clone()
    guard result.numel > 0 else { return result }
    let flat = try result.view([result.numel]), place = random.below(result.numel)
    let spot = try flat.narrow(0, place, random.oneIn(4) ? result.numel - place : 1)
    if t.dtype.isFloatingPoint {
      try spot.fill_(float())
    } else {
      let limits = t.dtype.limits
      let value = integer(0)
      try spot.fill_(min(max(value, limits.lowerBound), limits.upperBound))
    }
    return result
  }
}

extension DType {
  /// The range of integers of the dtype.
  fileprivate var limits: ClosedRange<Int> {
    switch self {
    case .bool: 0...1
    case .uint8: 0...255
    case .int8: Int(Int8.min)...Int(Int8.max)
    case .int16: Int(Int16.min)...Int(Int16.max)
    case .int32: Int(Int32.min)...Int(Int32.max)
    default: Int.min...Int.max
    }
  }
}

extension ArgumentValue {
  /// A short description of the argument, for reports.
  var summary: String {
    switch self {
    case .tensor(let t):
      let grad = t.requiresGrad ? " grad" : ""
      let layout = t.isContiguous ? "" : " strides \(t.strides)"
      let values =
        t.numel > 0 && t.numel <= 12 ? ((try? Elements(t).doubles.description) ?? "") : ""
      return "\(t.dtype)\(t.shape)\(layout)\(grad) \(values)"
    case .int(let i): return "\(i)"
    case .bool(let b): return "\(b)"
    case .double(let d): return "\(d)"
    case .string(let s): return "\"\(s)\""
    case .dtype(let d): return ".\(d)"
    case .list(let l): return "[\(l.map(\.summary).joined(separator: ", "))]"
    case .tuple(let l): return "(\(l.map(\.summary).joined(separator: ", ")))"
    case .slice(let l): return "slice(\(l.map(\.summary).joined(separator: ", ")))"
    default: return kind
    }
  }
}
