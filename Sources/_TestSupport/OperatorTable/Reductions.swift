import Kindling

extension OperatorTable {
  /// Adds the operators of `reductions`, `sorting_and_search` and `masked`.
  mutating func addReductions() {
    addSums()
    addExtrema()
    addStatistics()
    addScans()
    addDifferences()
  }

  private mutating func addDifferences() {
    op("diff") { a in
      try a.tensor(0).diff(
        n: a.int(1, "n", default: 1), dim: a.int(2, "dim", default: -1),
        prepend: a.optionalTensor(3, "prepend"), append: a.optionalTensor(4, "append"))
    }
    op("gradient") { a in
      let x = try a.tensor(0), dims = try a.optionalInts(nil, "dim")
      let edgeOrder = try a.int(nil, "edge_order", default: 1)
      guard case .list(let spacing)? = a.value(nil, "spacing"), case .tensor? = spacing.first else {
        return try x.gradient(
          spacing: a.optionalDoubles(nil, "spacing") ?? [], dims: dims, edgeOrder: edgeOrder)
      }
      return try x.gradient(
        coordinates: a.tensors(nil, "spacing"), dims: dims, edgeOrder: edgeOrder)
    }
    op("trapezoid", "trapz") { a in
      let dim = try a.int(nil, "dim", default: -1)
      return a.isTensor(1, "x")
        ? try a.tensor(0).trapezoid(x: a.tensor(1, "x"), dim: dim)
        : try a.tensor(0).trapezoid(dx: a.double(nil, "dx", default: 1), dim: dim)
    }
    op("cumulative_trapezoid") { a in
      let dim = try a.int(nil, "dim", default: -1)
      return a.isTensor(1, "x")
        ? try a.tensor(0).cumulativeTrapezoid(x: a.tensor(1, "x"), dim: dim)
        : try a.tensor(0).cumulativeTrapezoid(dx: a.double(nil, "dx", default: 1), dim: dim)
    }
    op("cov") { a in
      try a.tensor(0).cov(
        correction: a.int(nil, "correction", default: 1),
        fweights: a.optionalTensor(nil, "fweights"), aweights: a.optionalTensor(nil, "aweights"))
    }
    unary("corrcoef") { try $0.corrcoef() }
    op("_segment_reduce") { a in
      guard let reduction = try Tensor.SegmentReduction(rawValue: a.string(1, "reduce")) else {
        throw UnsupportedError("a reduction that segments do not have")
      }
      let x = try a.tensor(0), dim = try a.int(nil, "axis", default: 0)
      let initial = try a.optionalDouble(nil, "initial")
      let unsafe = try a.bool(nil, "unsafe", default: false)
      return a.has(nil, "lengths")
        ? try x.segmentReduce(
          reduction, lengths: a.tensor(nil, "lengths"), dim: dim, initial: initial, unsafe: unsafe)
        : try x.segmentReduce(
          reduction, offsets: a.tensor(nil, "offsets"), dim: dim, initial: initial)
    }
  }

