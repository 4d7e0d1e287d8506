/// Histograms with bin edges, not differentiable; see also ``Tensor/histc(bins:min:max:)``.
extension Tensor {
  /// Counts the elements, or sums their weights, in `bins` bins of equal width
  /// (PyTorch: `torch.histogram`).
  ///
  /// The last bin includes its right edge; elements outside the range are ignored.
  /// - Parameters:
  ///   - bins: the number of bins.
  ///   - range: the outer edges; nil uses the minimum and maximum.
  ///   - weight: the weight of each element, of the same shape and dtype; nil means 1.
  ///   - density: whether to divide by the total and the bin width, so that the integral is 1.
  /// - Returns: the count or weight of each bin, and the `bins + 1` edges.
  /// - Throws: ``TensorError`` for dtypes other than float32 and float64 (16-bit floats need given
  ///   edges), for no bins, for edges that are not finite or decrease, and for weights of another
  ///   shape.
  public func histogram(
    bins: Int, range: (Double, Double)? = nil, weight: Tensor? = nil, density: Bool = false
  ) throws -> (hist: Tensor, binEdges: Tensor) {
    try histogram(.counts([bins]), range.map { [$0.0, $0.1] }, weight, density)
  }

  /// Counts the elements between the given edges, a vector in ascending order.
  public func histogram(
    bins: Tensor, weight: Tensor? = nil, density: Bool = false
  ) throws -> (hist: Tensor, binEdges: Tensor) {
    try histogram(.edges([bins]), nil, weight, density)
  }

  private func histogram(
    _ bins: Bins, _ range: [Double]?, _ weight: Tensor?, _ density: Bool
  ) throws -> (hist: Tensor, binEdges: Tensor) {
    let (hist, edges) = try noGrad {
      try reshape([numel, 1]).histogram("histogram", bins, range, weight, density)
    }
    let inputs = [self] + bins.tensors + (weight.map { [$0] } ?? [])
    return try (
      hist.withoutDerivative("histogram", inputs),
      edges[0].alias().withoutDerivative("histogram", inputs)
    )
  }

  /// Computes the D-dimensional histogram of points, one per row of the last dimension
  /// (PyTorch: `torch.histogramdd`).
  ///
  /// `bins` has the number of bins of each axis, `range` the lower and upper edge of each, 2 · D
  /// numbers. `weight` has shape `[*]`. `density` divides by the total and the volume of each bin.
  ///
  /// - Shape: `[*, D]` → `[bins₁, …, bins_D]`, with D vectors of edges.
  public func histogramdd(
    bins: [Int], range: [Double]? = nil, weight: Tensor? = nil, density: Bool = false
  ) throws -> (hist: Tensor, binEdges: [Tensor]) {
    try points(.counts(bins), range, weight, density)
  }

  /// Computes the histogram between the given edges, an ascending vector for each axis.
  public func histogramdd(
    bins: [Tensor], weight: Tensor? = nil, density: Bool = false
  ) throws -> (hist: Tensor, binEdges: [Tensor]) {
    try points(.edges(bins), nil, weight, density)
  }

  private func points(
    _ bins: Bins, _ range: [Double]?, _ weight: Tensor?, _ density: Bool
  ) throws -> (hist: Tensor, binEdges: [Tensor]) {
    let (hist, edges) = try noGrad {
      try histogram("histogramdd", bins, range, weight, density)
    }
    let inputs = [self] + bins.tensors + (weight.map { [$0] } ?? [])
    let name = "_histogramdd_from_bin_\(bins.tensors.isEmpty ? "cts" : "tensors")"
    return try (hist.withoutDerivative(name, inputs), edges)
  }

  private enum Bins {
    case counts([Int])
    case edges([Tensor])
    var count: Int {
      switch self {
      case .counts(let c): c.count
      case .edges(let e): e.count
      }
    }
    var tensors: [Tensor] { if case .edges(let e) = self { e } else { [] } }
  }

