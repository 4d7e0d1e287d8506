/// The values outside the input (PyTorch: `padding_mode=` of `F.grid_sample`).
public enum GridPadding: String, Sendable, CaseIterable {
  /// Zeros.
  case zeros
  /// The nearest element of the border.
  case border
  /// The input, reflected at its border.
  case reflection
}

/// The interpolation between elements (PyTorch: `mode=` of `F.grid_sample`).
public enum GridMode: String, Sendable, CaseIterable {
  /// Linear in each dimension.
  case bilinear
  /// The nearest element.
  case nearest
  /// Cubic in each dimension.
  case bicubic
}

extension Tensor {
  /// Samples the tensor at the locations given by `grid`.
  package func gridSample(
    _ grid: Tensor, mode: GridMode, paddingMode: GridPadding, alignCorners: Bool
  ) throws -> Tensor {
    let name = "grid_sampler", rank = ndim - 2
    try require(
      (rank == 2 || rank == 3) && grid.ndim == ndim, .shape, name,
      "expected 4D or 5D input and grid with same number of dimensions, but got input with sizes \(got: shape) and grid with sizes \(got: grid.shape)"
    )
    try require(
      shape[0] == grid.shape[0], .shape, name,
      "expected grid and input to have same batch size, but got input with sizes \(got: shape) and grid with sizes \(got: grid.shape)"
    )
    try require(
      grid.shape.last == rank, .shape, name,
      "expected grid to have size \(expected: rank) in last dimension, but got grid with sizes \(got: grid.shape)"
    )
    try require(
      !shape.dropFirst(2).contains(0), .shape, name,
      "expected input to have non-empty spatial dimensions, but input has sizes \(shape)")
    try require(
      dtype.isFloatingPoint && grid.dtype == dtype, .dtype, name,
      "expected input and grid to have same floating point dtype, but input has \(dtype.scalarName) and grid has \(grid.dtype.scalarName)"
    )
    let sampler = GridSampler(
      sizes: Array(shape.dropFirst(2)), mode: mode, padding: paddingMode, aligned: alignCorners)
    return try Composed.record("GridSampler\(rank)DBackward0", [self, grid]) { s in
      // Cubic weights almost cancel in the gradient with respect to the grid.
      guard mode == .bicubic, s[0].dtype == .float32 else { return try sampler.sample(s[0], s[1]) }
      return try sampler.sample(s[0].to(.float64), s[1].to(.float64)).to(.float32)
    }
  }

  /// Returns the sampling grid of the affine maps of this tensor, for outputs of `size`.
  package func affineGrid(_ size: [Int], alignCorners: Bool) throws -> Tensor {
    let name = "affine_grid", rank = size.count - 2
    try require(
      (rank == 2 || rank == 3) && size.allSatisfy({ $0 > 0 }), .shape, name,
      "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively, all positive. Got size \(size)"
    )
    try require(
      shape == [size[0], rank, rank + 1], .shape, name,
      "Expected a batch of \(rank)D affine matrices of shape \(size[0])x\(rank)x\(rank + 1) for size \(size). Got \(shape)."
    )
    try require(
      dtype.isFloatingPoint, .dtype, name,
      "Expected theta to have floating point type, but got \(got: dtype.scalarName)")
    let places = Array(size.dropFirst(2))
    if alignCorners, places.contains(1) {
      try Warnings.warn(
        .user, "",
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an intended use case of affine_grid. See the documentation of affine_grid for details."
      )
    }
    try Layout.checkList(
      Layout.checkedCount([size[0]] + places + [rank], dtype, name), name)
    return try Composed.record("AffineGridGeneratorBackward0", [self], isLinear: true) { s in
      var base: [Tensor] = []
      for d in places.indices.reversed() {
        let n = places[d], edge = alignCorners ? 1 : Double(n - 1) / Double(n)
        let line =
          n == 1 ? [0] : (0..<n).map { -edge + 2 * edge * Double($0) / Double(n - 1) }
        var sizes = [Int](repeating: 1, count: rank)
        sizes[d] = n
        base.append(
          try Tensor(line, dtype: s[0].dtype).to(s[0].device).reshape(sizes).expand(places))
      }
      base.append(try Tensor.ones(places, dtype: s[0].dtype, device: s[0].device))
      let points = try Tensor.stack(base, dim: -1).reshape([1, -1, rank + 1])
      return try points.expand([size[0], -1, rank + 1]).matmul(s[0].transpose(1, 2))
        .reshape([size[0]] + places + [rank])
    }
  }
}

/// Samples an input: computes locations, then sums the weighted elements around them.
private struct GridSampler: Sendable {
  /// The spatial sizes, outermost first.
  let sizes: [Int]
  let mode: GridMode
  let padding: GridPadding
  let aligned: Bool