  private mutating func addStatistics() {
    let variance: @Sendable (Arguments) throws -> (Tensor, [Int]?, Double, Bool) = { a in
      // The second argument may be `unbiased` alone; a correction of None is 1.
      if a.isBool(1) { return (try a.tensor(0), nil, try a.bool(1) ? 1 : 0, false) }
      let unbiased = try a.bool(2, "unbiased", default: true)
      let correction = try a.optionalDouble(nil, "correction") ?? (unbiased ? 1 : 0)
      let keepdim = try a.bool(3, "keepdim", default: false)
      return (try a.tensor(0), try a.optionalInts(1, "dim"), correction, keepdim)
    }
    op("var") { a in
      let (x, dims, correction, keepdim) = try variance(a)
      return try x.var(dims: dims, correction: correction, keepdim: keepdim)
    }
    op("std") { a in
      let (x, dims, correction, keepdim) = try variance(a)
      return try x.std(dims: dims, correction: correction, keepdim: keepdim)
    }
    op("var_mean") { a in
      let (x, dims, correction, keepdim) = try variance(a)
      let (variance, mean) = try x.varMean(dims: dims, correction: correction, keepdim: keepdim)
      return [variance, mean]
    }
    op("std_mean") { a in
      let (x, dims, correction, keepdim) = try variance(a)
      let (deviation, mean) = try x.stdMean(dims: dims, correction: correction, keepdim: keepdim)
      return [deviation, mean]
    }
    op("logsumexp") { a in
      try a.tensor(0).logsumexp(
        dims: a.ints(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
    op("norm") { a in
      var p = 2.0
      if case .string(let name)? = a.value(1, "p") {
        guard name == "fro" else { throw UnsupportedError("norm \(name)") }
      } else {
        p = try a.optionalDouble(1, "p") ?? 2
      }
      return try a.tensor(0).norm(
        p: p, dims: a.optionalInts(2, "dim"), keepdim: a.bool(3, "keepdim", default: false),
        dtype: a.dtype(4))
    }
    op("dist") { a in try a.tensor(0).dist(a.tensor(1, "other"), p: a.double(2, "p", default: 2)) }
    op("renorm") { a in
      try a.tensor(0).renorm(
        p: a.double(1, "p"), dim: a.int(2, "dim"), maxnorm: a.double(3, "maxnorm"))
    }
    op("median") { a in
      guard let dim = try a.optionalInt(1, "dim") else { return try a.tensor(0).median() }
      let (values, indices) = try a.tensor(0).median(
        dim: dim, keepdim: a.bool(2, "keepdim", default: false))
      return [values, indices]
    }
    op("nanmedian") { a in
      guard let dim = try a.optionalInt(1, "dim") else { return try a.tensor(0).nanmedian() }
      let (values, indices) = try a.tensor(0).nanmedian(
        dim: dim, keepdim: a.bool(2, "keepdim", default: false))
      return [values, indices]
    }
    for (name, ignoresNaN) in [("quantile", false), ("nanquantile", true)] {
      op(name) { a in
        let x = try a.tensor(0), dim = try a.optionalInt(2, "dim")
        let keepdim = try a.bool(3, "keepdim", default: false)
        let mode = try a.string(4, "interpolation", default: "linear")
        guard let interpolation = Tensor.Interpolation(rawValue: mode) else {
          throw UnsupportedError("interpolation \(mode)")
        }
        let q =
          a.isTensor(1, "q") ? try a.tensor(1, "q") : try Tensor(a.double(1, "q"), dtype: x.dtype)
        return ignoresNaN
          ? try x.nanquantile(q, dim: dim, keepdim: keepdim, interpolation: interpolation)
          : try x.quantile(q, dim: dim, keepdim: keepdim, interpolation: interpolation)
      }
    }
  }

  private mutating func addScans() {
    op("cumsum") { a in try a.tensor(0).cumsum(dim: a.int(1, "dim"), dtype: a.dtype(nil)) }
    op("cumprod") { a in try a.tensor(0).cumprod(dim: a.int(1, "dim"), dtype: a.dtype(nil)) }
    op("logcumsumexp") { a in try a.tensor(0).logcumsumexp(dim: a.int(1, "dim")) }
    op("cummax") { a in
      let (values, indices) = try a.tensor(0).cummax(dim: a.int(1, "dim"))
      return [values, indices]
    }
    op("cummin") { a in
      let (values, indices) = try a.tensor(0).cummin(dim: a.int(1, "dim"))
      return [values, indices]
    }
    op("prod") { a in
      try a.tensor(0).prod(
        dim: a.optionalInt(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
  }

  private mutating func addSums() {
    op("sum") { a in
      try a.tensor(0).sum(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
    op("nansum") { a in
      try a.tensor(0).nansum(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
    op("mean") { a in
      try a.tensor(0).mean(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
    op("nanmean") { a in
      try a.tensor(0).nanmean(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
    op("sum_to_size") { a in try a.tensor(0).sumToSize(a.variadicInts(from: 1, "size")) }
    op("count_nonzero") { a in try a.tensor(0).countNonzero(dims: a.optionalInts(1, "dim")) }
    op("all") { a in
      try a.tensor(0).all(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
    op("any") { a in
      try a.tensor(0).any(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
  }

  private mutating func addExtrema() {
    op("max") { a in
      guard let dim = try a.optionalInt(1, "dim") else { return try a.tensor(0).max() }
      let (values, indices) = try a.tensor(0).max(
        dim: dim, keepdim: a.bool(2, "keepdim", default: false))
      return [values, indices]
    }
    op("min") { a in
      guard let dim = try a.optionalInt(1, "dim") else { return try a.tensor(0).min() }
      let (values, indices) = try a.tensor(0).min(
        dim: dim, keepdim: a.bool(2, "keepdim", default: false))
      return [values, indices]
    }
    op("max", variant: "binary") { a in
      a.isTensor(1, "other")
        ? try a.tensor(0).maximum(a.tensor(1, "other")) : try a.tensor(0).max(dim: a.int(1)).values
    }
    op("min", variant: "binary") { a in
      a.isTensor(1, "other")
        ? try a.tensor(0).minimum(a.tensor(1, "other")) : try a.tensor(0).min(dim: a.int(1)).values
    }
    op("amax") { a in
      try a.tensor(0).amax(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
    op("amin") { a in
      try a.tensor(0).amin(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
    op("aminmax") { a in
      let (least, greatest) = try a.tensor(0).aminmax(
        dim: a.optionalInt(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
      return [least, greatest]
    }
    op("argmax") { a in
      try a.tensor(0).argmax(
        dim: a.optionalInt(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
    op("argmin") { a in
      try a.tensor(0).argmin(
        dim: a.optionalInt(1, "dim"), keepdim: a.bool(2, "keepdim", default: false))
    }
  }
}
