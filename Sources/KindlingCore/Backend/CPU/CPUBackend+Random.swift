import CKernels
import Numerics

/// The number of values generated at a time: values and draws fit into the first-level cache.
private let chunk = 1024

/// Memory for one chunk, shared by the stages of a fill.
private struct RandomScratch {
  let draws: UnsafeMutablePointer<UInt32>
  let values: UnsafeMutableRawPointer

  static func with(_ body: (RandomScratch) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: chunk * 16, alignment: 64) { bytes in
      guard let base = bytes.baseAddress else { return }
      body(
        RandomScratch(
          draws: base.bindMemory(to: UInt32.self, capacity: chunk * 2), values: base + chunk * 8))
    }
  }
}

extension CPUBackend {
  package func random(_ distribution: Distribution, _ generator: Generator, into out: Tensor) throws
  {
    generator.withEngine { engine in
      RandomScratch.with { scratch in
        if case .normal(let mean, let std) = distribution, out.numel >= 16, out.isContiguous {
          fillNormal(mean, std, &engine, scratch, out)
        } else {
          fill(distribution, &engine, scratch, out)
        }
      }
    }
  }

  /// Fills elements in memory order, one draw at a time.
  private func fill(
    _ distribution: Distribution, _ engine: inout MersenneTwister, _ scratch: RandomScratch,
    _ out: Tensor
  ) {
    let plan = ElementwisePlan([], out), type = distribution.computeType(for: out.dtype)
    let inner = plan.sizes.count - 1
    let step = plan.strides[0][inner], size = out.dtype.byteSize
    plan.forEachRun { offsets in
      var done = 0
      while done < plan.sizes[inner] {
        let n = min(chunk, plan.sizes[inner] - done)
        let target = out.pointer + (offsets[0] + done * step) * size
        let direct = type == out.dtype && step == 1
        make(
          n, distribution, out.dtype, from: &engine, draws: scratch.draws,
          into: direct ? target : scratch.values)
        if !direct {
          store(
            n, scratch.values, type, into: target, step: step, out.dtype, spare: scratch.draws)
        }
        done += n
      }
    }
  }

  /// Generates the next `n` values in the compute dtype of the distribution.
  private func make(
    _ n: Int, _ distribution: Distribution, _ dtype: DType, from engine: inout MersenneTwister,
    draws: UnsafeMutablePointer<UInt32>, into out: UnsafeMutableRawPointer
  ) {
    let loops = kk_random().pointee, count = Int64(n)
    let doubles = out.assumingMemoryBound(to: Double.self)
    func each(_ value: (Double) -> Double) {
      engine.draw(2 * n, into: draws)
      loops.uniform_f64(count, draws, doubles, 0, 1, .infinity)
      for i in 0..<n { doubles[i] = value(doubles[i]) }
    }
    switch distribution {
    case .uniform(let from, let to) where dtype == .float64:
      engine.draw(2 * n, into: draws)
      loops.uniform_f64(count, draws, doubles, from, to - from, to)
    case .uniform(let from, let to):
      let floats = out.assumingMemoryBound(to: Float.self)
      let low = Float(from), high = Float(to)
      engine.draw(n, into: draws)
      loops.uniform_f32(count, draws, floats, low, high - low, dtype.isHalf ? .infinity : high)
      if dtype.isHalf { replaceUpperBound(n, floats, low: low, high: high, dtype, spare: draws) }
    case .integers(let from, let range, let wide):
      engine.draw(wide ? 2 * n : n, into: draws)
      loops.integers(
        count, draws, out.assumingMemoryBound(to: Int64.self), range, Int64(from), wide)
    case .normal(let mean, let std):
      for i in 0..<n { doubles[i] = mean.addingProduct(engine.normal(), std) }
    case .logNormal(let mean, let std):
      for i in 0..<n { doubles[i] = Double.exp(mean.addingProduct(engine.normal(), std)) }
    case .bernoulli(let p): each { $0 < p ? 1 : 0 }
    case .exponential(let rate): each { -1 / rate * Double.log(onePlus: -$0) }
    case .geometric(let p):
      let scale = Double.log(onePlus: -p)
      each { (Double.log($0) / scale).rounded(.up) }
    case .cauchy(let median, let sigma):
      each { median.addingProduct(sigma, Double.tan(.pi * ($0 - 0.5))) }
    }
  }