  private func histogram(
    _ name: String, _ bins: Bins, _ range: [Double]?, _ weight: Tensor?, _ density: Bool
  ) throws -> (hist: Tensor, binEdges: [Tensor]) {
    func refuse(_ kind: TensorError.Kind, _ message: ErrorMessage) -> TensorError {
      TensorError(kind, name, message)
    }
    // 16-bit floats require given edges, as in PyTorch.
    let isGiven = numel == 0 || !bins.tensors.isEmpty
    guard dtype == .float32 || dtype == .float64 || dtype.isHalf && isGiven else {
      throw refuse(.dtype, "\"histogramdd\" not implemented for '\(dtype.scalarName)'")
    }
    guard ndim >= 2 else { throw refuse(.shape, "input tensor should have at least 2 dimensions") }
    let axes = shape[ndim - 1], points = shape.dropLast().reduce(1, *)
    guard bins.count == axes else {
      throw refuse(
        .shape,
        "The size of bins must be equal to the innermost dimension of the input: got \(got: bins.count) for shape \(got: shape)"
      )
    }
    if let weight {
      // A weight with the shape of the elements matches the points, which `column` makes of them.
      guard weight.shape == Array(shape.dropLast()) || axes == 1 && weight.numel == points else {
        throw refuse(
          .shape,
          "if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape \(got: shape) and weight with shape \(got: weight.shape)"
        )
      }
      guard weight.dtype == dtype else {
        throw refuse(
          .dtype,
          "if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(\(got: dtype)), and weight(\(got: weight.dtype))"
        )
      }
    }
    let values = try toArray(as: Double.self)
    let edges: [Tensor]
    switch bins {
    case .edges(let given):
      for (d, e) in given.enumerated() {
        guard e.ndim == 1, e.numel > 1 else {
          throw refuse(
            .shape,
            "bins tensor should have one dimension and at least 2 edges, but got shape \(got: e.shape) for dimension \(got: d)"
          )
        }
        guard e.dtype == dtype else {
          throw refuse(
            .dtype,
            "input tensor and bins tensors should have the same dtype, but got input with dtype \(got: dtype) and bins for dimension \(got: d) with dtype \(got: e.dtype)"
          )
        }
      }
      edges = given.map { $0.detach() }
    case .counts(let counts):
      guard range == nil || range?.count == 2 * axes else {
        throw refuse(
          .value,
          "for a \(expected: axes)-dimensional histogram range should have \(expected: 2 * axes) elements, but got \(got: range?.count ?? 0)"
        )
      }
      edges = try counts.enumerated().map { d, count in
        guard count > 0 else {
          throw refuse(.value, "bins must be > 0, but got \(got: count) for dimension \(got: d)")
        }
        let own = stride(from: d, to: values.count, by: Swift.max(axes, 1)).lazy.map { values[$0] }
        var low = own.min() ?? 0, high = own.max() ?? 1
        if own.contains(where: \.isNaN) { low = .nan }
        if let range { (low, high) = (range[2 * d], range[2 * d + 1]) }
        guard low.isFinite, high.isFinite else {
          throw refuse(.value, "dimension \(d)'s range [\(low), \(high)] is not finite")
        }
        guard low <= high else {
          throw refuse(
            .value,
            "min should not exceed max, but got min \(got: low) max \(got: high) for dimension \(got: d)"
          )
        }
        if low == high { (low, high) = (low - 0.5, high + 0.5) }
        let (steps, overflow) = count.addingReportingOverflow(1)
        return try Tensor.linspace(low, high, steps: overflow ? .max : steps, dtype: dtype)
      }
    }
    let sizes = edges.map { $0.numel - 1 }
    let total = try Layout.checkedCount(sizes, .float64, name)
    try Layout.checkList(total, name)
    let limits = try edges.map { try $0.toArray(as: Double.self) }
    let weights = try weight?.toArray(as: Double.self)
    var sums = [Double](repeating: 0, count: total)
    points: for i in 0..<points {
      var place = 0
      for d in 0..<axes {
        guard let bin = Tensor.bin(of: values[i * axes + d], limits[d]) else { continue points }
        place = place * sizes[d] + bin
      }
      sums[place] += weights?[i] ?? 1
    }
    if density { Tensor.normalize(&sums, sizes, limits) }
    return (try Tensor(sums, shape: sizes, dtype: dtype), edges)
  }

  /// Returns the bin between `edges` that contains `x`, or nil if there is none.
  private static func bin(of x: Double, _ edges: [Double]) -> Int? {
    guard let first = edges.first, let last = edges.last, x >= first, x <= last else { return nil }
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if x < edges[middle] { high = middle } else { low = middle + 1 }
    }
    return Swift.max(0, Swift.min(low, edges.count - 1) - 1)
  }

  /// Divides by the total and the size of each bin.
  private static func normalize(_ sums: inout [Double], _ sizes: [Int], _ edges: [[Double]]) {
    let total = sums.reduce(0, +)
    for i in sums.indices {
      var rest = i, volume = total
      for d in sizes.indices.reversed() {
        let bin = rest % sizes[d]
        rest /= sizes[d]
        volume *= edges[d][bin + 1] - edges[d][bin]
      }
      sums[i] /= volume
    }
  }
}