  func sample(_ x: Tensor, _ grid: Tensor) throws -> Tensor {
    let (n, c) = (x.shape[0], x.shape[1]), rank = sizes.count
    let places = Array(grid.shape.dropFirst().dropLast())
    // Coordinates by dimension, of all places of each sample; the grid names the innermost dimension
    // first.
    let named = try grid.reshape([n, places.reduce(1, *), rank]).movedim(-1, 0).flip(0)
    let raw = try unnormalized(named)
    var (taps, shares) = try around(mode == .bicubic ? raw : inside(raw))
    if mode == .bicubic { taps = try inside(taps) }
    let last = try perDimension(taps) { Double($0 - 1) }
    // Places outside the input contribute nothing, even if a read element would be infinite. The
    // weights of a NaN place stay.
    let found = try noGrad {
      let within = try taps.ge(0).logicalAnd(taps.le(last)), whole = try taps.to(.int64)
      let index = try combined(whole) { try $0.mul(sizes[$1]).add($2) }
      return try Tensor.where(combined(within) { a, _, b in try a.logicalAnd(b) }, index, -1)
    }
    let weights = try shares.map { try combined($0) { a, _, b in try a.mul(b) } }
    return try x.reshape([n, c, sizes.reduce(1, *), 1]).weightedSums(found, weights)
      .reshape([n, c] + places)
  }

  /// `[taps, dimensions, …]` for each dimension alone as `[all combinations of taps, …]`, those of the
  /// innermost dimension running fastest; `join` gets two of them and the second one's dimension.
  private func combined(
    _ x: Tensor, _ join: (Tensor, Int, Tensor) throws -> Tensor
  ) throws -> Tensor {
    try sizes.indices.dropFirst().reduce(x.select(1, 0)) { outer, d in
      try join(outer.unsqueeze(1), d, x.select(1, d).unsqueeze(0)).flatten(startDim: 0, endDim: 1)
    }
  }

  /// The elements around places `x`, as whole numbers in floats, with weights (nil: 1), one tap after
  /// another.
  private func around(_ x: Tensor) throws -> (Tensor, Tensor?) {
    if mode == .nearest { return (try x.detach().round().unsqueeze(0), nil) }
    let floor = try x.detach().floor(), t = try x.sub(floor)
    if mode == .bilinear {
      return (try Tensor.stack([floor, floor.add(1)]), try Tensor.stack([t.rsub(1), t]))
    }
    let a = -0.75
    func near(_ x: Tensor) throws -> Tensor { try x.mul(a + 2).sub(a + 3).mul(x).mul(x).add(1) }
    func far(_ x: Tensor) throws -> Tensor {
      try x.mul(a).sub(5 * a).mul(x).add(8 * a).mul(x).sub(4 * a)
    }
    return (
      try Tensor.stack([floor.sub(1), floor, floor.add(1), floor.add(2)]),
      try Tensor.stack([far(t.add(1)), near(t), near(t.rsub(1)), far(t.rsub(2))])
    )
  }

  /// A number for each dimension, beside coordinates like `x`, in which the dimensions are the third last
  /// one.
  private func perDimension(_ x: Tensor, _ number: (Int) -> Double) throws -> Tensor {
    try Tensor(sizes.map(number), dtype: x.dtype).reshape([-1, 1, 1]).to(x.device)
  }

  private func unnormalized(_ x: Tensor) throws -> Tensor {
    let moved = try x.add(1)
    if aligned { return try moved.mul(perDimension(x) { Double($0 - 1) / 2 }) }
    return try moved.mul(perDimension(x) { Double($0) }).sub(1).div(2)
  }

  /// Places brought into the image, where the padding says so.
  private func inside(_ x: Tensor) throws -> Tensor {
    switch padding {
    case .zeros: return x
    case .border: return try clipped(x)
    case .reflection:
      return try clipped(
        Tensor.stack(sizes.enumerated().map { try mirrored(x.select(-3, $0), $1) }, dim: -3))
    }
  }

  private func mirrored(_ x: Tensor, _ size: Int) throws -> Tensor {
    let (low, span) = aligned ? (0.0, Double(size - 1)) : (-0.5, Double(size))
    if span == 0 { return try x.mul(0) }
    let shifted = try x.sub(low)
    let distance = try Tensor.where(shifted.lt(0), shifted.neg(), shifted)
    let extra = try distance.fmod(span), flips = try noGrad { try distance.div(span).floor() }
    let even = try noGrad { try flips.fmod(2).eq(0) }
    return try Tensor.where(even, extra.add(low), extra.rsub(span + low))
  }

  /// Clipped to the image, NaN as 0; where it is, no gradient flows.
  private func clipped(_ x: Tensor) throws -> Tensor {
    let (free, edge) = try noGrad {
      let last = try perDimension(x) { Double($0 - 1) }
      return (
        try x.gt(0).logicalAnd(x.lt(last)), try x.clamp(min: 0.0).minimum(last).nanToNum(nan: 0)
      )
    }
    return try Tensor.where(free, x, edge)
  }
}
