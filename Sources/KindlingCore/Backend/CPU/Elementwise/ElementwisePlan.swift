/// The iteration over one output and up to three inputs that broadcast to it.
///
/// Contiguous dimensions are merged, and the innermost dimension becomes one call of a C loop.
struct ElementwisePlan {
  var sizes: [Int]
  /// The strides as strides[operand][dimension]; the output is the last operand.
  var strides: [[Int]]

  init(_ operands: [Tensor], _ out: Tensor) {
    if operands.allSatisfy({ $0.isContiguous && ($0.numel == out.numel || $0.numel == 1) })
      && out.isContiguous
    {
      sizes = [out.numel]
      strides = operands.map { [$0.numel == 1 ? 0 : 1] } + [[1]]
      return
    }
    let all =
      operands.map { Layout.expandedStrides($0.shape, $0.strides, to: out.shape) } + [out.strides]
    sizes = []
    strides = Array(repeating: [], count: all.count)
    // Dimensions by descending stride of the output, so that a transposed output is written in
    // order.
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

  /// Moves a part of the previous dimension inside an innermost one of a few elements, such as the
  /// colors of a pixel, so that runs are long enough.
  mutating func lengthenRuns() {
    let last = sizes.count - 1
    guard last > 0, sizes[last] <= Self.fewElements else { return }
    let n = sizes[last - 1]
    guard n >= Self.part.lowerBound,
      let part = Self.part.reversed().first(where: { n % $0 == 0 })
    else { return }
    sizes.replaceSubrange(last - 1...last, with: [n / part, sizes[last], part])
    for i in strides.indices {
      let (step, inner) = (strides[i][last - 1], strides[i][last])
      strides[i].replaceSubrange(last - 1...last, with: [step * part, inner, step])
    }
  }

  private static let fewElements = 8
  private static let part = 64...1024

  /// Calls `body` with the element offsets of every innermost run and its length.
  func forEachRun(_ body: (_ offsets: UnsafePointer<Int>) -> Void) {
    forEachRun(0, sizes[0]) { offsets, _ in body(offsets) }
  }

  /// Calls `body` for `count` steps of the outermost dimension, from `start` on.
  func forEachRun(
    _ start: Int, _ count: Int, _ body: (_ offsets: UnsafePointer<Int>, _ n: Int) -> Void
  ) {
    if count == 0 || sizes.contains(0) { return }
    let rank = sizes.count, width = strides.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rank + width * (rank + 1)) { memory in
      guard let index = memory.baseAddress else { return }
      memory.initialize(repeating: 0)
      let offsets = index + rank, steps = offsets + width
      for i in 0..<width {
        for d in 0..<rank { steps[i * rank + d] = strides[i][d] }
        offsets[i] = start * steps[i * rank]
      }
      let n = rank == 1 ? count : sizes[rank - 1]
      while true {
        body(offsets, n)
        var d = rank - 2
        while d >= 0 {
          let size = d == 0 ? count : sizes[d]
          index[d] += 1
          for i in 0..<width { offsets[i] += steps[i * rank + d] }
          if index[d] < size { break }
          for i in 0..<width { offsets[i] -= steps[i * rank + d] * size }
          index[d] = 0
          d -= 1
        }
        if d < 0 { return }
      }
    }
  }
}
