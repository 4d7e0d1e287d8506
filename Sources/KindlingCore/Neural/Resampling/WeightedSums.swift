/// Sums of a few weighted elements: what sampling and resizing of images come down to.
///
/// Of the three operations each is the gradient of the others, so they differentiate as often as one
/// likes. All take elements as `[G, R, S, C]`: in group g, line r of S places, each of which is C
/// elements side by side. `places` (int64) and `weights` are `[T, G, P]`: for each of P results in a
/// group, T places of the lines, below 0 where there is none.
extension Tensor {
  /// `out[g, r, p] = Σ_t weights[t, g, p] · self[g, r, places[t, g, p]]`, added up in the order of t.
  ///
  /// A place that there is none of counts as zeros, a weight as 1 where nil.
  ///
  /// - Throws: ``TensorError`` `.index` where a place is beyond the lines.
  package func weightedSums(_ places: Tensor, _ weights: Tensor?) throws -> Tensor {
    let places = try places.contiguous(), weights = try weights?.contiguous()
    let result = try Tensor(
      uninitialized: [shape[0], shape[1], places.shape[2], shape[3]], dtype, on: backend,
      "weighted_sums")
    let x = try noGrad { try contiguous() }
    try backend.weightedSums(x, places, weights, into: result)
    let size = shape[2], isWeighted = weights != nil
    let own = Input(self, saving: places, weights) { g, s in
      try g.spreadSums(s[0], isWeighted ? s[1] : nil, size)
    }
    guard let weights else { return try result.recorded("WeightedSumsBackward", own) }
    return try result.recorded(
      "WeightedSumsBackward", own,
      Input(weights, saving: self, places) { g, s in try g.placeProducts(s[0], s[1]) })
  }

  /// The gradient of ``weightedSums(_:_:)`` with respect to its elements, in lines of `size` places.
  private func spreadSums(_ places: Tensor, _ weights: Tensor?, _ size: Int) throws -> Tensor {
    let result = try Tensor(
      uninitialized: [shape[0], shape[1], size, shape[3]], dtype, on: backend, "spread_sums")
    let g = try noGrad { try contiguous() }
    try backend.spreadSums(g, places, weights, into: result)
    let isWeighted = weights != nil
    let own = Input(self, saving: places, weights) { gg, s in
      try gg.weightedSums(s[0], isWeighted ? s[1] : nil)
    }
    guard let weights else { return try result.recorded("SpreadSumsBackward", own) }
    return try result.recorded(
      "SpreadSumsBackward", own,
      Input(weights, saving: self, places) { gg, s in try s[0].placeProducts(gg, s[1]) })
  }

  /// The gradient of ``weightedSums(_:_:)`` of `x` with respect to its weights.
  private func placeProducts(_ x: Tensor, _ places: Tensor) throws -> Tensor {
    let result = try Tensor(uninitialized: places.shape, dtype, on: backend, "place_products")
    let (g, elements) = try noGrad { (try contiguous(), try x.contiguous()) }
    try backend.placeProducts(g, elements, places, into: result)
    let size = x.shape[2]
    return try result.recorded(
      "PlaceProductsBackward",
      Input(self, saving: x, places) { gg, s in try s[0].weightedSums(s[1], gg) },
      Input(x, saving: self, places) { gg, s in try s[0].spreadSums(s[1], gg, size) })
  }
}
