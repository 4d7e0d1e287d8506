/// The kept and the reduced dimensions of a reduction in memory, each merged where contiguous, in
/// row-major order.
struct ReductionPlan {
  struct Line {
    var size: Int
    var stride: Int
  }
  private(set) var kept: [Line] = []
  private(set) var reduced: [Line] = []
  /// The number of results.
  private(set) var keptCount = 1

  /// Creates a plan for the dimensions of `x`, reduced where `result` has size 1.
  init(_ x: Tensor, _ result: [Int]) {
    for d in x.shape.indices where x.shape[d] != 1 {
      let line = Line(size: x.shape[d], stride: x.strides[d])
      if result[d] == 1 {
        Self.append(line, to: &reduced)
      } else {
        Self.append(line, to: &kept)
        keptCount *= line.size
      }
    }
  }

  private static func append(_ line: Line, to lines: inout [Line]) {
    if let last = lines.last, last.stride == line.size * line.stride {
      lines[lines.count - 1] = Line(size: last.size * line.size, stride: line.stride)
    } else {
      lines.append(line)
    }
  }

  /// Calls `body` with the index and the element offset of `count` results from `first` on.
  func forEachKept(_ first: Int, _ count: Int, _ body: (_ result: Int, _ offset: Int) -> Void) {
    if kept.count <= 1 {
      let stride = kept.first?.stride ?? 0
      for i in first..<first + count { body(i, i * stride) }
      return
    }
    for i in first..<first + count {
      var rest = i, offset = 0
      for line in kept.reversed() {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: line.size)
        offset += remainder * line.stride
        rest = quotient
      }
      body(i, offset)
    }
  }
}
