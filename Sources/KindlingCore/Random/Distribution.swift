/// What a tensor can be filled with at random; backends know each of these.
package enum Distribution: Sendable {
  /// Uniform in [from, to).
  case uniform(from: Double, to: Double)
  case normal(mean: Double, std: Double)
  /// from + draw modulo range; the draw has 64 bits where `wide`, else 32.
  case integers(from: Int, range: UInt64, wide: Bool)
  case bernoulli(Double)
  case exponential(rate: Double)
  /// The number of trials up to the first success.
  case geometric(Double)
  case cauchy(median: Double, sigma: Double)
  case logNormal(mean: Double, std: Double)

  /// Integers from `from` up to and not including `to`, in 32 or 64 bits as PyTorch draws them.
  static func integers(from: Int, to: Int) -> Distribution {
    let range = UInt64(bitPattern: Int64(to &- from))
    return .integers(from: from, range: range, wide: range >= 1 << 28)
  }

  /// The dtype in which values for a tensor of `dtype` are made.
  func computeType(for dtype: DType) -> DType {
    switch self {
    case .uniform: dtype == .float64 ? .float64 : .float32
    case .integers: .int64
    default: .float64
    }
  }
}
