/// Searching and counting elements.
extension Tensor {
  /// Finds the insertion index of each of `values` in the sorted last dimension of this tensor
  /// (PyTorch: `torch.searchsorted`).
  ///
  /// With `right`, values are inserted after equal elements instead of before them. If the tensor
  /// is not sorted, `sorter` is its sorting order from `argsort`. The result is int64, or int32
  /// with `outInt32`. Elements of different dtypes are compared in the promoted dtype.
  public func searchsorted(
    _ values: Tensor, right: Bool = false, sorter: Tensor? = nil, outInt32: Bool = false
  ) throws -> Tensor {
    try require(
      ndim > 0, .shape, "searchsorted",
      "boundaries tensor should have positive dimension, but got 0 dimension")
    guard ndim == 1 || values.ndim == ndim && shape.dropLast() == values.shape.dropLast() else {
      throw TensorError(
        .shape, "searchsorted",
        "boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor \(got: shape) and input value tensor \(got: values.shape)"
      )
    }
    if let sorter {
      try require(
        sorter.shape == shape, .shape, "searchsorted",
        "boundary and sorter must have the same size, but got boundary tensor \(got: shape) and got sorter tensor \(got: sorter.shape)"
      )
      try require(
        sorter.dtype == .int64, .dtype, "searchsorted",
        "sorter must be a tensor of long dtype but got dtype \(got: sorter.dtype)")
    }
    for (name, tensor) in [("input value", values), ("boundary", self), ("sorter", sorter ?? self)]
    where !tensor.isContiguous && (name != "sorter" || sorter != nil) {
      try Warnings.warn(
        .user, "",
        "torch.searchsorted(): \(name) tensor is non-contiguous, this will lower the performance due to extra data copy when converting non-contiguous tensor to contiguous, please use contiguous \(name) tensor if possible. This message will only appear once per program."
      )
    }
    let type = Tensor.resultType(self, values)
    if values.numel == 0 {
      return try Tensor.zeros(values.shape, dtype: outInt32 ? .int32 : .int64, device: device)
    }
    try require(
      type != .bool, .dtype, "searchsorted", "\"searchsorted_out_cpu\" not implemented for 'Bool'")
    let (edges, wanted) = try noGrad {
      (try (sorter.map { try gather(-1, $0) } ?? self).to(type), try values.to(type))
    }
    let places =
      type.isFloatingPoint
      ? try Tensor.search(edges.to(.float64), wanted.to(.float64), right, Double.self)
      : try Tensor.search(edges.to(.int64), wanted.to(.int64), right, Int.self)
    return try places.tensor(shape: values.shape, device: device).to(outInt32 ? .int32 : .int64)
  }

  /// Finds the insertion index of `value` in this sorted vector.
  public func searchsorted<S: TensorScalar>(
    _ value: S, right: Bool = false, sorter: Tensor? = nil, outInt32: Bool = false
  ) throws -> Tensor {
    try require(
      ndim == 1, .shape, "searchsorted",
      "input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(\(got: ndim))"
    )
    let number = try Tensor.wrapped(value, like: self)
    return try searchsorted(number, right: right, sorter: sorter, outInt32: outInt32)
  }

  private static func search<T: TensorScalar & Comparable & BitwiseCopyable>(
    _ edges: Tensor, _ values: Tensor, _ right: Bool, _ type: T.Type
  ) throws -> HostBuffer<Int> {
    let places = try HostBuffer<Int>(count: values.numel, "searchsorted")
    let size = edges.shape[edges.ndim - 1]
    let perRow = edges.ndim == 1 ? places.count : values.shape[values.ndim - 1]
    try edges.withUnsafeBuffer(of: T.self) { sorted in
      try values.withUnsafeBuffer(of: T.self) { wanted in
        places.withElements { places in
          for (position, value) in wanted.enumerated() {
            let row = edges.ndim == 1 ? 0 : position / perRow
            var (low, high) = (0, size)
            while low < high {
              let middle = (low + high) / 2, edge = sorted[row * size + middle]
              // Written so that NaN, for which every comparison is false, goes to the end.
              if right ? !(edge > value) : !(edge >= value) {
                low = middle + 1
              } else {
                high = middle
              }
            }
            places[position] = low
          }
        }
      }
    }
    return places
  }

  /// Returns the index of the bucket between sorted `boundaries` for each element
  /// (PyTorch: `torch.bucketize`).
  public func bucketize(
    _ boundaries: Tensor, right: Bool = false, outInt32: Bool = false
  ) throws -> Tensor {
    try require(
      boundaries.ndim == 1, .shape, "bucketize",
      "boundaries tensor must be 1 dimension, but got dim(\(got: boundaries.ndim))")
    return try boundaries.searchsorted(self, right: right, outInt32: outInt32)
  }

  /// Tests whether each element is in `testElements` (PyTorch: `torch.isin`).
  ///
  /// NaN is never a member. Bools throw.
  public func isin(_ testElements: Tensor, invert: Bool = false) throws -> Tensor {
    let dtype = Tensor.resultType(self, testElements)
    for type in [self.dtype, testElements.dtype] where type == .bool {
      throw TensorError(.dtype, "isin", "Unsupported input type encountered for isin(): Bool")
    }
    return try noGrad {
      let set = try testElements.to(dtype).reshape(-1).sort().values, wanted = try to(dtype)
      guard set.numel > 0 else {
        return try Tensor.full(shape, invert, dtype: .bool, device: device)
      }
      let place = try set.searchsorted(wanted.reshape(-1)).clamp(max: set.numel - 1)
      let nearest = try set.indexSelect(0, place).reshape(shape)
      return try invert ? nearest.ne(wanted) : nearest.eq(wanted)
    }
  }

