// MARK: Differences
extension Tensor {
  /// Computes the `n`-th differences of adjacent elements along `dim` (PyTorch: `torch.diff`).
  ///
  /// For bools, the result is whether adjacent elements differ. `prepend` and `append` are joined
  /// to the tensor first.
  ///
  /// - Throws: ``TensorError`` for a negative `n` and a 0-dimensional tensor.
  public func diff(
    n: Int = 1, dim: Int = -1, prepend: Tensor? = nil, append: Tensor? = nil
  ) throws -> Tensor {
    try require(n >= 0, .value, "diff", "order must be non-negative but got \(got: n)")
    try require(ndim > 0, .shape, "diff", "diff expects input to be at least one-dimensional")
    // PyTorch does not check the dimension if n is 0.
    if n == 0 { return try Tensor.zeros(like: self).copy_(self) }
    let d = try Layout.wrap(dim, ndim, "diff")
    let parts = [prepend, self, append].compactMap { $0 }
    var x = parts.count == 1 ? self : try Tensor.cat(parts, dim: d)
    for _ in 0..<Swift.min(n, x.shape[d]) {
      let count = Swift.max(x.shape[d] - 1, 0)
      let (low, high) = (try x.narrow(d, 0, count), try x.narrow(d, x.shape[d] - count, count))
      x = dtype == .bool ? try high.logicalXor(low) : try high - low
    }
    return x
  }

  /// Estimates the gradient of sampled values by central differences, one-sided at the edges
  /// (PyTorch: `torch.gradient`).
  ///
  /// `spacing` is the distance between samples per dimension; an empty list means 1. `edgeOrder`, 1
  /// or 2, is the order of accuracy at the edges.
  ///
  /// - Returns: one tensor for each of `dims`, or for all dimensions if nil.
  public func gradient(
    spacing: [Double] = [], dims: [Int]? = nil, edgeOrder: Int = 1
  ) throws -> [Tensor] {
    let axes = try gradientAxes(dims, edgeOrder, spacing.count)
    return try axes.enumerated().map { i, d in
      let step = spacing.isEmpty ? 1 : spacing[spacing.count == 1 ? 0 : i]
      let n = shape[d]
      func at(_ start: Int) throws -> Tensor { try narrow(d, start, 1) }
      let inner = try (narrow(d, 2, n - 2) - narrow(d, 0, n - 2)).divided(by: 2 * step)
      if edgeOrder == 1 {
        return try Tensor.cat(
          [(at(1) - at(0)).divided(by: step), inner, (at(n - 1) - at(n - 2)).divided(by: step)],
          dim: d)
      }
      let first = try (at(1).scaled(by: 4) - at(0).scaled(by: 3) - at(2)).divided(by: 2 * step)
      let last = try (at(n - 1).scaled(by: 3) - at(n - 2).scaled(by: 4) + at(n - 3))
        .divided(by: 2 * step)
      return try Tensor.cat([first, inner, last], dim: d)
    }
  }

  /// Estimates the gradient of values sampled at `coordinates`, one vector per dimension.
  public func gradient(
    coordinates: [Tensor], dims: [Int]? = nil, edgeOrder: Int = 1
  ) throws -> [Tensor] {
    let axes = try gradientAxes(dims, edgeOrder, coordinates.count)
    try require(
      coordinates.count == axes.count, .value, "gradient",
      "torch.gradient expected \(expected: axes.count) vectors of coordinates, one per dimension, but got \(got: coordinates.count)"
    )
    return try zip(axes, coordinates).map { d, places in
      let n = shape[d]
      try require(
        places.ndim == 1 && places.shape[0] == n, .shape, "gradient",
        "torch.gradient expected each dimension size to match the coordinates' \(expected: n), but got \(got: places.shape)"
      )
      var line = [Int](repeating: 1, count: ndim)
      line[d] = -1
      let steps = try places.diff().reshape(line)
      func at(_ start: Int) throws -> Tensor { try narrow(d, start, 1) }
      func step(_ start: Int) throws -> Tensor { try steps.narrow(d, start, 1) }
      let (h, k) = (try steps.narrow(d, 0, n - 2), try steps.narrow(d, 1, n - 2))
      // The derivative at the middle of the parabola through three adjacent samples.
      let inner =
        try narrow(d, 0, n - 2) * -(k / (h * (h + k)))
        + narrow(d, 1, n - 2) * ((k - h) / (h * k)) + narrow(d, 2, n - 2) * (h / (k * (h + k)))
      if edgeOrder == 1 {
        let first = try (at(1) - at(0)) / step(0)
        let last = try (at(n - 1) - at(n - 2)) / step(n - 2)
        return try Tensor.cat([first, inner, last], dim: d)
      }
      let (a, b) = (try step(0), try step(1))
      let first =
        try at(0) * -((a * 2 + b) / (a * (a + b))) + at(1) * ((a + b) / (a * b))
        - at(2) * (a / (b * (a + b)))
      let (p, q) = (try step(n - 3), try step(n - 2))
      let last =
        try at(n - 3) * (q / (p * (p + q))) - at(n - 2) * ((p + q) / (p * q))
        + at(n - 1) * ((p + q * 2) / (q * (p + q)))
      return try Tensor.cat([first, inner, last], dim: d)
    }
  }

