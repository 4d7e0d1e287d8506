/// The positions of elements of a tensor as runs of equal length: the common form of all indexing.
package struct Rows {
  /// The starts of the runs, in elements from the tensor's first: each of `heads` plus all `tails`.
  ///
  /// Kept apart, they take a fraction of the memory of what they name.
  private let heads: Places
  private let tails: HostBuffer<Int>
  /// The number of elements of a run.
  package private(set) var count = 1
  /// The distance between the elements of a run.
  package private(set) var step = 1

  /// Creates a block of `shape` and `strides` in row-major order at each sum of an `outer` offset
  /// (0 if nil) and one of `offsets`.
  init(
    outer: HostBuffer<Int>? = nil, at offsets: HostBuffer<Int>, shape: [Int] = [],
    strides: [Int] = []
  ) throws {
    let blocks = try Rows.blocks(shape, strides, &count, &step)
    if let outer, outer.count > blocks.count, blocks.count != 1 || !Rows.isZero(outer) {
      (heads, tails) = (Places(outer), try Rows.sums(offsets, blocks))
    } else {
      (heads, tails) = (Places(try outer.map { try Rows.sums($0, offsets) } ?? offsets), blocks)
    }
  }

  /// At each of `places`, a block of `shape` and `strides` in row-major order.
  init(at places: Places, shape: [Int] = [], strides: [Int] = []) throws {
    heads = places
    tails = try Rows.blocks(shape, strides, &count, &step)
  }

  /// The offsets of the runs of a block, and how many elements a run has and how far apart they lie.
  private static func blocks(
    _ shape: [Int], _ strides: [Int], _ count: inout Int, _ step: inout Int
  ) throws -> HostBuffer<Int> {
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
    return try Rows.lattice(Array(shape[..<rank]), Array(strides[..<rank]))
  }

  /// The number of runs.
  package var runs: Int { heads.count * tails.count }

  /// Calls `body` with the starts of the runs `first..<first + length`, in chunks: the index of the
  /// first, their number, and their offsets.
  package func forEachStart(
    _ first: Int, _ length: Int, _ body: (Int, Int, UnsafePointer<Int64>) -> Void
  ) {
    let isPlain = Rows.isZero(tails)
    if isPlain && heads.lie(first, length, { body(first, length, $0) }) { return }
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * Rows.chunk) { chunk in
      guard let base = chunk.baseAddress else { return }
      var done = 0
      while done < length {
        let count = min(length - done, Rows.chunk)
        if isPlain {
          heads.offsets(first + done, count, into: base)
        } else {
          sums(first + done, count, into: base, base + Rows.chunk)
        }
        body(first + done, count, base)
        done += count
      }
    }
  }

  /// Writes the starts of `count` runs from `first` on to `chunk`; `scratch` holds as many.
  private func sums(
    _ first: Int, _ count: Int, into chunk: UnsafeMutablePointer<Int64>,
    _ scratch: UnsafeMutablePointer<Int64>
  ) {
    tails.withElements { tails in
      var (head, tail) = (first / tails.count, first % tails.count)
      heads.offsets(head, (first + count - 1) / tails.count - head + 1, into: scratch)
      var done = 0
      head = 0
      while done < count {
        let part = min(count - done, tails.count - tail), target = chunk + done
        let base = scratch[head]
        for i in 0..<part { target[i] = base &+ Int64(tails[tail + i]) }
        (head, tail, done) = (head + 1, 0, done + part)
      }
    }
  }

  /// The number of offsets computed at a time.
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

  /// Returns the offsets of all elements of a tensor of `shape` and `strides`, in row-major order.
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

/// Positions in the memory of a tensor, in elements from its first.
///
/// They are either stored in a buffer, or computed on demand from indices along one dimension.
package struct Places {
  private let numbers: HostBuffer<Int>
  /// The distance between elements with consecutive indices.
  private let scale: Int
  /// The start of each line of `length` indices, and the step between neighbors in a line besides.
  ///
  /// nil means that all lines start at 0.
  private let lines: (starts: HostBuffer<Int>, length: Int, step: Int)?

  init(_ places: HostBuffer<Int>) { (numbers, scale, lines) = (places, 1, nil) }

  /// For indexes of `shape` into dimension `dim` of a tensor of `strides`.
  init(_ indexes: HostBuffer<Int>, along dim: Int, _ shape: [Int], _ strides: [Int]) throws {
    (numbers, scale) = (indexes, strides[dim])
    let last = shape.count - 1
    if last == 0 {
      lines = nil
      return
    }
    var steps = strides
    steps[dim] = 0
    lines = (
      try Rows.lattice(Array(shape[..<last]), Array(steps[..<last])), shape[last], steps[last]
    )
  }

  var count: Int { numbers.count }

  /// Calls `body` with `length` places from `first` on where they stand in memory, and says whether.
  func lie(_ first: Int, _ length: Int, _ body: (UnsafePointer<Int64>) -> Void) -> Bool {
    guard scale == 1, lines == nil else { return false }
    numbers.withElements { numbers in
      guard let base = numbers.baseAddress else { return }
      base.withMemoryRebound(to: Int64.self, capacity: numbers.count) { body($0 + first) }
    }
    return true
  }

  /// Writes `count` places from `first` on to `chunk`.
  func offsets(_ first: Int, _ count: Int, into chunk: UnsafeMutablePointer<Int64>) {
    numbers.withElements { numbers in
      guard let lines else {
        for i in 0..<count { chunk[i] = Int64(numbers[first + i] &* scale) }
        return
      }
      lines.starts.withElements { starts in
        var (line, place) = (first / lines.length, first % lines.length)
        var done = 0
        while done < count {
          let part = min(count - done, lines.length - place), target = chunk + done
          let base = starts[line] + place * lines.step
          let from = numbers.baseAddress.map { $0 + first + done }
          if let from, scale == 1 {
            for i in 0..<part { target[i] = Int64(base &+ i &* lines.step &+ from[i]) }
          } else if let from {
            for i in 0..<part { target[i] = Int64(base &+ i &* lines.step &+ from[i] &* scale) }
          }
          (line, place, done) = (line + 1, 0, done + part)
        }
      }
    }
  }
}
