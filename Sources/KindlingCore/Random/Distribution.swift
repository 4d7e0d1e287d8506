/// A random distribution to fill tensors with, which every backend implements.
package enum Distribution: Sendable {
  /// Uniform in [from, to).
  case uniform(from: Double, to: Double)
  case normal(mean: Double, std: Double)
  /// from + draw modulo range; the draw has 64 bits if `wide`, else 32.
  case integers(from: Int, range: UInt64, wide: Bool)
  case bernoulli(Double)
  case exponential(rate: Double)
  /// The number of trials up to the first success.
  case geometric(Double)
  case cauchy(median: Double, sigma: Double)
  case logNormal(mean: Double, std: Double)

  /// Creates the distribution of integers from `from` up to, but not including, `to`, with as many
  /// bits as PyTorch draws.
  static func integers(from: Int, to: Int) -> Distribution {
    let range = UInt64(bitPattern: Int64(to &- from))
    return .integers(from: from, range: range, wide: range >= 1 << 28)
  }

  /// Returns the dtype in which the values of a tensor of `dtype` are computed.
  func computeType(for dtype: DType) -> DType {
    switch self {
    case .uniform: dtype == .float64 ? .float64 : .float32
    case .integers: .int64
    default: .float64
    }
  }
}
