import Kindling

extension OperatorTable {
  /// Adds the operators of `indexing_and_scatter`.
  mutating func addIndexing() {
    op("__getitem__") { a in
      let index = a.value(1, "indices")
      let list: [ArgumentValue] =
        if case .tuple(let items)? = index { items } else { [index ?? .none] }
      return try a.tensor(0)[list.map(\.position)]
    }
    op("__setitem__", samples: [[.matrix, 0, 1.5], [.matrix, [0, 1], 2], [.row, 1, .row]]) { a in
      let index = a.value(1, "indices")
      let list: [ArgumentValue] =
        if case .tuple(let items)? = index { items } else { [index ?? .none] }
      let (x, positions) = (try a.tensor(0), list.map(\.position))
      return a.isTensor(2, "value")
        ? try x.set(positions, to: a.tensor(2, "value"))
        : try x.set(positions, to: a.scalar(2, "value"))
    }
    op("index_select") { a in try a.tensor(0).indexSelect(a.int(1, "dim"), a.tensor(2, "index")) }
    op("index_add") { a in
      try a.tensor(0).indexAdd(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("index_copy") { a in
      try a.tensor(0).indexCopy(a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"))
    }
    op("index_fill") { a in
      let (x, dim, index) = (try a.tensor(0), try a.int(1, "dim"), try a.tensor(2, "index"))
      return a.isTensor(3, "value")
        ? try x.indexFill(dim, index, a.tensor(3, "value"))
        : try x.indexFill(dim, index, a.scalar(3, "value"))
    }
    op("index_put") { a in
      try a.tensor(0).indexPut(
        a.tensors(1, "indices"), a.tensor(2, "values"),
        accumulate: a.bool(3, "accumulate", default: false))
    }
    op("masked_fill") { a in
      a.isTensor(2, "value")
        ? try a.tensor(0).maskedFill(a.tensor(1, "mask"), a.tensor(2, "value"))
        : try a.tensor(0).maskedFill(a.tensor(1, "mask"), a.scalar(2, "value"))
    }
    op("masked_select") { a in try a.tensor(0).maskedSelect(a.tensor(1, "mask")) }
    op("masked_scatter") { a in
      try a.tensor(0).maskedScatter(a.tensor(1, "mask"), a.tensor(2, "source"))
    }
    op("gather") { a in try a.tensor(0).gather(a.int(1, "dim"), a.tensor(2, "index")) }
    op("scatter") { a in
      let (x, dim, index) = (try a.tensor(0), try a.int(1, "dim"), try a.tensor(2, "index"))
      let reduce = a.has(nil, "reduce") ? try a.reduction(nil, "reduce") : nil
      return a.isTensor(3, "src")
        ? try x.scatter(dim, index, a.tensor(3, "src"), reduce: reduce)
        : try x.scatter(dim, index, a.scalar(3, "value"), reduce: reduce)
    }
    op("scatter_add") { a in
      try a.tensor(0).scatterAdd(a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "src"))
    }
    op("take") { a in try a.tensor(0).take(a.tensor(1, "index")) }
    op("take_along_dim") { a in
      try a.tensor(0).takeAlongDim(a.tensor(1, "indices"), dim: a.optionalInt(2, "dim"))
    }
    op("put") { a in
      try a.tensor(0).put(
        a.tensor(1, "index"), a.tensor(2, "source"),
        accumulate: a.bool(3, "accumulate", default: false))
    }
    op("scatter_reduce") { a in
      try a.tensor(0).scatterReduce(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "src"), a.reduction(4, "reduce"),
        includeSelf: a.bool(nil, "include_self", default: true))
    }
    op("index_reduce") { a in
      try a.tensor(0).indexReduce(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"), a.reduction(4, "reduce"),
        includeSelf: a.bool(nil, "include_self", default: true))
    }
    op("unravel_index") { a in try a.tensor(0).unravelIndex(a.ints(1, "shape")) }
    op("nonzero") { a in
      try a.bool(nil, "as_tuple", default: false)
        ? a.tensor(0).nonzeroAsTuple() : [a.tensor(0).nonzero()]
    }
    op("argwhere") { a in try a.tensor(0).argwhere() }
    op("nonzero_static") { a in
      try a.tensor(0).nonzeroStatic(
        size: a.int(nil, "size"), fillValue: a.int(nil, "fill_value", default: -1))
    }
  }
}

extension Arguments {
  fileprivate func reduction(_ position: Int?, _ name: String) throws -> ScatterReduction {
    let text = try string(position, name)
    guard let reduction = ScatterReduction(rawValue: text) else {
      throw TensorError(.value, "scatter", "reduce argument must be a known reduction, got \(text)")
    }
    return reduction
  }
}

extension ArgumentValue {
  /// The argument as a position of an index; the operator rejects an invalid one.
  fileprivate var position: TensorIndex {
    switch self {
    case .int(let i): i.tensorIndex
    case .bool(let b): b.tensorIndex
    case .tensor(let t): t.tensorIndex
    case .ellipsis: .ellipsis
    case .none: .newAxis
    case .slice(let bounds):
      .step(bounds.integer(0), bounds.integer(1), bounds.integer(2) ?? 1)
    case .list(let items), .tuple(let items): items.compactMap(\.integer).tensorIndex
    default: [Double.nan].tensorIndex
    }
  }

  fileprivate var integer: Int? { if case .int(let i) = self { i } else { nil } }
}

extension [ArgumentValue] {
  fileprivate func integer(_ i: Int) -> Int? { i < count ? self[i].integer : nil }
}