  /// Rounds to a 16-bit format; values that then equal the upper bound become the lower one.
  private func replaceUpperBound(
    _ n: Int, _ x: UnsafeMutablePointer<Float>, low: Float, high: Float, _ dtype: DType,
    spare: UnsafeMutablePointer<UInt32>
  ) {
    var bounds = (low, high)
    withUnsafeMutablePointer(to: &bounds) { round($0, 2, dtype, spare) }
    round(x, n, dtype, spare)
    for i in 0..<n where x[i] >= bounds.1 { x[i] = bounds.0 }
  }

  private func round(
    _ x: UnsafeMutableRawPointer, _ n: Int, _ dtype: DType, _ spare: UnsafeMutablePointer<UInt32>
  ) {
    Self.convert(x, .float32, to: spare, dtype, count: n)
    Self.convert(spare, dtype, to: x, .float32, count: n)
  }

  /// Converts `n` values to elements of a tensor like PyTorch.
  ///
  /// Doubles are converted to 16-bit formats through float32, for which `spare` is scratch memory.
  private func store(
    _ n: Int, _ values: UnsafeMutableRawPointer, _ type: DType, into out: UnsafeMutableRawPointer,
    step: Int, _ dtype: DType, spare: UnsafeMutablePointer<UInt32>
  ) {
    if type == .float64 && dtype.isHalf {
      Self.convert(values, .float64, to: spare, .float32, count: n)
      Self.convert(spare, .float32, to: out, dtype, targetStep: Int64(step), count: n)
    } else {
      Self.convert(values, type, to: out, dtype, targetStep: Int64(step), count: n)
    }
  }

  // MARK: Normal values in blocks

  /// Fills in blocks of 16; for a partial last block, the last 16 elements are drawn again.
  private func fillNormal(
    _ mean: Double, _ std: Double, _ engine: inout MersenneTwister, _ scratch: RandomScratch,
    _ out: Tensor
  ) {
    let size = out.dtype.byteSize, even = out.numel / 16 * 16
    func fill(_ range: Range<Int>) {
      var start = range.lowerBound
      while start < range.upperBound {
        let n = min(chunk, range.upperBound - start)
        normalBlocks(
          n, mean: mean, std: std, &engine, scratch, into: out.pointer + start * size, out.dtype)
        start += n
      }
    }
    fill(0..<even)
    if even == out.numel { return }
    // The 16-bit formats draw nothing for a partial block.
    if !out.dtype.isHalf {
      engine.draw((out.numel - even) * (out.dtype == .float64 ? 2 : 1), into: scratch.draws)
    }
    fill(out.numel - 16..<out.numel)
  }

  private func normalBlocks(
    _ n: Int, mean: Double, std: Double, _ engine: inout MersenneTwister, _ scratch: RandomScratch,
    into out: UnsafeMutableRawPointer, _ dtype: DType
  ) {
    let loops = kk_random().pointee, blocks = Int64(n / 16)
    if dtype == .float64 {
      let x = out.assumingMemoryBound(to: Double.self)
      engine.draw(2 * n, into: scratch.draws)
      loops.uniform_f64(Int64(n), scratch.draws, x, 0, 1, .infinity)
      loops.normal_f64(blocks, x, mean, std)
      return
    }
    let x = (dtype.isHalf ? scratch.values : out).assumingMemoryBound(to: Float.self)
    engine.draw(n, into: scratch.draws)
    loops.uniform_f32(Int64(n), scratch.draws, x, 0, 1, .infinity)
    if dtype == .float32 {
      loops.normal_f32(blocks, x, Float(mean), Float(std))
    } else {
      loops.normal_half(blocks, x, Float(mean), Float(std))
      Self.convert(x, .float32, to: out, dtype, count: n)
    }
  }

  // MARK: Permutations

  package func randperm(_ generator: Generator, into out: Tensor) throws {
    let r = UnsafeMutableBufferPointer(
      start: out.pointer.assumingMemoryBound(to: Int.self), count: out.numel)
    for i in r.indices { r[i] = i }
    generator.withEngine { $0.shuffle(r) }
  }
}
