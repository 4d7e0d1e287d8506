/// Sorting as the C++ library does it that PyTorch is built with (libstdc++'s `std::sort`).
///
/// It is not stable, and with a `<` that NaN takes no part in its result is no order at all: where
/// equal elements stand behind it, and rows with NaN, follow from its steps alone.
///
/// - Complexity: O(*n* log *n*) comparisons.
struct StandardSort {
  /// The elements to sort; `precedes` compares two of them.
  let places: UnsafeMutableBufferPointer<Int>
  let precedes: (Int, Int) -> Bool

  /// Up to this many places are sorted by insertion.
  private static let threshold = 16

  func sort() {
    let count = places.count
    guard count > 1 else { return }
    partition(0, count, depth: 2 * (Int.bitWidth - 1 - count.leadingZeroBitCount))
    let sorted = min(count, Self.threshold)
    for i in 1..<sorted {
      let place = places[i]
      if precedes(place, places[0]) { move(place, from: i, to: 0) } else { insert(i) }
    }
    for i in sorted..<count { insert(i) }
  }

  /// Parts `low..<high` again and again, up to parts of ``threshold`` places.
  private func partition(_ low: Int, _ high: Int, depth: Int) {
    var high = high, depth = depth
    while high - low > Self.threshold {
      if depth == 0 { return heapSort(low, high) }
      depth -= 1
      pivot(low, low + 1, low + (high - low) / 2, high - 1)
      let cut = split(low + 1, high, around: low)
      partition(cut, high, depth: depth)
      high = cut
    }
  }

  /// Puts the median of three places at `target`.
  private func pivot(_ target: Int, _ a: Int, _ b: Int, _ c: Int) {
    func less(_ i: Int, _ j: Int) -> Bool { precedes(places[i], places[j]) }
    let median =
      less(a, b)
      ? less(b, c) ? b : less(a, c) ? c : a
      : less(a, c) ? a : less(b, c) ? c : b
    places.swapAt(target, median)
  }

  private func split(_ low: Int, _ high: Int, around pivot: Int) -> Int {
    var low = low, high = high
    while true {
      // The bounds only matter for comparisons that contradict each other.
      while low < places.count - 1, precedes(places[low], places[pivot]) { low += 1 }
      high -= 1
      while high > 0, precedes(places[pivot], places[high]) { high -= 1 }
      if low >= high { return low }
      places.swapAt(low, high)
      low += 1
    }
  }

  private func move(_ place: Int, from old: Int, to new: Int) {
    for i in stride(from: old, to: new, by: -1) { places[i] = places[i - 1] }
    places[new] = place
  }

  /// Moves place `i` down past all that it precedes.
  private func insert(_ i: Int) {
    let place = places[i]
    var hole = i
    while hole > 0, precedes(place, places[hole - 1]) {
      places[hole] = places[hole - 1]
      hole -= 1
    }
    places[hole] = place
  }

  private func heapSort(_ low: Int, _ high: Int) {
    let count = high - low
    for parent in stride(from: (count - 2) / 2, through: 0, by: -1) {
      sift(places[low + parent], into: parent, low, count)
    }
    for end in stride(from: high - 1, to: low, by: -1) {
      let last = places[end]
      places[end] = places[low]
      sift(last, into: 0, low, end - low)
    }
  }

  /// Lets the larger child rise from the hole down to a leaf, and `place` from there.
  private func sift(_ place: Int, into top: Int, _ low: Int, _ count: Int) {
    var hole = top, child = top
    while child < (count - 1) / 2 {
      child = 2 * (child + 1)
      if precedes(places[low + child], places[low + child - 1]) { child -= 1 }
      places[low + hole] = places[low + child]
      hole = child
    }
    if count % 2 == 0, child == (count - 2) / 2 {
      child = 2 * (child + 1)
      places[low + hole] = places[low + child - 1]
      hole = child - 1
    }
    while hole > top, precedes(places[low + (hole - 1) / 2], place) {
      places[low + hole] = places[low + (hole - 1) / 2]
      hole = (hole - 1) / 2
    }
    places[low + hole] = place
  }
}

extension Tensor {
  /// Calls `body` for each row along the last dimension with the places of its elements, ordered as
  /// ``StandardSort`` does by `<`, and whether two places hold equal elements.
  func withStandardOrder(
    _ operation: String,
    _ body: (_ row: Int, _ places: UnsafeMutableBufferPointer<Int>, (Int, Int) -> Bool) throws ->
      Void
  ) throws {
    func run<S: TensorScalar & BitwiseCopyable & Comparable>(_ type: S.Type) throws {
      let size = shape[ndim - 1]
      let places = try HostBuffer<Int>(count: size, operation)
      try hostElementsForReading(as: S.self, operation).withElements { elements in
        try places.withElements { places in
          for row in 0..<(size == 0 ? 0 : numel / size) {
            let values = UnsafeBufferPointer(rebasing: elements[row * size..<(row + 1) * size])
            for i in places.indices { places[i] = i }
            StandardSort(places: places) { values[$0] < values[$1] }.sort()
            try body(row, places) { values[$0] == values[$1] }
          }
        }
      }
    }
    if dtype.isFloatingPoint { try run(Double.self) } else { try run(Int.self) }
  }
}
