extension Layout {
  /// Returns the strides of `target` over the memory of a view, or nil if only a copy is possible.
  ///
  /// It walks both shapes from the end. Every run of contiguous dimensions can be split anew, and
  /// `target` must consist of such runs.
  static func viewStrides(_ shape: [Int], _ strides: [Int], to target: [Int]) -> [Int]? {
    if shape.contains(0) { return contiguousStrides(target) }
    if shape.isEmpty { return [Int](repeating: 1, count: target.count) }
    var result = [Int](repeating: 0, count: target.count)
    var next = target.count - 1
    var step = strides[shape.count - 1]
    var run = 1, taken = 1
    for d in shape.indices.reversed() {
      run *= shape[d]
      let ends = d == 0 || shape[d - 1] != 1 && strides[d - 1] != run * step
      if !ends { continue }
      while next >= 0 && (taken < run || target[next] == 1) {
        result[next] = taken * step
        taken *= target[next]
        next -= 1
      }
      if taken != run { return nil }
      if d > 0 {
        step = strides[d - 1]
        (run, taken) = (1, 1)
      }
    }
    return next < 0 ? result : nil
  }

  /// Returns `dim` counted from the front; throws for a missing dimension and for a 0-dimensional
  /// tensor.
  static func wrapSized(_ dim: Int, _ rank: Int, _ operation: String) throws -> Int {
    try require(
      rank > 0, .index, operation, "dimension specified as \(dim) but tensor has no dimensions")
    return try wrap(dim, rank, operation)
  }

  /// Returns `dims` counted from the front; throws if one occurs twice.
  ///
  /// An empty list means none, and a 0-dimensional tensor keeps its dimension 0.
  static func wrapKeeping(_ dims: [Int], _ rank: Int, _ operation: String) throws -> [Int] {
    var seen = Set<Int>()
    return try dims.map {
      let d = try wrap($0, rank, operation)
      try require(
        seen.insert(d).inserted, .index, operation,
        "dim \(d) appears multiple times in the list of dims")
      return d
    }
  }
}
