import Numerics

/// Sampling of counts by rejection; as in PyTorch, the random numbers consumed depend on their
/// values.
extension MersenneTwister {
  /// Samples a Poisson distribution with a nonnegative `rate`.
  ///
  /// - Source: W. Hörmann, *The transformed rejection method for generating Poisson random
  ///   variables*, 1993; for rates below 10, the product of uniform numbers.
  mutating func poisson(_ rate: Double) -> Double {
    if rate == 0 { return 0 }
    guard rate >= 10 else {
      let limit = Double.exp(-rate)
      var product = 1.0, count = 0.0
      while true {
        product *= uniform()
        if product <= limit { return count }
        count += 1
      }
    }
    let logRate = Double.log(rate)
    let b = 0.931 + 2.53 * rate.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let quick = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5, v = uniform()
      let edge = 0.5 - abs(u)
      let k = ((2 * a / edge + b) * u + rate + 0.43).rounded(.down)
      if edge >= 0.07 && v <= quick { return k }
      if k < 0 || edge < 0.013 && v > edge { continue }
      let density = Double.log(v) + Double.log(inverseAlpha) - Double.log(a / (edge * edge) + b)
      if density <= -rate + k * logRate - Double.logGamma(k + 1) { return k }
    }
  }

  /// Samples the number of successes in `count` trials of probability `p`, with PyTorch's precision
  /// `T`.
  mutating func binomial<T: BinaryFloatingPoint & Real>(_ count: T, _ p: T) -> T {
    if p.isNaN || count.isNaN { return .nan }
    if count <= 0 || p <= 0 { return 0 }
    if p >= 1 { return count }
    if p <= 0.5 { return successes(count, p) }
    return count - successes(count, T(1 - Double(p)))
  }

  private mutating func successes<T: BinaryFloatingPoint & Real>(_ count: T, _ p: T) -> T {
    count * p >= 10 ? rejected(count, p) : inverted(count, p)
  }

  /// Counts the geometric waiting times that fit into `count`.
  private mutating func inverted<T: BinaryFloatingPoint & Real>(_ count: T, _ p: T) -> T {
    let logarithm = Double(T.log(onePlus: -p))
    var trials = 0.0, successes: T = 0
    while true {
      trials += (Double.log(uniform()) / logarithm).rounded(.up)
      if trials > Double(count) { return successes }
      successes += 1
    }
  }

  /// - Source: W. Hörmann, *The generation of binomial random variates*, 1993, algorithm BTRS.
  private mutating func rejected<T: BinaryFloatingPoint & Real>(_ count: T, _ p: T) -> T {
    let deviation = Double((count * p * (1 - p)).squareRoot())
    let n = Double(count), mean = Double(count * p)
    let b = 1.15 + 2.53 * deviation
    let a = -0.0873 + 0.0248 * b + 0.01 * Double(p)
    let center = mean + 0.5
    let quick = 0.92 - 4.2 / b
    let odds = Double(p / (1 - p))
    let alpha = (2.83 + 5.1 / b) * deviation
    let mode = Double(((count + 1) * p).rounded(.down))
    while true {
      let u = uniform() - 0.5
      var v = uniform()
      let edge = 0.5 - abs(u)
      let k = ((2 * a / edge + b) * u + center).rounded(.down)
      if k < 0 || k > n { continue }
      if edge >= 0.07 && v <= quick { return T(k) }
      v = Double.log(v * alpha / (a / (edge * edge) + b))
      let bound =
        (mode + 0.5) * Double.log((mode + 1) / (odds * (n - mode + 1)))
        + (n + 1) * Double.log((n - mode + 1) / (n - k + 1))
        + (k + 0.5) * Double.log(odds * (n - k + 1) / (k + 1))
        + stirlingTail(mode) + stirlingTail(n - mode) - stirlingTail(k) - stirlingTail(n - k)
      if v <= bound { return T(k) }
    }
  }

  /// Returns the remainder of Stirling's formula for the logarithm of `k!`.
  private func stirlingTail(_ k: Double) -> Double {
    let firstTails = [
      0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509,
      0.0166446911898211, 0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
      0.00925546218271273, 0.00833056343336287,
    ]
    if k >= 0 && k <= 9 { return firstTails[Int(k)] }
    let square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
  }
}
