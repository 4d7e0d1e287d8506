/// PyTorch's rules for the memory order of outputs.
///
/// Strides are observable, and random numbers are drawn in memory order, so outputs must have
/// PyTorch's order. Elementwise operations keep the order of a permuted dense input.
extension Layout {
  /// Returns whether the strides are exactly those of a contiguous tensor, also in dimensions of
  /// size 1.
  static func isCanonical(_ shape: [Int], _ strides: [Int]) -> Bool {
    var step = 1
    for d in stride(from: shape.count - 1, through: 0, by: -1) {
      if strides[d] != step { return false }
      step &*= max(shape[d], 1)
    }
    return true
  }

  /// Returns the strides of `empty(like:)` and `clone()` (PyTorch: `torch.preserve_format`).
  ///
  /// They are the strides of a dense tensor, or else dense ones in the same order of dimensions.
  package static func preservedStrides(_ shape: [Int], _ strides: [Int]) -> [Int] {
    if isDense(shape, strides) { return strides }
    return packedStrides(shape, innermostFirst: memoryOrder(shape, [strides]))
  }

  /// Returns the strides of the output of an elementwise operation on `operands`, which broadcast
  /// to `shape` (PyTorch: `TensorIterator`).
  ///
  /// Operands with the same shape and dense order keep that order. Otherwise the first operand in
  /// which two dimensions differ determines their order.
  static func elementwiseStrides(_ shape: [Int], _ operands: [Tensor]) -> [Int] {
    if shape.count < 2 || operands.allSatisfy({ isCanonical($0.shape, $0.strides) }) {
      return contiguousStrides(shape)
    }
    if operands.allSatisfy({ $0.shape == shape }) {
      if operands.allSatisfy(\.isContiguous) { return contiguousStrides(shape) }
      if shape.count == 4,
        operands.allSatisfy({ isContiguous($0.shape, $0.strides, .channelsLast) })
      {
        return self.strides(shape, .channelsLast)
      }
      let first = operands[0]
      if operands.allSatisfy({ $0.strides == first.strides }) && isDense(shape, first.strides) {
        return first.strides
      }
    }
    let expanded = operands.map { x in
      expandedStrides(x.shape, x.strides, to: shape)
    }
    let order = memoryOrder(shape, expanded)
    if order.elementsEqual(shape.indices.reversed()) { return contiguousStrides(shape) }
    return packedStrides(shape, innermostFirst: order)
  }

  /// Returns the dimensions, innermost first, in the order of the first operand that distinguishes
  /// them.
  ///
  /// A stride of 0 distinguishes nothing. Of equal strides, the smaller dimension is the inner one.
  /// The sort is PyTorch's, since the relation is not transitive.
  private static func memoryOrder(_ shape: [Int], _ operands: [[Int]]) -> [Int] {
    var order = Array(shape.indices.reversed())
    func comparison(_ a: Int, _ b: Int) -> Int {
      for strides in operands {
        let (x, y) = (strides[a], strides[b])
        if x == 0 || y == 0 { continue }
        if x != y { return x < y ? -1 : 1 }
        if shape[a] > shape[b] { return 1 }
      }
      return 0
    }
    for i in order.indices.dropFirst() {
      var moving = i
      for j in stride(from: i - 1, through: 0, by: -1) {
        let result = comparison(order[j], order[moving])
        if result < 0 { break }
        if result > 0 {
          order.swapAt(j, moving)
          moving = j
        }
      }
    }
    return order
  }

  private static func packedStrides(_ shape: [Int], innermostFirst order: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for d in order {
      strides[d] = step
      step &*= max(shape[d], 1)
    }
    return strides
  }

  // MARK: Formats

  /// Returns the dimensions of a format, innermost first, or nil for another number of dimensions.
  private static func order(_ format: MemoryFormat, rank: Int) -> [Int]? {
    switch format {
    case .contiguous, .preserve: (0..<rank).reversed()
    case .channelsLast: rank == 4 ? [1, 3, 2, 0] : nil
    case .channelsLast3d: rank == 5 ? [1, 4, 3, 2, 0] : nil
    }
  }

  /// Returns the strides of a dense tensor in `format`, contiguous if it requires another number of
  /// dimensions.
  static func strides(_ shape: [Int], _ format: MemoryFormat) -> [Int] {
    guard let order = order(format, rank: shape.count) else { return contiguousStrides(shape) }
    return packedStrides(shape, innermostFirst: order)
  }

  /// Returns whether the elements are dense in the order of `format`
  /// (PyTorch: `Tensor.is_contiguous`).
  static func isContiguous(_ shape: [Int], _ strides: [Int], _ format: MemoryFormat) -> Bool {
    guard let order = order(format, rank: shape.count) else { return false }
    if shape.contains(0) { return true }
    var step = 1
    for d in order where shape[d] != 1 {
      if strides[d] != step { return false }
      step &*= shape[d]
    }
    return true
  }

  /// Returns the memory format that strides suggest (PyTorch: `Tensor.suggest_memory_format`).
  ///
  /// It is channels last if the strides are unambiguous, with or without gaps, else contiguous.
  package static func suggestedFormat(_ shape: [Int], _ strides: [Int]) -> MemoryFormat {
    let format: MemoryFormat = shape.count == 5 ? .channelsLast3d : .channelsLast
    guard let order = order(format, rank: shape.count), strides[1] != 0 else { return .contiguous }
    var least = 0
    for d in order {
      if shape[d] == 0 || strides[d] < least { return .contiguous }
      if d == 0 && least == strides[1] { return .contiguous }
      least = strides[d]
      if shape[d] > 1 { least &*= shape[d] }
    }
    return format
  }
}

extension Tensor {
  /// The memory format that this tensor's strides suggest.
  package var suggestedFormat: MemoryFormat { Layout.suggestedFormat(shape, strides) }

  /// Converts this new contiguous, unrecorded tensor to `format`: the last step of operations whose
  /// kernels write contiguous outputs.
  package func laidOut(as format: MemoryFormat) throws -> Tensor {
    try laidOut(by: Layout.strides(shape, format))
  }

  /// Converts this new contiguous, unrecorded tensor to other dense strides.
  func laidOut(by wanted: [Int]) throws -> Tensor {
    if numel < 2 || zip(shape, zip(strides, wanted)).allSatisfy({ $0 == 1 || $1.0 == $1.1 }) {
      // Strides of dimensions of size 1 are observable too.
      strides = wanted
      return self
    }
    let result = try Tensor(uninitialized: shape, strides: wanted, dtype, on: backend)
    try backend.copy(self, into: result)
    return result
  }
}
