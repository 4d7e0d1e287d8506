import Numerics

/// Draws outside tensors, for samplers.
extension Generator {
  /// What seeds samplers and loaders: one int64 draw, as from `torch.empty((), int64).random_()`.
  package func drawSeed() -> Int { withEngine { Int($0.next64() & (1 << 63 - 1)) } }

  /// The numbers 0 to `count` − 1 in random order, as `randperm` draws them.
  package func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(count, 0))
    withEngine { engine in
      order.withUnsafeMutableBufferPointer { engine.shuffle($0) }
    }
    return order
  }

  /// `count` numbers from 0 up to and not including `bound`, which is positive, as `randint` draws them.
  package func integers(_ count: Int, below bound: Int) -> [Int] {
    withEngine { engine in
      (0..<count).map { _ in
        bound >= 1 << 28
          ? Int(engine.next64() % UInt64(bound)) : Int(engine.next32() % UInt32(bound))
      }
    }
  }

  /// `count` indices in proportion to `weights`, which are valid, as `multinomial` draws them.
  package func weighted(_ weights: [Double], _ count: Int, replacement: Bool) -> [Int] {
    if replacement && count > 1 {
      return Multinomial.withReplacement(weights, count, .float64, self)
    }
    let keys = withEngine { engine in
      weights.map { $0 / -Double.log(onePlus: -engine.uniform()) }
    }
    return Multinomial.largest(count, keys[...])
  }
}

extension MersenneTwister {
  /// Puts the elements into random order.
  mutating func shuffle(_ r: UnsafeMutableBufferPointer<Int>) {
    let n = r.count
    if n < 2 { return }
    // For more elements 32-bit draws would not be even enough.
    if n < Int(UInt32.max) / 20 {
      draws(n - 1) { i, draw in
        r.swapAt(i, i + Int(draw % UInt32(truncatingIfNeeded: n - i)))
      }
    } else {
      var high: UInt32 = 0
      draws(2 * n) { k, draw in
        if k % 2 == 0 { high = draw; return }
        let i = k / 2, z = Int((UInt64(high) << 32 | UInt64(draw)) % UInt64(i + 1))
        let moved = r[z]
        r[z] = i
        r[i] = moved
      }
    }
  }

  /// Calls `body` with the next `count` draws, which are made a chunk at a time.
  private mutating func draws(_ count: Int, _ body: (Int, UInt32) -> Void) {
    let chunk = 512
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: chunk) { buffer in
      guard let base = buffer.baseAddress else { return }
      var done = 0
      while done < count {
        let run = min(chunk, count - done)
        draw(run, into: base)
        for k in 0..<run { body(done + k, base[k]) }
        done += run
      }
    }
  }
}

/// The two ways in which PyTorch draws indices by weight.
enum Multinomial {
  /// Inverts the cumulative distribution, which is summed in the precision of the weights.
  static func withReplacement(
    _ weights: [Double], _ count: Int, _ dtype: DType, _ generator: Generator
  ) -> [Int] {
    let isDouble = dtype == .float64
    var sum = 0.0
    var cumulative = weights.map { weight in
      sum = isDouble ? sum + weight : Double(Float(sum) + Float(weight))
      return sum
    }
    cumulative = cumulative.map { isDouble ? $0 / sum : Double(Float($0) / Float(sum)) }
    cumulative[cumulative.count - 1] = 1
    return generator.withEngine { engine in
      (0..<count).map { _ in
        let draw = engine.uniform()
        var low = 0, high = cumulative.count
        while low < high {
          let middle = low + (high - low) / 2
          if cumulative[middle] < draw { low = middle + 1 } else { high = middle }
        }
        return low
      }
    }
  }

  /// Where the `count` largest keys stand, counted from the first; with weight / exponential for keys
  /// that is a draw without replacement.
  static func largest(_ count: Int, _ keys: ArraySlice<Double>) -> [Int] {
    let precedes = { (a: Int, b: Int) in
      let (x, y) = (keys[a], keys[b])
      if x.isNaN || y.isNaN { return x.isNaN && (!y.isNaN || a < b) }
      return x > y || x == y && a < b
    }
    let chosen =
      count == 1
      ? keys.indices.min(by: precedes).map { [$0] } ?? []
      : Array(keys.indices.sorted(by: precedes).prefix(count))
    return chosen.map { $0 - keys.startIndex }
  }
}
