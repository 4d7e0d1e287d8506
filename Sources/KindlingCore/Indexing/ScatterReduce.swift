import CKernels

/// Reductions of elements with the same index.
extension Tensor {
  /// Copies the tensor and combines `source[i][j]` with `out[index[i][j]][j]`, for `dim` 0
  /// (PyTorch: `torch.scatter_reduce`).
  ///
  /// `includeSelf` determines whether the existing elements take part.
  public func scatterReduce(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool = true
  ) throws -> Tensor {
    try reduced(
      "ScatterReduceBackward0", dim, index, source, reduce, includeSelf: includeSelf,
      into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``scatterReduce(_:_:_:_:includeSelf:)`` in place (PyTorch: `Tensor.scatter_reduce_`).
  @discardableResult
  public func scatterReduce_(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool = true
  ) throws -> Tensor {
    try inPlace("scatterReduce_", [source, index], sharing: .none) {
      try $0.reduced(
        "ScatterReduceBackward0", dim, index, source, reduce, includeSelf: includeSelf,
        into: $1.alias())
    }
  }

  /// Copies the tensor and combines the slices of `source` with the slices `index` along `dim`
  /// (PyTorch: `torch.index_reduce`).
  public func indexReduce(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool = true
  ) throws -> Tensor {
    // PyTorch supports bools slice by slice, where no initial value is needed.
    try require(
      dtype != .bool || ndim > 1 && includeSelf && reduce != .mean, .dtype, "indexReduce",
      "\"index_\(includeSelf ? "func_" : "reduce_func_exclude_input_init")\" not implemented for 'Bool'; convert with to(_:)"
    )
    try Warnings.warn(
      .user, "", "index_reduce() is in beta and the API may change at any time.")
    let plan = try LinePlan(self, dim, index, "indexReduce", strict: true)
    try plan.checkRank(source, self, "indexReduce")
    try plan.check(source, self, "indexReduce")
    var line = [Int](repeating: 1, count: Swift.max(source.ndim, 1))
    line[plan.dim] = plan.places.count
    let wide = try noGrad {
      try index.to(.int64).reshape(line).expand(source.ndim == 0 ? [1] : source.shape)
    }
    return try reduced(
      "IndexReduceBackward0", dim, wide, source, reduce, includeSelf: includeSelf, lines: index,
      into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  private func reduced(
    _ node: String, _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool, lines: Tensor? = nil, into out: Tensor
  ) throws -> Tensor {
    try require(
      dtype != .bool || reduce != .mean, .dtype, "scatterReduce",
      "\"scatter_gather_tensor_cpu_reduce_mean\" not implemented for 'Bool'; convert with to(_:)")
    let plan = try ScatterPlan("scatterReduce", self, dim, index, source)
    let rows = try plan.rows(of: out), d = plan.dim
    try noGrad {
      if !includeSelf {
        try backend.put(.set, Tensor(identity(of: reduce), dtype: dtype), rows, into: out)
      }
      let values = try plan.covered(source).forPutting(as: out)
      try backend.put(reduce.operation, values, rows, into: out)
      if reduce == .mean {
        let counts = try Tensor.counts(like: self, d, index, includeSelf).to(dtype)
        let mean = dtype.isFloatingPoint ? try out.div(counts) : try out.floorDivide(counts)
        try backend.copy(mean, into: out)
      }
    }
    guard isGradEnabled && (requiresGrad || source.requiresGrad) else { return out }
    let hasLines = lines != nil
    try Recording.record(
      [out], node, [self, source], saving: [self, source, index] + (lines.map { [$0] } ?? []),
      savingOutput: true
    ) { gradients, saved in
      guard let g = gradients[0] else { return [nil, nil] }
      let (x, source, index) = (saved[0], saved[1], saved[2])
      var (own, other) = try x.scatterGradients(
        g, d, index, source, reduce, includeSelf: includeSelf, result: saved[saved.count - 1])
      if !includeSelf {
        // PyTorch's gradient fills the slices, which only indices of int64 can.
        own = hasLines ? try own.indexFill(d, saved[3], 0) : try own.scatter(d, index, 0)
      }
      if source.ndim == 0 { other = try other.reshape([]) }
      if other.shape != source.shape { other = try other.padded(to: source.shape) }
      return [own, other]
    }
    return out
  }

  /// Computes the gradients of both operands, that of the source in the shape of the index.
  private func scatterGradients(
    _ g: Tensor, _ d: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool, result: Tensor
  ) throws -> (Tensor, Tensor) {
    let isWhole = source.shape == index.shape || source.ndim == 0 || index.ndim == 0
    let used = isWhole ? source : try source.corner(index.shape)
    switch reduce {
    case .sum, .add: return (g, try g.gather(d, index))
    case .mean:
      let share = try g.div(Tensor.counts(like: self, d, index, includeSelf).to(dtype))
      return (share, try share.gather(d, index))
    case .amax, .amin:
      let (own, other) = try noGrad {
        (try eq(result).to(dtype), try used.eq(result.gather(d, index)).to(dtype))
      }
      let share = try g.div(own.scatterAdd(d, index, other))
      return (try own.mul(share), try other.mul(share.gather(d, index)))
    case .prod, .multiply:
      // Factors of zero are excluded from the division. The gradient of a single zero is the
      // product of the other factors.
      let safe = try maskedFill(eq(0), 1)
      let own = try g.mul(safe.scatterReduce(d, index, source, reduce, includeSelf: includeSelf))
        .div(safe)
      let zeros = try noGrad { try used.eq(0) }
      let alone = try noGrad {
        try zeros.logicalAnd(
          newZeros(shape).scatterAdd(d, index, zeros.to(dtype)).gather(d, index).eq(1))
      }
      let others = try scatterReduce(
        d, index, used.maskedFill(alone, 1), reduce, includeSelf: includeSelf)
      let result = try scatterReduce(d, index, source, reduce, includeSelf: includeSelf)
      let rest = try g.mul(result).gather(d, index).div(used.maskedFill(zeros, 1))
      return (own, try Tensor.where(alone, g.mul(others).gather(d, index), rest))
    }
  }

  private func corner(_ sizes: [Int]) throws -> Tensor {
    var part = self
    for (d, size) in sizes.enumerated() { part = try part.narrow(d, 0, size) }
    return part
  }

  /// Returns the number of elements of each mean, at least 1.
  private static func counts(
    like x: Tensor, _ d: Int, _ index: Tensor, _ includeSelf: Bool
  ) throws -> Tensor {
    try noGrad {
      let start = try Tensor.full(x.shape, includeSelf ? 1 : 0, dtype: .int64, device: x.device)
      let ones = try Tensor.ones(index.shape, dtype: .int64, device: x.device)
      return try start.scatterAdd(d, index, ones).clampMin(1)
    }
  }

  /// Returns the identity of the reduction.
  private func identity(of reduce: ScatterReduction) -> Scalar {
    switch reduce {
    case .sum, .add, .mean: return .int(0)
    case .prod, .multiply: return .int(1)
    case .amax, .amin:
      let isMax = reduce == .amax
      if dtype.isFloatingPoint { return .double(isMax ? -.infinity : .infinity) }
      if dtype == .bool { return .bool(!isMax) }
      if dtype == .uint8 { return .int(isMax ? 0 : 255) }
      let bits = dtype.byteSize * 8
      return .int(isMax ? Int.min >> (64 - bits) : Int.max >> (64 - bits))
    }
  }
}
