import Kindling

extension OperatorTable {
  /// `reductions`, `sorting_and_search` and `masked`.
  mutating func addReductions() {
    addSums()
    addExtrema()
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
