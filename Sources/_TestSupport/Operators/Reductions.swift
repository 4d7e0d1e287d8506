import Kindling

extension OperatorTable {
  /// `reductions`, `sorting_and_search` and `masked`.
  mutating func addReductions() {
    op("sum") { a in
      try a.tensor(0).sum(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(2, "keepdim", default: false),
        dtype: a.dtype(nil))
    }
    op("sum_to_size") { a in try a.tensor(0).sumToSize(a.variadicInts(from: 1, "size")) }
  }
}
