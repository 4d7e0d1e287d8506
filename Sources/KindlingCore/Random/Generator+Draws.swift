import Numerics

/// Sampling outside tensors, for samplers and loaders.
extension Generator {
  /// Draws a seed for samplers and loaders: one int64, as in `torch.empty((), int64).random_()`.
  package func drawSeed() -> Int { withEngine { Int($0.next64() & (1 << 63 - 1)) } }

  /// Returns a random permutation of 0 to `count` − 1, drawn like `randperm`.
  package func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(count, 0))
    withEngine { engine in
      order.withUnsafeMutableBufferPointer { engine.shuffle($0) }
    }
    return order
  }

  /// Draws `count` integers below a positive `bound`, like `randint`.
  package func integers(_ count: Int, below bound: Int) -> [Int] {
    withEngine { engine in
      (0..<count).map { _ in
        bound >= 1 << 28
          ? Int(engine.next64() % UInt64(bound)) : Int(engine.next32() % UInt32(bound))
      }
    }
  }

  /// Draws `count` indices in proportion to valid `weights`, like `multinomial`.
  package func weighted(_ weights: [Double], _ count: Int, replacement: Bool) -> [Int] {
    if replacement && count > 1 {
      var shares = weights, chosen = [Int](repeating: 0, count: count)
      shares.withUnsafeMutableBufferPointer { shares in
        chosen.withUnsafeMutableBufferPointer { Multinomial.draw($0, shares, .float64, self) }
      }
      return chosen
    }
    let keys = withEngine { engine in
      weights.map { $0 / -Double.log(onePlus: -engine.uniform()) }
    }
    return Multinomial.largest(count, keys[...])
  }
}

extension MersenneTwister {
  /// Shuffles the elements.
  mutating func shuffle(_ r: UnsafeMutableBufferPointer<Int>) {
    let n = r.count
    if n < 2 { return }
    // For more elements, 32-bit draws would not be uniform enough.
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

  /// Calls `body` with the next `count` draws, which are generated in chunks.
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

/// PyTorch's two methods to sample indices by weight.
enum Multinomial {
  /// Samples with replacement by inverting the cumulative distribution.
  ///
  /// The distribution overwrites `weights` and is summed in their precision.
  static func draw(
    _ chosen: UnsafeMutableBufferPointer<Int>, _ weights: UnsafeMutableBufferPointer<Double>,
    _ dtype: DType, _ generator: Generator
  ) {
    guard !weights.isEmpty else { return }
    let isDouble = dtype == .float64
    var sum = 0.0
    for i in weights.indices {
      sum = isDouble ? sum + weights[i] : Double(Float(sum) + Float(weights[i]))
      weights[i] = sum
    }
    for i in weights.indices {
      weights[i] = isDouble ? weights[i] / sum : Double(Float(weights[i]) / Float(sum))
    }
    weights[weights.count - 1] = 1
    generator.withEngine { engine in
      for i in chosen.indices {
        let draw = engine.uniform()
        var low = 0, high = weights.count
        while low < high {
          let middle = low + (high - low) / 2
          if weights[middle] < draw { low = middle + 1 } else { high = middle }
        }
        chosen[i] = low
      }
    }
  }

  /// Returns the indices of the `count` largest keys; with keys weight / exponential, a sample
  /// without replacement.
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
