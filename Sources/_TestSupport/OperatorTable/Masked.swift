import Kindling

extension OperatorTable {
  /// Adds the operators of `masked`.
  mutating func addMasked() {
    reducing("sum") { try Masked.sum($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    reducing("prod") { try Masked.prod($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    reducing("amax") { try Masked.amax($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    reducing("amin") { try Masked.amin($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    reducing("mean") { try Masked.mean($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    reducing("logsumexp") { try Masked.logsumexp($0, dims: $1, keepdim: $2, dtype: $3, mask: $4) }
    op("masked.argmax") { a in
      try Masked.argmax(
        a.tensor(0), dim: a.optionalInt(1, "dim"), keepdim: a.bool(nil, "keepdim", default: false),
        dtype: a.dtype(nil), mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.argmin") { a in
      try Masked.argmin(
        a.tensor(0), dim: a.optionalInt(1, "dim"), keepdim: a.bool(nil, "keepdim", default: false),
        dtype: a.dtype(nil), mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.median") { a in
      try Masked.median(
        a.tensor(0), dim: a.int(1, "dim", default: -1),
        keepdim: a.bool(nil, "keepdim", default: false), dtype: a.dtype(nil),
        mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.norm") { a in
      try Masked.norm(
        a.tensor(0), a.double(1, "ord", default: 2), dims: a.optionalInts(nil, "dim"),
        keepdim: a.bool(nil, "keepdim", default: false), dtype: a.dtype(nil),
        mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.var") { a in
      try Masked.var(
        a.tensor(0), dims: a.optionalInts(nil, "dim"), correction: a.maskedCorrection(),
        keepdim: a.bool(nil, "keepdim", default: false), dtype: a.dtype(nil),
        mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.std") { a in
      try Masked.std(
        a.tensor(0), dims: a.optionalInts(nil, "dim"), correction: a.maskedCorrection(),
        keepdim: a.bool(nil, "keepdim", default: false), dtype: a.dtype(nil),
        mask: a.optionalTensor(nil, "mask"))
    }
    along("cumsum") { try Masked.cumsum($0, dim: $1, dtype: $2, mask: $3) }
    along("cumprod") { try Masked.cumprod($0, dim: $1, dtype: $2, mask: $3) }
    along("softmax") { try Masked.softmax($0, dim: $1, dtype: $2, mask: $3) }
    along("log_softmax") { try Masked.logSoftmax($0, dim: $1, dtype: $2, mask: $3) }
    along("softmin") { try Masked.softmin($0, dim: $1, dtype: $2, mask: $3) }
    op("masked.normalize") { a in
      try Masked.normalize(
        a.tensor(0), a.double(1, "ord"), dim: a.int(2, "dim"),
        eps: a.double(nil, "eps", default: 1e-12), dtype: a.dtype(nil),
        mask: a.optionalTensor(nil, "mask"))
    }
    op("masked.logaddexp") { a in
      try Masked.logaddexp(
        a.tensor(0), a.tensor(1), dtype: a.dtype(nil),
        inputMask: a.optionalTensor(nil, "input_mask"),
        otherMask: a.optionalTensor(nil, "other_mask"))
    }
  }

  private mutating func reducing(
    _ name: String,
    body: @escaping @Sendable (Tensor, [Int]?, Bool, DType?, Tensor?) throws -> Tensor
  ) {
    op("masked.\(name)") { a in
      try body(
        a.tensor(0), a.optionalInts(1, "dim"), a.bool(nil, "keepdim", default: false),
        a.dtype(nil), a.optionalTensor(nil, "mask"))
    }
  }

  private mutating func along(
    _ name: String, body: @escaping @Sendable (Tensor, Int, DType?, Tensor?) throws -> Tensor
  ) {
    op("masked.\(name)") { a in
      try body(a.tensor(0), a.int(1, "dim"), a.dtype(nil), a.optionalTensor(nil, "mask"))
    }
  }
}

extension Arguments {
  /// Returns the correction, which may be given as `unbiased`.
  fileprivate func maskedCorrection() throws -> Double {
    let unbiased = try optionalBool(nil, "unbiased")
    return try optionalDouble(nil, "correction") ?? (unbiased ?? true ? 1 : 0)
  }
}
