import KindlingCore

/// Random draws of transforms, from the default generator and in torchvision's order.
enum Draw {
  /// Returns a float32 number in `range`, drawn like `torch.empty(1).uniform_`.
  static func uniform(_ range: ClosedRange<Double>) throws -> Double {
    try Tensor.empty(1).uniform_(range.lowerBound, range.upperBound).item()
  }

  /// Returns whether a draw is less than `p`.
  static func happens(_ p: Double) throws -> Bool {
    try (Tensor.rand(1) .< p).item(as: Bool.self)
  }

  /// Returns whether a draw is less than `p` in double precision, like some of torchvision's
  /// transforms.
  static func happensExactly(_ p: Double, _ operation: String) throws -> Bool {
    try check(p, operation)
    return try Tensor.rand(1).item() < p
  }

  /// Returns an integer from 0 up to, but not including, `bound`.
  static func below(_ bound: Int) throws -> Int {
    try Tensor.randint(0, bound, [1]).item(as: Int.self)
  }

  /// Returns a rectangle whose fraction of `area` and aspect ratio are in these ranges.
  static func rectangle(
    _ area: Int, _ scale: ClosedRange<Double>, _ ratio: ClosedRange<Double>
  ) throws -> (long: Int, short: Int) {
    let share = Double(area) * (try uniform(scale))
    let logs = try Tensor([ratio.lowerBound, ratio.upperBound], dtype: .float32).log()
      .toArray(as: Float.self)
    let aspect = try Tensor.empty(1).uniform_(Double(logs[0]), Double(logs[1])).exp().item()
    // Any range is safe: a length beyond all images does not fit, and neither does NaN.
    func edge(_ squared: Double) -> Int {
      let length = squared.squareRoot().rounded(.toNearestOrEven)
      return length < Double(ImageFormat.mostPixels) ? Int(length) : ImageFormat.mostPixels
    }
    return (edge(share * aspect), edge(share / aspect))
  }

  /// Throws unless `p` is a probability.
  static func check(_ p: Double, _ operation: String) throws {
    guard (0...1).contains(p) else {
      throw TensorError(
        .value, operation, "probability has to be between 0 and 1, but got \(got: p)")
    }
  }
}
