import Kindling

extension OperatorTable {
  /// Adds the operators of `sorting_and_search`.
  mutating func addSorting() {
    op("sort") { a in
      let (values, indices) = try a.tensor(0).sort(
        dim: a.int(1, "dim", default: -1), descending: a.bool(2, "descending", default: false),
        stable: a.optionalBool(nil, "stable"))
      return [values, indices]
    }
    op("argsort") { a in
      try a.tensor(0).argsort(
        dim: a.int(1, "dim", default: -1), descending: a.bool(2, "descending", default: false),
        stable: a.bool(nil, "stable", default: false))
    }
    op("msort") { a in try a.tensor(0).msort() }
    op("topk") { a in
      let (values, indices) = try a.tensor(0).topk(
        a.int(1, "k"), dim: a.int(2, "dim", default: -1),
        largest: a.bool(3, "largest", default: true),
        sorted: a.bool(4, "sorted", default: true))
      return [values, indices]
    }
    op("kthvalue") { a in
      let (values, indices) = try a.tensor(0).kthvalue(
        a.int(1, "k"), dim: a.int(2, "dim", default: -1),
        keepdim: a.bool(3, "keepdim", default: false))
      return [values, indices]
    }
    op("mode") { a in
      let (values, indices) = try a.tensor(0).mode(
        dim: a.int(1, "dim", default: -1), keepdim: a.bool(2, "keepdim", default: false))
      return [values, indices]
    }
    op("unique") { a in
      _ = try a.bool(nil, "sorted", default: true)
      let all = try a.tensor(0).uniqueWithInverseAndCounts(dim: a.optionalInt(nil, "dim"))
      return try a.chosen(all.output, all.inverse, all.counts)
    }
    op("unique_consecutive") { a in
      let all = try a.tensor(0).uniqueConsecutiveWithInverseAndCounts(
        dim: a.optionalInt(nil, "dim"))
      return try a.chosen(all.output, all.inverse, all.counts)
    }
    op("searchsorted") { a in
      let side = try a.optionalString(nil, "side")
      let right = try a.optionalBool(nil, "right")
      if side == "left" && right == true {
        throw TensorError(.value, "searchsorted", "side and right can't be set to opposites")
      }
      let (edges, behind) = (try a.tensor(0), side == "right" || right == true)
      let (sorter, narrow) = (
        try a.optionalTensor(nil, "sorter"), try a.bool(nil, "out_int32", default: false)
      )
      return a.isTensor(1, "input")
        ? try edges.searchsorted(
          a.tensor(1, "input"), right: behind, sorter: sorter, outInt32: narrow)
        : try edges.searchsorted(
          a.scalar(1, "input"), right: behind, sorter: sorter, outInt32: narrow)
    }
    op("bucketize") { a in
      try a.tensor(0).bucketize(
        a.tensor(1, "boundaries"), right: a.bool(nil, "right", default: false),
        outInt32: a.bool(nil, "out_int32", default: false))
    }
    op("isin") { a in
      _ = try a.bool(nil, "assume_unique", default: false)
      return try a.tensor(0).isin(a.tensor(1), invert: a.bool(nil, "invert", default: false))
    }
    op("bincount") { a in
      try a.tensor(0).bincount(
        weights: a.optionalTensor(1, "weights"), minlength: a.int(2, "minlength", default: 0))
    }
    op("histc") { a in
      try a.tensor(0).histc(
        bins: a.int(1, "bins", default: 100), min: a.double(2, "min", default: 0),
        max: a.double(3, "max", default: 0))
    }
    op("histogram") { a in
      let (weight, density) = (
        try a.optionalTensor(nil, "weight"), try a.bool(nil, "density", default: false)
      )
      if a.isTensor(1) {
        let (hist, edges) = try a.tensor(0).histogram(
          bins: a.tensor(1), weight: weight, density: density)
        return [hist, edges]
      }
      let range = try a.optionalDoubles(nil, "range")
      if let range, range.count != 2 {
        throw TensorError(
          .value, "histogram", "range should have 2 elements, but got \(range.count)")
      }
      let (hist, edges) = try a.tensor(0).histogram(
        bins: a.int(1), range: range.map { ($0[0], $0[1]) }, weight: weight, density: density)
      return [hist, edges]
    }
    op("histogramdd") { a in
      let (weight, density) = (
        try a.optionalTensor(nil, "weight"), try a.bool(nil, "density", default: false)
      )
      if let edges = try? a.tensors(1, "bins") {
        let result = try a.tensor(0).histogramdd(bins: edges, weight: weight, density: density)
        return [result.hist] + result.binEdges
      }
      let result = try a.tensor(0).histogramdd(
        bins: a.ints(1, "bins"), range: a.optionalDoubles(nil, "range"), weight: weight,
        density: density)
      return [result.hist] + result.binEdges
    }
  }

  /// Adds the operators of `other`.
  mutating func addOther() {
    op("equal") { a in try a.tensor(0).equal(a.tensor(1)) }
    op("allclose") { a in
      try a.tensor(0).allclose(
        a.tensor(1), rtol: a.double(2, "rtol", default: 1e-5),
        atol: a.double(3, "atol", default: 1e-8),
        equalNan: a.bool(4, "equal_nan", default: false))
    }
    op("hash_tensor") { a in
      try a.tensor(0).hashTensor(
        dims: a.optionalInts(1, "dim"), keepdim: a.bool(nil, "keepdim", default: false))
    }
  }
}

extension Arguments {
  /// Returns the requested results of a search for distinct elements.
  fileprivate func chosen(_ output: Tensor, _ inverse: Tensor, _ counts: Tensor) throws -> [Tensor]
  {
    var results = [output]
    if try bool(nil, "return_inverse", default: false) { results.append(inverse) }
    if try bool(nil, "return_counts", default: false) { results.append(counts) }
    return results
  }
}