  private func gradientAxes(_ dims: [Int]?, _ edgeOrder: Int, _ spacings: Int) throws -> [Int] {
    let axes = try dims.map { try Layout.wrap($0, ndim, "gradient") } ?? Array(0..<ndim)
    try require(
      spacings <= 1 && (dims == nil || spacings == 0) || spacings == axes.count, .value, "gradient",
      "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length \(got: spacings) and a dim argument of length \(got: axes.count)."
    )
    try require(
      edgeOrder == 1 || edgeOrder == 2, .value, "gradient",
      "torch.gradient only supports edge_order=1 and edge_order=2, not \(edgeOrder)")
    try require(
      axes.allSatisfy({ shape[$0] > edgeOrder }), .shape, "gradient",
      "torch.gradient expected each dimension size to be at least edge_order+1 = \(edgeOrder + 1), but the shape is \(shape)"
    )
    return axes
  }
}

// MARK: Integrals
extension Tensor {
  /// Integrates along `dim` by the trapezoidal rule with spacing `dx` (PyTorch: `torch.trapezoid`).
  ///
  /// - Throws: ``TensorError`` for bools and for a 0-dimensional tensor.
  public func trapezoid(dx: Double = 1, dim: Int = -1) throws -> Tensor {
    let d = try trapezoidDim("trapezoid", nil, dim)
    if shape[d] == 0 { return try noTrapezoids(d) }
    return try (sum(dim: d) - (select(d, 0) + select(d, -1)).scaled(by: 0.5)).scaled(by: dx)
  }
  /// Integrates along `dim` by the trapezoidal rule at the points `x`, a vector or broadcastable.
  public func trapezoid(x: Tensor, dim: Int = -1) throws -> Tensor {
    let d = try trapezoidDim("trapezoid", x, dim)
    if shape[d] == 0 { return try noTrapezoids(d) }
    let widths = try widths("trapezoid", x, d)
    return try ((narrow(d, 0, shape[d] - 1) + narrow(d, 1, shape[d] - 1)) * widths).sum(dim: d)
      .divided(by: 2)
  }
  /// Integrates cumulatively along `dim` with spacing `dx` (PyTorch: `torch.cumulative_trapezoid`).
  public func cumulativeTrapezoid(dx: Double = 1, dim: Int = -1) throws -> Tensor {
    let d = try trapezoidDim("cumulative_trapezoid", nil, dim)
    let count = Swift.max(shape[d] - 1, 0)
    let sides = try narrow(d, shape[d] - count, count) + narrow(d, 0, count)
    return try sides.scaled(by: dx / 2).cumsum(dim: d)
  }
  /// Integrates cumulatively along `dim` at the points `x`.
  public func cumulativeTrapezoid(x: Tensor, dim: Int = -1) throws -> Tensor {
    let d = try trapezoidDim("cumulative_trapezoid", x, dim)
    let count = Swift.max(shape[d] - 1, 0)
    let sides = try narrow(d, shape[d] - count, count) + narrow(d, 0, count)
    return try (sides * widths("cumulative_trapezoid", x, d)).cumsum(dim: d).divided(by: 2)
  }

  private func trapezoidDim(_ name: String, _ x: Tensor?, _ dim: Int) throws -> Int {
    try require(ndim > 0, .shape, name, "\(name) expects at least one dimension")
    try require(
      dtype != .bool && x?.dtype != .bool, .dtype, name,
      "received a bool input for \(x == nil ? "`y`" : "`x` or `y`"), but bool is not supported")
    return try Layout.wrap(dim, ndim, name)
  }

  /// Returns zeros: the integral over no points.
  private func noTrapezoids(_ d: Int) throws -> Tensor {
    var left = shape
    left.remove(at: d)
    return try Tensor.zeros(left, dtype: dtype, device: device)
  }

  /// Returns the spacing between the points `x`, broadcastable with this tensor's areas along `d`.
  private func widths(_ name: String, _ x: Tensor, _ d: Int) throws -> Tensor {
    var places = x
    if x.ndim == 1 {
      try require(
        x.shape[0] == shape[d], .shape, name,
        "There must be one `x` value for each sample point, but got \(got: x.shape[0]) for \(got: shape[d])"
      )
      var line = [Int](repeating: 1, count: ndim)
      line[d] = -1
      places = try x.reshape(line)
    } else if x.ndim < ndim {
      places = try x.reshape([Int](repeating: 1, count: ndim - x.ndim) + x.shape)
    }
    return try places.diff(dim: d)
  }
}
