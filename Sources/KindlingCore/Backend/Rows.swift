/// Elements of a tensor, named as runs of equal length: what every form of indexing comes down to.
package struct Rows {
  /// Where the runs start, in elements after the tensor's first: each of `heads` with all `tails`.
  ///
  /// Kept apart, they take a fraction of the memory of what they name.
  private let heads: HostBuffer<Int>
  private let tails: HostBuffer<Int>
  /// How many elements a run has.
  package private(set) var count = 1
  /// How far apart they lie.
  package private(set) var step = 1

  /// At each sum of one of `outer` (0 alone where nil) and one of `offsets`, a block of `shape` and
  /// `strides` in row-major order.
  init(
    outer: HostBuffer<Int>? = nil, at offsets: HostBuffer<Int>, shape: [Int] = [],
    strides: [Int] = []
  ) throws {
    // The innermost dimensions that lie one after another make the run.
    var rank = shape.count
    while rank > 0 {
      let (size, stride) = (shape[rank - 1], strides[rank - 1])
      if size != 1 {
        if count == 1 { step = stride } else if stride != count * step { break }
        count *= size
      }
      rank -= 1
    }
    let blocks = try Rows.lattice(Array(shape[..<rank]), Array(strides[..<rank]))
    if let outer, outer.count > blocks.count, blocks.count != 1 || !Rows.isZero(outer) {
      (heads, tails) = (outer, try Rows.sums(offsets, blocks))
    } else {
      (heads, tails) = (try outer.map { try Rows.sums($0, offsets) } ?? offsets, blocks)
    }
  }

  /// How many runs there are.
  package var runs: Int { heads.count * tails.count }

  /// Calls `body` with the starts of the runs `first..<first + length`, some at a time: the first of
  /// them, how many, and their offsets.
  package func forEachStart(
    _ first: Int, _ length: Int, _ body: (Int, Int, UnsafePointer<Int64>) -> Void
  ) {
    heads.withElements { heads in
      tails.withElements { tails in
        if tails.count == 1, tails[0] == 0, let base = heads.baseAddress {
          return base.withMemoryRebound(to: Int64.self, capacity: heads.count) {
            body(first, length, $0 + first)
          }
        }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: Rows.chunk) { chunk in
          guard let base = chunk.baseAddress, !tails.isEmpty else { return }
          var (head, tail) = (first / tails.count, first % tails.count)
          var done = 0
          while done < length {
            let count = min(length - done, Rows.chunk)
            for i in 0..<count {
              (base + i).initialize(to: Int64(heads[head] + tails[tail]))
              tail += 1
              if tail == tails.count { (head, tail) = (head + 1, 0) }
            }
            body(first + done, count, base)
            done += count
          }
        }
      }
    }
  }

  /// How many offsets are made at a time.
  private static let chunk = 1024

  private static func isZero(_ offsets: HostBuffer<Int>) -> Bool {
    offsets.count == 1 && offsets[0] == 0
  }

  private static func sums(_ a: HostBuffer<Int>, _ b: HostBuffer<Int>) throws -> HostBuffer<Int> {
    if isZero(a) { return b }
    if isZero(b) { return a }
    let (count, overflow) = a.count.multipliedReportingOverflow(by: b.count)
    let result = try HostBuffer<Int>(count: overflow ? .max : count, "index")
    result.withElements { result in
      a.withElements { a in
        b.withElements { b in
          var next = 0
          for base in a {
            for offset in b {
              result[next] = base + offset
              next += 1
            }
          }
        }
      }
    }
    return result
  }

  /// The offsets of all elements of a tensor of `shape` and `strides`, in row-major order.
  static func lattice(_ shape: [Int], _ strides: [Int]) throws -> HostBuffer<Int> {
    if shape.contains(0) { return try HostBuffer(count: 0, "index") }
    var result = try HostBuffer(repeating: 0, count: 1, "index")
    for (size, stride) in zip(shape, strides) where size != 1 {
      let (count, overflow) = result.count.multipliedReportingOverflow(by: size)
      let next = try HostBuffer<Int>(count: overflow ? .max : count, "index")
      next.withElements { next in
        result.withElements { result in
          var position = 0
          for base in result {
            for i in 0..<size {
              next[position] = base + i * stride
              position += 1
            }
          }
        }
      }
      result = next
    }
    return result
  }
}
