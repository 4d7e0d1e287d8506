public import KindlingCore

/// What lies outside of the image (PyTorch: `padding_mode=` of `F.grid_sample`).
public enum GridPadding: String, Sendable, CaseIterable {
  /// Zeros.
  case zeros
  /// The nearest element of the border.
  case border
  /// The image mirrored at its border.
  case reflection
}

/// How elements between elements are made (PyTorch: `mode=` of `F.grid_sample`).
public enum GridMode: String, Sendable, CaseIterable {
  /// Along lines.
  case bilinear
  /// The nearest element.
  case nearest
  /// Along cubic curves.
  case bicubic
}

extension F {
  /// The input at the places that `grid` names (PyTorch: `F.grid_sample`).
  ///
  /// The grid's places go from −1 to 1, the last dimension's coordinate first. With `alignCorners`
  /// −1 and 1 are the centres of the outermost elements, not their edges. `mode` says how places
  /// between elements are read, `paddingMode` what lies outside.
  ///
  /// - Shape: `x` `[N, C, H, W]`, `grid` `[N, H′, W′, 2]` → `[N, C, H′, W′]`; likewise with depth
  ///   and three coordinates.
  public static func gridSample(
    _ x: Tensor, _ grid: Tensor, mode: GridMode = .bilinear, paddingMode: GridPadding = .zeros,
    alignCorners: Bool? = nil
  ) throws -> Tensor {
    let alignCorners = try alignCorners ?? cornersByDefault()
    let name = "grid_sampler", rank = x.ndim - 2
    guard rank == 2 || rank == 3, grid.ndim == x.ndim else {
      throw TensorError(
        .shape, name,
        "expected 4D or 5D input and grid with same number of dimensions, but got input with sizes \(x.shape) and grid with sizes \(grid.shape)"
      )
    }
    guard x.shape[0] == grid.shape[0] else {
      throw TensorError(
        .shape, name,
        "expected grid and input to have same batch size, but got input with sizes \(x.shape) and grid with sizes \(grid.shape)"
      )
    }
    guard grid.shape.last == rank else {
      throw TensorError(
        .shape, name,
        "expected grid to have size \(rank) in last dimension, but got grid with sizes \(grid.shape)"
      )
    }
    guard !x.shape.dropFirst(2).contains(0) else {
      throw TensorError(
        .shape, name,
        "expected input to have non-empty spatial dimensions, but input has sizes \(x.shape)")
    }
    guard x.dtype.isFloatingPoint, grid.dtype == x.dtype else {
      throw TensorError(
        .dtype, name,
        "expected input and grid to have same floating point dtype, but input has \(x.dtype.scalarName) and grid has \(grid.dtype.scalarName)"
      )
    }
    let sampler = GridSampler(
      sizes: Array(x.shape.dropFirst(2)), mode: mode, padding: paddingMode, aligned: alignCorners)
    return try Composed.record("GridSampler\(rank)DBackward0", [x, grid]) { s in
      // Cubic weights nearly cancel in the grid's gradient.
      guard mode == .bicubic, s[0].dtype == .float32 else { return try sampler.sample(s[0], s[1]) }
      return try sampler.sample(s[0].to(.float64), s[1].to(.float64)).to(.float32)
    }
  }

  /// False, with a warning that the choice was left open.
  private static func cornersByDefault() throws -> Bool {
    try Warnings.warn(
      .user, "",
      "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details."
    )
    return false
  }

  /// The grid of an affine map, for ``gridSample(_:_:mode:paddingMode:alignCorners:)``
  /// (PyTorch: `F.affine_grid`).
  ///
  /// `theta` is `[N, 2, 3]`, or `[N, 3, 4]` with depth; `size` is that of the image to be:
  /// `[N, C, H, W]` or `[N, C, D, H, W]`.
  public static func affineGrid(
    _ theta: Tensor, _ size: [Int], alignCorners: Bool? = nil
  ) throws -> Tensor {
    let alignCorners = try alignCorners ?? cornersByDefault()
    let name = "affine_grid", rank = size.count - 2
    guard rank == 2 || rank == 3, size.allSatisfy({ $0 > 0 }) else {
      throw TensorError(
        .shape, name,
        "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively, all positive. Got size \(size)"
      )
    }
    guard theta.shape == [size[0], rank, rank + 1] else {
      throw TensorError(
        .shape, name,
        "Expected a batch of \(rank)D affine matrices of shape \(size[0])x\(rank)x\(rank + 1) for size \(size). Got \(theta.shape)."
      )
    }
    guard theta.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, name,
        "Expected theta to have floating point type, but got \(theta.dtype.scalarName)")
    }
    let places = Array(size.dropFirst(2))
    if alignCorners, places.contains(1) {
      try Warnings.warn(
        .user, "",
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an intended use case of affine_grid. See the documentation of affine_grid for details."
      )
    }
    try Layout.checkList(
      Layout.checkedCount([size[0]] + places + [rank], theta.dtype, name), name)
    return try Composed.record("AffineGridGeneratorBackward0", [theta], isLinear: true) { s in
      var base: [Tensor] = []
      for d in places.indices.reversed() {
        let n = places[d], edge = alignCorners ? 1 : Double(n - 1) / Double(n)
        let line =
          n == 1 ? [0] : (0..<n).map { -edge + 2 * edge * Double($0) / Double(n - 1) }
        var shape = [Int](repeating: 1, count: rank)
        shape[d] = n
        base.append(
          try Tensor(line, dtype: s[0].dtype).to(s[0].device).reshape(shape).expand(places))
      }
      base.append(try Tensor.ones(places, dtype: s[0].dtype, device: s[0].device))
      let points = try Tensor.stack(base, dim: -1).reshape([1, -1, rank + 1])
      return try points.expand([size[0], -1, rank + 1]).matmul(s[0].transpose(1, 2))
        .reshape([size[0]] + places + [rank])
    }
  }
}

