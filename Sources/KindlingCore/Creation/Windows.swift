import KindlingPlatform

/// Window functions of signal processing (PyTorch: `torch.signal.windows`).
///
/// `sym` selects a symmetric window, for filters, instead of a periodic one, for spectral analysis.
/// Only float32 and float64 are supported.
public enum SignalWindow {
  /// Creates a Hann window: 0.5 − 0.5 cos (PyTorch: `torch.signal.windows.hann`).
  public static func hann(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try cosines("hann", m, [0.5, 0.5], sym: sym, dtype, requiresGrad)
  }

  /// Creates a Hamming window: 0.54 − 0.46 cos (PyTorch: `torch.signal.windows.hamming`).
  public static func hamming(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try cosines("hamming", m, [0.54, 0.46], sym: sym, dtype, requiresGrad)
  }

  /// Creates a generalized Hamming window: `alpha` − (1 − `alpha`) cos
  /// (PyTorch: `torch.signal.windows.general_hamming`).
  public static func generalHamming(
    _ m: Int, alpha: Double = 0.54, sym: Bool = true, dtype: DType? = nil,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try cosines("generalHamming", m, [alpha, 1 - alpha], sym: sym, dtype, requiresGrad)
  }

  /// Creates a Blackman window of three cosine terms (PyTorch: `torch.signal.windows.blackman`).
  public static func blackman(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try cosines("blackman", m, [0.42, 0.5, 0.08], sym: sym, dtype, requiresGrad)
  }

  /// Creates a Nuttall window of four cosine terms (PyTorch: `torch.signal.windows.nuttall`).
  public static func nuttall(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try cosines(
      "nuttall", m, [0.3635819, 0.4891775, 0.1365995, 0.0106411], sym: sym, dtype, requiresGrad)
  }

  /// Creates a sum of cosines: a₀ − a₁ cos + a₂ cos 2 − …
  /// (PyTorch: `torch.signal.windows.general_cosine`).
  public static func generalCosine(
    _ m: Int, a: [Double], sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try require(!a.isEmpty, .value, "generalCosine", "Coefficients cannot be empty")
    return try cosines("generalCosine", m, a, sym: sym, dtype, requiresGrad)
  }

  private static func cosines(
    _ operation: String, _ m: Int, _ a: [Double], sym: Bool, _ dtype: DType?, _ requiresGrad: Bool
  ) throws -> Tensor {
    let step = 2 * Double.pi / max(Double(m) - (sym ? 1 : 0), 1)
    return try window(operation, m, dtype, requiresGrad) { i in
      var sum = 0.0
      for (k, weight) in a.enumerated() {
        sum += (k % 2 == 0 ? weight : -weight) * cos(Double(k * i) * step)
      }
      return sum
    }
  }

  /// Creates a triangular window (PyTorch: `torch.signal.windows.bartlett`).
  public static func bartlett(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    let step = 2 / max(Double(m) - (sym ? 1 : 0), 1)
    return try window("bartlett", m, dtype, requiresGrad) { 1 - abs(-1 + Double($0) * step) }
  }

  /// Creates a window of half a sine period (PyTorch: `torch.signal.windows.cosine`).
  public static func cosine(
    _ m: Int, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    let step = Double.pi / max(Double(m) + (sym ? 0 : 1), 1)
    return try window("cosine", m, dtype, requiresGrad) { sin((0.5 + Double($0)) * step) }
  }

  /// Creates an exponential window: exp(−|x − center| / tau)
  /// (PyTorch: `torch.signal.windows.exponential`).
  public static func exponential(
    _ m: Int, center: Double? = nil, tau: Double = 1, sym: Bool = true, dtype: DType? = nil,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try require(tau > 0, .value, "exponential", "Tau must be positive, got: \(got: tau) instead.")
    try require(
      !sym || center == nil, .value, "exponential", "Center must be nil for symmetric windows")
    let middle = center ?? (Double(m) - (!sym && m > 1 ? 0 : 1)) / 2
    return try window("exponential", m, dtype, requiresGrad) {
      exp(-abs(Double($0) - middle) / tau)
    }
  }

  /// Creates a Gaussian window: exp(−(x − center)² / 2 std²)
  /// (PyTorch: `torch.signal.windows.gaussian`).
  public static func gaussian(
    _ m: Int, std: Double = 1, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try require(
      std > 0, .value, "gaussian", "Standard deviation must be positive, got: \(got: std) instead.")
    let middle = (Double(m) - (!sym && m > 1 ? 0 : 1)) / 2
    return try window("gaussian", m, dtype, requiresGrad) { i in
      let x = (Double(i) - middle) / std
      return exp(-x * x / 2)
    }
  }

  /// Creates a Kaiser window, a Bessel function of a half circle
  /// (PyTorch: `torch.signal.windows.kaiser`).
  public static func kaiser(
    _ m: Int, beta: Double = 12, sym: Bool = true, dtype: DType? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try require(
      beta >= 0, .value, "kaiser", "beta must be non-negative, got: \(got: beta) instead.")
    let step = 2 * beta / max(Double(m) - (sym ? 1 : 0), 1)
    return try window("kaiser", m, dtype, requiresGrad) { i in
      let x = min(beta, -beta + Double(i) * step)
      return bessel(max(beta * beta - x * x, 0).squareRoot()) / bessel(beta)
    }
  }

  /// Computes the modified Bessel function of order 0 by its series of positive terms.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > sum * 1e-17 {
      term *= (x / (2 * k)) * (x / (2 * k))
      sum += term
      k += 1
    }
    return sum
  }

  private static func window(
    _ operation: String, _ m: Int, _ dtype: DType?, _ requiresGrad: Bool,
    _ element: (Int) -> Double
  ) throws -> Tensor {
    try require(m >= 0, .value, operation, "requires non-negative window length, got M=\(got: m)")
    let type = dtype ?? .default
    try require(
      type == .float32 || type == .float64, .dtype, operation,
      "expects float32 or float64 dtypes, got: \(got: type)")
    _ = try Layout.checkedCount([m], .float64, operation)
    if m == 1 { return try Tensor.ones(1, dtype: type, requiresGrad: requiresGrad) }
    return try Tensor.generated([m], Double.self, type, .cpu, element).leaf(requiresGrad)
  }
}