  /// Counts each nonnegative integer in this vector, or sums its `weights`
  /// (PyTorch: `torch.bincount`).
  public func bincount(weights: Tensor? = nil, minlength: Int = 0) throws -> Tensor {
    try require(minlength >= 0, .value, "bincount", "minlength should be >= 0, but is \(minlength)")
    try require(
      ndim == 1 && dtype.isInteger, .shape, "bincount",
      "bincount only supports 1-d non-negative integral inputs, but got shape \(got: shape) and dtype \(got: dtype)."
    )
    try require(dtype != .bool, .dtype, "bincount", "\"bincount_cpu\" not implemented for 'Bool'")
    let (least, greatest) =
      numel == 0 ? (0, -1) : (try min().item(as: Int.self), try max().item(as: Int.self))
    try require(
      least >= 0 && greatest < .max, .value, "bincount",
      "bincount only supports 1-d non-negative integral inputs, but got \(got: least)")
    let length = Swift.max(minlength, greatest + 1)
    _ = try Layout.checkedCount([length], .int64, "bincount")
    // Without elements, PyTorch returns counts even if weights are given.
    guard let weights, numel > 0 else {
      return try Tensor.zeros([length], dtype: .int64)
        .indexAdd(0, to(.int64), Tensor.ones([numel], dtype: .int64))
    }
    try require(
      weights.shape == shape, .shape, "bincount",
      "weights should be 1-d and have the same length as input, but got \(got: weights.shape) for \(got: shape)"
    )
    let type: DType = weights.dtype == .float32 ? .float32 : .float64
    return try noGrad {
      try Tensor.zeros([length], dtype: type).indexAdd(0, to(.int64), weights.to(type))
    }.withoutDerivative("bincount", [weights])
  }

  /// Counts the elements in `bins` bins of equal width from `min` to `max`
  /// (PyTorch: `torch.histc`).
  ///
  /// If both are equal, the minimum and maximum of the elements are used.
  public func histc(bins: Int = 100, min: Double = 0, max: Double = 0) throws -> Tensor {
    try require(
      dtype.isFloatingPoint, .dtype, "histc",
      "\"histogram_cpu\" not implemented for '\(dtype.scalarName)'")
    try require(bins > 0, .value, "histc", "bins must be > 0, but got \(got: bins)")
    try require(
      !(max < min), .value, "histc",
      "max must be larger than min, but got \(got: min) to \(got: max)")
    try Layout.checkList(bins, "histc")
    return try noGrad {
      var (low, high) = (min, max)
      if low == high, numel > 0 {
        (low, high) = (try self.min().item(), try self.max().item())
      }
      if low == high { (low, high) = (low - 1, high + 1) }
      try require(
        low.isFinite && high.isFinite, .value, "histc", "range of [\(low), \(high)] is not finite")
      // Every step is rounded to the dtype, which decides where what lies near an edge belongs.
      func number(_ x: Double) throws -> Tensor { try .full([], x, dtype: dtype, device: device) }
      let least = try number(low), greatest = try number(high)
      let shares = try sub(least).mul(number(Double(bins))).div(greatest.sub(least))
      let range: (Double, Double) = (try least.item(), try greatest.item())
      let counts =
        dtype == .float64
        ? try Tensor.counts(self, shares, bins, range) { (x: Double) in Int(x) }
        : try Tensor.counts(self.to(.float32), shares.to(.float32), bins, range) {
          (x: Float) in Int(x)
        }
      return try counts.tensor(shape: [bins], device: device).to(dtype)
    }
  }

  /// How many of the `values` within `range` fall into each of `bins` bins, which the `whole` parts of
  /// `shares` name: the conversion from T, which generic code would do bit by bit.
  private static func counts<T: TensorScalar & BinaryFloatingPoint & BitwiseCopyable>(
    _ values: Tensor, _ shares: Tensor, _ bins: Int, _ range: (Double, Double),
    _ whole: (T) -> Int
  ) throws -> HostBuffer<Int> {
    let counts = try HostBuffer(repeating: 0, count: bins, "histc")
    let low = T(range.0), high = T(range.1), end = T(bins)
    try values.withUnsafeBuffer(of: T.self) { values in
      try shares.withUnsafeBuffer(of: T.self) { shares in
        counts.withElements { counts in
          for i in values.indices where values[i] >= low && values[i] <= high {
            // Elements whose share is the upper edge, or NaN, belong to the last bin.
            let share = shares[i]
            counts[share < end ? whole(Swift.max(share, 0)) : bins - 1] += 1
          }
        }
      }
    }
    return counts
  }

  /// Converts row-major indices to coordinates, one tensor for each dimension of `shape`
  /// (PyTorch: `torch.unravel_index`).
  public func unravelIndex(_ shape: [Int]) throws -> [Tensor] {
    try require(
      dtype.isInteger, .dtype, "unravelIndex",
      "expected 'indices' to be integer dtype, but got \(got: dtype)")
    if let bad = shape.first(where: { $0 < 0 }) {
      throw TensorError(
        .shape, "unravelIndex",
        "'shape' cannot have negative values, but got \(got: bad) in \(got: shape)")
    }
    try require(
      numel == 0 || !shape.contains(0), .shape, "unravelIndex",
      "'shape' cannot have zero dimensions when 'indices' is non-empty, but got \(got: shape)")
    var steps: [Int] = [], step = 1
    for size in shape.reversed() {
      steps.append(step)
      let (next, overflow) = step.multipliedReportingOverflow(by: size)
      try require(
        !overflow || steps.count == shape.count, .shape, "unravelIndex",
        "the number of elements of shape \(shape) does not fit in Int")
      step = next
    }
    return try unsqueeze(-1).div(Tensor(steps.reversed()), rounding: .floor)
      .remainder(Tensor(shape)).unbind(-1)
  }
}
