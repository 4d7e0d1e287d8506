/// Arithmetic on shapes and strides, with overflow checks.
package enum Layout {
  /// Returns the strides of a contiguous tensor.
  ///
  /// Sizes of 0 count as 1, as in PyTorch.
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

  /// Returns the number of elements; throws if a size is negative or the product exceeds memory.
  package static func checkedCount(_ shape: [Int], _ dtype: DType, _ operation: String) throws
    -> Int
  {
    var count = 1, overflow = false, empty = false
    for size in shape {
      try require(
        size >= 0, .shape, operation,
        "sizes must not be negative, but got \(got: size) in shape \(got: shape)")
      if size == 0 { empty = true; continue }
      let (product, over) = count.multipliedReportingOverflow(by: size)
      count = product
      overflow = overflow || over
    }
    let (bytes, over) = count.multipliedReportingOverflow(by: dtype.byteSize)
    try require(
      !overflow && !over && bytes <= Int.max / 4, .memory, operation,
      "a tensor of shape \(shape) and dtype \(dtype) is larger than any memory")
    return empty ? 0 : count
  }

  /// Throws if a temporary list of `count` entries of `bytes` each would take more than half of
  /// ``MemoryPool/limit``.
  package static func checkList(_ count: Int, bytes: Int = 8, _ operation: String) throws {
    let (total, over) = count.multipliedReportingOverflow(by: bytes)
    try require(
      !over && total <= MemoryPool.limit / 2, .memory, operation,
      "a list of \(count) entries is larger than half of the memory there is")
    // Swift ends the process if it cannot allocate an array, so the system is asked first.
    try require(
      total < 1 << 20 || Allocator.shared.systemHas(total), .memory, operation,
      "cannot allocate \(total) bytes for a list of \(count) entries")
  }

  /// Returns whether elements are contiguous in row-major order.
  package static func isContiguous(_ shape: [Int], _ strides: [Int]) -> Bool {
    var step = 1
    for d in stride(from: shape.count - 1, through: 0, by: -1) where shape[d] != 1 {
      if strides[d] != step { return shape.contains(0) }
      step &*= shape[d]
    }
    return true
  }

  /// Returns whether elements fill their memory without gaps or overlaps, in any order.
  package static func isDense(_ shape: [Int], _ strides: [Int]) -> Bool {
    if isContiguous(shape, strides) { return true }
    let order = shape.indices.sorted { strides[$0] > strides[$1] }
    return isContiguous(order.map { shape[$0] }, order.map { strides[$0] })
  }

  /// Returns the shape to which `a` and `b` broadcast.
  package static func broadcast(_ a: [Int], _ b: [Int], _ operation: String) throws -> [Int] {
    if a == b { return a }
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for d in 0..<rank {
      let x = d < rank - a.count ? 1 : a[d - (rank - a.count)]
      let y = d < rank - b.count ? 1 : b[d - (rank - b.count)]
      try require(
        x == y || x == 1 || y == 1, .shape, operation,
        "the size of tensor a (\(x)) must match the size of tensor b (\(y)) at non-singleton dimension \(d); shapes are \(a) and \(b)"
      )
      result[d] = x == 1 ? y : x
    }
    return result
  }

  /// Returns `dim` counted from the front; a 0-dimensional tensor has the dimensions −1 and 0.
  package static func wrap(_ dim: Int, _ rank: Int, _ operation: String) throws -> Int {
    let n = max(rank, 1)
    try require(
      dim >= -n && dim < n, .index, operation,
      "dimension out of range (expected to be in range of [\(expected: -n), \(expected: n - 1)], but got \(got: dim))"
    )
    return dim < 0 ? dim + n : dim
  }

  /// Calls ``wrap(_:_:_:)-(Int,_,_)`` for operations that reject 0-dimensional tensors.
  static func wrapStrictly(_ dim: Int, _ rank: Int, _ operation: String) throws -> Int {
    try require(
      rank > 0, .index, operation, "dimension specified as \(dim) but tensor has no dimensions")
    return try wrap(dim, rank, operation)
  }

  /// Returns `dims` counted from the front; throws if one occurs twice.
  ///
  /// Nil and an empty list mean all. As in PyTorch, lists are only supported up to 64 dimensions.
  package static func wrap(_ dims: [Int]?, _ rank: Int, _ operation: String) throws -> [Int] {
    guard let dims, !dims.isEmpty else { return Array(0..<rank) }
    try require(
      rank <= 64, .shape, operation,
      "only tensors with up to 64 dims are supported, got \(got: rank)")
    var seen = Set<Int>()
    return try dims.map {
      let d = try wrap($0, rank, operation)
      try require(
        seen.insert(d).inserted, .index, operation,
        "dim \(d) appears multiple times in the list of dims")
      return d
    }.filter { $0 < rank }
  }

  /// Returns the strides that expand a tensor of `shape` and `strides` to `target`.
  package static func expandedStrides(_ shape: [Int], _ strides: [Int], to target: [Int]) -> [Int] {
    if shape == target { return strides }
    let lead = target.count - shape.count
    return target.indices.map { d in
      d < lead || shape[d - lead] == 1 && target[d] != 1 ? 0 : strides[d - lead]
    }
  }

  /// Returns the range of element offsets that are accessed; nil if there are no elements.
  package static func extent(_ shape: [Int], _ strides: [Int], offset: Int) -> Range<Int>? {
    var low = offset, high = offset
    for (size, step) in zip(shape, strides) {
      if size == 0 { return nil }
      if step < 0 { low += (size - 1) * step } else { high += (size - 1) * step }
    }
    return low..<high + 1
  }

  /// Returns the number of elements that a storage needs for a view; throws on overflow.
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
    try require(
      !overflow && !beyond, .memory, operation,
      "a view of shape \(shape), strides \(strides) and offset \(offset) is larger than any memory")
    return count
  }
}
