/// Arithmetic on shapes and strides, with its overflow checks in one place.
package enum Layout {
  /// Strides of a contiguous tensor.
  ///
  /// As in PyTorch, sizes of 0 count as 1.
  package static func contiguousStrides(_ shape: [Int]) -> [Int] {
    if shape.isEmpty { return [] }
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for d in stride(from: shape.count - 1, through: 0, by: -1) {
      strides[d] = step
      step &*= max(shape[d], 1)
    }
    return strides
  }

  /// The number of elements; throws where a size is negative or the product is beyond memory.
  package static func checkedCount(_ shape: [Int], _ dtype: DType, _ operation: String) throws
    -> Int
  {
    var count = 1, overflow = false, empty = false
    for size in shape {
      if size < 0 {
        throw TensorError(
          .shape, operation, "sizes must not be negative, but got \(size) in shape \(shape)")
      }
      if size == 0 { empty = true; continue }
      let (product, over) = count.multipliedReportingOverflow(by: size)
      count = product
      overflow = overflow || over
    }
    let (bytes, over) = count.multipliedReportingOverflow(by: dtype.byteSize)
    if overflow || over || bytes > Int.max / 4 {
      throw TensorError(
        .memory, operation,
        "a tensor of shape \(shape) and dtype \(dtype) is larger than any memory")
    }
    return empty ? 0 : count
  }

  /// Throws where a list of `count` entries of `bytes` each, which an operation keeps beside its
  /// tensors, would take more than half of ``MemoryPool/limit``.
  package static func checkList(_ count: Int, bytes: Int = 8, _ operation: String) throws {
    let (total, over) = count.multipliedReportingOverflow(by: bytes)
    guard !over, total <= MemoryPool.limit / 2 else {
      throw TensorError(
        .memory, operation, "a list of \(count) entries is larger than half of the memory there is")
    }
    // Swift ends the process where it finds no memory for an array, so the system is asked first.
    guard total < 1 << 20 || Allocator.shared.systemHas(total) else {
      throw TensorError(
        .memory, operation, "cannot allocate \(total) bytes for a list of \(count) entries")
    }
  }

  /// Whether elements lie one after another in row-major order.
  package static func isContiguous(_ shape: [Int], _ strides: [Int]) -> Bool {
    var step = 1
    for d in stride(from: shape.count - 1, through: 0, by: -1) where shape[d] != 1 {
      if strides[d] != step { return shape.contains(0) }
      step &*= shape[d]
    }
    return true
  }

  /// Whether elements fill their memory without gaps, each at a place of its own, in whatever order.
  package static func isDense(_ shape: [Int], _ strides: [Int]) -> Bool {
    if isContiguous(shape, strides) { return true }
    let order = shape.indices.sorted { strides[$0] > strides[$1] }
    return isContiguous(order.map { shape[$0] }, order.map { strides[$0] })
  }

  /// The shape that `a` and `b` broadcast to.
  package static func broadcast(_ a: [Int], _ b: [Int], _ operation: String) throws -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for d in 0..<rank {
      let x = d < rank - a.count ? 1 : a[d - (rank - a.count)]
      let y = d < rank - b.count ? 1 : b[d - (rank - b.count)]
      if x != y && x != 1 && y != 1 {
        throw TensorError(
          .shape, operation,
          "the size of tensor a (\(x)) must match the size of tensor b (\(y)) at non-singleton dimension \(d); shapes are \(a) and \(b)"
        )
      }
      result[d] = x == 1 ? y : x
    }
    return result
  }

  /// `dim` counted from the front; a 0-dimensional tensor has the dimensions −1 and 0.
  package static func wrap(_ dim: Int, _ rank: Int, _ operation: String) throws -> Int {
    let n = max(rank, 1)
    guard dim >= -n && dim < n else {
      throw TensorError(
        .index, operation,
        "dimension out of range (expected to be in range of [\(-n), \(n - 1)], but got \(dim))")
    }
    return dim < 0 ? dim + n : dim
  }

  /// ``wrap(_:_:_:)-(Int,_,_)`` for operations that refuse tensors without dimensions.
  static func wrapStrictly(_ dim: Int, _ rank: Int, _ operation: String) throws -> Int {
    guard rank > 0 else {
      throw TensorError(
        .index, operation, "dimension specified as \(dim) but tensor has no dimensions")
    }
    return try wrap(dim, rank, operation)
  }

  /// `dims` wrapped; throws where one occurs twice.
  ///
  /// Nil and empty mean all. As in PyTorch, only tensors of up to 64 dimensions have lists of them.
  package static func wrap(_ dims: [Int]?, _ rank: Int, _ operation: String) throws -> [Int] {
    guard let dims, !dims.isEmpty else { return Array(0..<rank) }
    guard rank <= 64 else {
      throw TensorError(
        .shape, operation, "only tensors with up to 64 dims are supported, got \(rank)")
    }
    var seen = Set<Int>()
    return try dims.map {
      let d = try wrap($0, rank, operation)
      guard seen.insert(d).inserted else {
        throw TensorError(.index, operation, "dim \(d) appears multiple times in the list of dims")
      }
      return d
    }.filter { $0 < rank }
  }

  /// Strides with which a tensor of `shape` and `strides` shows `target`, to which it broadcasts.
  package static func expandedStrides(_ shape: [Int], _ strides: [Int], to target: [Int]) -> [Int] {
    if shape == target { return strides }
    let lead = target.count - shape.count
    return target.indices.map { d in
      d < lead || shape[d - lead] == 1 && target[d] != 1 ? 0 : strides[d - lead]
    }
  }

  /// The lowest and the highest element offset reached, plus one; nil where there are no elements.
  package static func extent(_ shape: [Int], _ strides: [Int], offset: Int) -> Range<Int>? {
    var low = offset, high = offset
    for (size, step) in zip(shape, strides) {
      if size == 0 { return nil }
      if step < 0 { low += (size - 1) * step } else { high += (size - 1) * step }
    }
    return low..<high + 1
  }

  /// How many elements a storage needs for a view to stay inside; throws where that overflows.
  package static func checkedExtent(
    _ shape: [Int], _ strides: [Int], offset: Int, _ operation: String
  ) throws -> Int {
    if shape.contains(0) { return 0 }
    var end = offset, overflow = false
    for (size, step) in zip(shape, strides) {
      let (last, under) = size.subtractingReportingOverflow(1)
      let (reach, over) = last.multipliedReportingOverflow(by: step)
      let (sum, beyond) = end.addingReportingOverflow(reach)
      end = sum
      overflow = overflow || under || over || beyond
    }
    let (count, beyond) = end.addingReportingOverflow(1)
    if overflow || beyond {
      throw TensorError(
        .memory, operation,
        "a view of shape \(shape), strides \(strides) and offset \(offset) is larger than any memory"
      )
    }
    return count
  }
}
