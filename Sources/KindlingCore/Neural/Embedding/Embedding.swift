/// Rows of an embedding matrix, which is the tensor itself.
extension Tensor {
  /// Looks up the rows that `indices` select.
  package func embedding(
    _ indices: Tensor, paddingIdx: Int?, maxNorm: Double?, normType: Double, scaleGradByFreq: Bool
  ) throws -> Tensor {
    try require(ndim == 2, .shape, "embedding", "'weight' must be 2-D, but its shape is \(shape)")
    let rows = shape[0]
    let padding = try paddingIdx.map { try Tensor.wrappedPadding($0, rows) }
    let flat = try Tensor.checkedIndices(indices, rows)
    if let maxNorm { try limitNorms(of: flat, maxNorm, normType) }
    let columns = shape[1]
    let y = try noGrad { try indexSelect(0, flat).reshape(indices.shape + [columns]) }
    return try y.recorded(
      "EmbeddingBackward0",
      Input(self, saving: flat) { [shape] g, s in
        var lines = try g.reshape([s[0].numel, columns])
        if let padding { lines = try lines.maskedFill(s[0].eq(padding).unsqueeze(-1), 0) }
        if scaleGradByFreq {
          let ones = try Tensor.ones(like: s[0])
          let counts = try Tensor.zeros([rows], dtype: .int64, device: g.device)
            .indexAdd(0, s[0], ones).indexSelect(0, s[0])
          lines = try lines.div(counts.unsqueeze(-1).to(g.dtype))
        }
        return try Tensor.zeros(shape, dtype: g.dtype, device: g.device).indexAdd(0, s[0], lines)
      })
  }

  /// Returns the index of the padding row, counted from the start.
  package static func wrappedPadding(_ index: Int, _ rows: Int) throws -> Int {
    try require(
      rows >= 0 && index >= -rows && index < rows, .value, "embedding",
      "Padding_idx must be within num_embeddings, but it is \(index) of \(rows)")
    return index < 0 ? index + rows : index
  }

  /// Returns `indices` flattened, in int64 and checked to be in range.
  static func checkedIndices(_ indices: Tensor, _ rows: Int) throws -> Tensor {
    try require(
      indices.dtype == .int64 || indices.dtype == .int32, .dtype, "embedding",
      "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got \(got: indices.dtype.scalarName) instead; convert it with to(.int64)"
    )
    let flat = try indices.to(.int64).reshape(-1)
    try flat.hostElements(as: Int.self, "embedding").withElements { elements in
      for index in elements where index < 0 || index >= rows {
        throw TensorError(
          .index, "embedding",
          "index out of range in self: \(index), where there are \(rows) embeddings")
      }
    }
    return flat
  }

  /// Rescales, in place, the rows selected by `indices` whose norm exceeds the limit.
  func limitNorms(of indices: Tensor, _ maxNorm: Double, _ p: Double) throws {
    if indices.numel == 0 { return }
    try noGrad {
      let places = try indices.unique(), rows = try indexSelect(0, places)
      let norms = try rows.norm(p: p, dim: 1, keepdim: true)
      let scale = try Tensor.where(norms.gt(maxNorm), maxNorm / (norms + 1e-7), 1)
      try indexCopy_(0, places, rows.mul(scale.to(rows.dtype)))
    }
  }
}
