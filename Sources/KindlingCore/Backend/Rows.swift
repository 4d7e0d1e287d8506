/// Elements of a tensor, named as runs of equal length: what every form of indexing comes down to.
package struct Rows {
  /// Where each run starts, in elements after the tensor's first.
  package private(set) var offsets: [Int]
  /// How many elements a run has.
  package private(set) var count = 1
  /// How far apart they lie.
  package private(set) var step = 1

  /// At each offset, a block of `shape` and `strides` in row-major order.
  init(at offsets: [Int], shape: [Int] = [], strides: [Int] = []) {
    self.offsets = offsets
    // The innermost dimensions that lie one after another make the run.
    var outer = shape.count
    while outer > 0 {
      let (size, stride) = (shape[outer - 1], strides[outer - 1])
      if size != 1 {
        if count == 1 { step = stride } else if stride != count * step { break }
        count *= size
      }
      outer -= 1
    }
    if outer > 0 {
      let blocks = Rows.lattice(Array(shape[..<outer]), Array(strides[..<outer]))
      self.offsets = offsets.flatMap { base in blocks.map { base + $0 } }
    }
  }

  /// The offsets of all elements of a tensor of `shape` and `strides`, in row-major order.
  static func lattice(_ shape: [Int], _ strides: [Int]) -> [Int] {
    if shape.contains(0) { return [] }
    var result = [0]
    for (size, stride) in zip(shape, strides) where size != 1 {
      var next: [Int] = []
      next.reserveCapacity(result.count * size)
      for base in result { for i in 0..<size { next.append(base + i * stride) } }
      result = next
    }
    return result
  }
}