/// Samples an image: places are found, then the elements around them added up.
private struct GridSampler: Sendable {
  /// Of the place dimensions, outermost first.
  let sizes: [Int]
  let mode: GridMode
  let padding: GridPadding
  let aligned: Bool

  func sample(_ x: Tensor, _ grid: Tensor) throws -> Tensor {
    let (n, c) = (x.shape[0], x.shape[1]), rank = sizes.count
    let places = Array(grid.shape.dropFirst().dropLast()), flat = try x.reshape([n, c, -1])
    // The grid names the innermost dimension first.
    let coordinates = try (0..<rank).map { d in
      let raw = try unnormalized(grid.select(-1, rank - 1 - d).reshape([n, -1]), sizes[d])
      return mode == .bicubic ? raw : try inside(raw, sizes[d])
    }
    // By dimension: the elements of the line that count, and their weights.
    let taps = try coordinates.map { try around($0) }
    var total: Tensor?
    func add(_ d: Int, _ index: Tensor?, _ weight: Tensor?, _ known: Tensor?) throws {
      if d == rank {
        guard let index else { return }
        let wanted = try index.unsqueeze(1).expand([n, c, index.shape[1]])
        var part = try flat.gather(2, wanted)
        // What lies outside counts for nothing, even where there is an infinity to read instead; but
        // the weights of a place that is no number stay.
        if let known { part = try Tensor.where(known.unsqueeze(1), part, 0) }
        if let weight { part = try part.mul(weight.unsqueeze(1)) }
        total = try total.map { try $0.add(part) } ?? part
        return
      }
      for (place, share) in taps[d] {
        var place = place
        if mode == .bicubic { place = try inside(place, sizes[d]) }
        let within = try noGrad {
          let within = try place.ge(0).logicalAnd(place.le(Double(sizes[d] - 1)))
          return try known.map { try $0.logicalAnd(within) } ?? within
        }
        let row = try noGrad {
          try place.nanToNum(nan: 0).clamp(min: 0, max: Double(sizes[d] - 1)).to(.int64)
        }
        let next = try index.map { try $0.mul(sizes[d]).add(row) } ?? row
        try add(
          d + 1, next,
          try weight.map { w in try share.map { try w.mul($0) } ?? w } ?? share, within)
      }
    }
    try add(0, nil, nil, nil)
    let shape = [n, c] + places
    return try total?.reshape(shape) ?? Tensor.zeros(shape, dtype: x.dtype, device: x.device)
  }

  /// The elements around places `x`, as whole numbers in floats, with weights (nil: 1).
  private func around(_ x: Tensor) throws -> [(Tensor, Tensor?)] {
    let floor = try x.detach().floor()
    switch mode {
    case .nearest: return [(try x.detach().round(), nil)]
    case .bilinear:
      let part = try x.sub(floor)
      return [(floor, try part.rsub(1)), (try floor.add(1), part)]
    case .bicubic:
      let t = try x.sub(floor), a = -0.75
      func near(_ x: Tensor) throws -> Tensor {
        try x.mul(a + 2).sub(a + 3).mul(x).mul(x).add(1)
      }
      func far(_ x: Tensor) throws -> Tensor {
        try x.mul(a).sub(5 * a).mul(x).add(8 * a).mul(x).sub(4 * a)
      }
      return [
        (try floor.sub(1), try far(t.add(1))), (floor, try near(t)),
        (try floor.add(1), try near(t.rsub(1))), (try floor.add(2), try far(t.rsub(2))),
      ]
    }
  }

  private func unnormalized(_ x: Tensor, _ size: Int) throws -> Tensor {
    aligned
      ? try x.add(1).mul(Double(size - 1) / 2) : try x.add(1).mul(size).sub(1).div(2)
  }

  /// Places brought into the image, where the padding says so.
  private func inside(_ x: Tensor, _ size: Int) throws -> Tensor {
    switch padding {
    case .zeros: return x
    case .border: return try clipped(x, size)
    case .reflection:
      let (low, span) = aligned ? (0.0, Double(size - 1)) : (-0.5, Double(size))
      if span == 0 { return try clipped(x.mul(0), size) }
      let shifted = try x.sub(low)
      let distance = try Tensor.where(shifted.lt(0), shifted.neg(), shifted)
      let extra = try distance.fmod(span), flips = try noGrad { try distance.div(span).floor() }
      let even = try noGrad { try flips.fmod(2).eq(0) }
      return try clipped(Tensor.where(even, extra.add(low), extra.rsub(span + low)), size)
    }
  }

  /// Clipped to the image, NaN as 0; where it is, no gradient flows.
  private func clipped(_ x: Tensor, _ size: Int) throws -> Tensor {
    let last = Double(size - 1)
    let free = try noGrad { try x.gt(0).logicalAnd(x.lt(last)) }
    let edge = try x.detach().clamp(min: 0, max: last).nanToNum(nan: 0)
    return try Tensor.where(free, x, edge)
  }
}
