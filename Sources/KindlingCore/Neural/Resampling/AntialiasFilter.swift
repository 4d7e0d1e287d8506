/// The weights of input elements in an antialiased resize, computed with PyTorch's arithmetic.
package enum AntialiasFilter {
  /// Returns, for each of `new` outputs, the first of the `old` inputs it depends on, and their
  /// weights.
  ///
  /// The filter is a triangle, or a cubic kernel with `cubic`, as wide as the larger of an input
  /// and an output element. `scale` is the ratio of the sizes. With `single` each step rounds to
  /// float32, as in PyTorch for all inputs but float64 and uint8.
  package static func rows(
    _ old: Int, _ new: Int, scale: Double, cubic: Bool, single: Bool
  ) -> [(first: Int, weights: [Double])] {
    func rounded(_ x: Double) -> Double { single ? Double(Float(x)) : x }
    let stretch = max(scale, 1)
    let reach = rounded((cubic ? 2.0 : 1.0) * stretch), inverse = rounded(1 / stretch)
    func curve(_ distance: Double) -> Double {
      let x = abs(distance), a = -0.5
      if !cubic { return x < 1 ? rounded(1 - x) : 0 }
      if x < 1 { return rounded(((a + 2) * x - (a + 3)) * x * x + 1) }
      return x < 2 ? rounded(((a * x - 5 * a) * x + 8 * a) * x - 4 * a) : 0
    }
    return (0..<new).map { i in
      let center = rounded(scale * (Double(i) + 0.5))
      let first = place(rounded(center - reach) + 0.5, old)
      let end = max(place(rounded(center + reach) + 0.5, old), first)
      let row = (first..<end).map {
        curve(rounded((rounded(Double($0) - center) + 0.5) * inverse))
      }
      let total = row.reduce(0) { rounded($0 + $1) }
      return (first, total == 0 ? row : row.map { rounded($0 / total) })
    }
  }

  /// Returns the integer part of `x`, clamped to 0...`last`; any scale is safe.
  private static func place(_ x: Double, _ last: Int) -> Int {
    x > 0 ? (x < Double(last) ? Int(x) : last) : 0
  }
}
