import CKernels

/// Operations that take a bool mask, which broadcasts.
extension Tensor {
  /// Copies the tensor and fills it with `value` where `mask` is true
  /// (PyTorch: `torch.masked_fill`).
  public func maskedFill<S: TensorScalar>(_ mask: Tensor, _ value: S) throws -> Tensor {
    try value.scalar.check(fits: dtype, "maskedFill")
    return try fillMasked(
      mask, Tensor.wrapped(value, like: self), "MaskedFillBackward0", into: nil)
  }

  /// Copies the tensor and fills it with a 0-dimensional `value` where `mask` is true
  /// (PyTorch: `torch.masked_fill`).
  public func maskedFill(_ mask: Tensor, _ value: Tensor) throws -> Tensor {
    try fillMasked(mask, value, "MaskedFillBackward1", into: nil)
  }

  /// Applies ``maskedFill(_:_:)-(_,S)`` in place (PyTorch: `Tensor.masked_fill_`).
  @discardableResult
  public func maskedFill_<S: TensorScalar>(_ mask: Tensor, _ value: S) throws -> Tensor {
    try value.scalar.check(fits: dtype, "maskedFill")
    let number = try Tensor.wrapped(value, like: self)
    return try inPlace("maskedFill_", onExpanded: Self.maskedFillOnExpanded) {
      try $0.fillMasked(mask, number, "MaskedFillBackward0", into: $1)
    }
  }

  /// Applies ``maskedFill(_:_:)-(_,Tensor)`` in place (PyTorch: `Tensor.masked_fill_`).
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: Tensor) throws -> Tensor {
    let value = try value.apart(from: self)
    return try inPlace("maskedFill_", [value], onExpanded: Self.maskedFillOnExpanded) {
      try $0.fillMasked(mask, value, "MaskedFillBackward1", into: $1)
    }
  }

  private static let maskedFillOnExpanded = ExpandedWrite.deprecated(
    "masked_fill_", "mask] = scalar")

  private func fillMasked(
    _ mask: Tensor, _ value: Tensor, _ name: String, into destination: Tensor?
  ) throws -> Tensor {
    try mask.checkMask("maskedFill")
    try require(
      value.ndim == 0, .shape, "maskedFill",
      "masked_fill only supports a 0-dimensional value tensor, but got tensor with \(got: value.ndim) dimension(s)."
    )
    if value.dtype != dtype && !value.isWrappedNumber {
      try value.scalarValue("maskedFill").check(fits: dtype, "maskedFill")
    }
    let shape = try Layout.broadcast(self.shape, mask.shape, "maskedFill")
    let out =
      try destination?.receiving("maskedFill", shape, dtype)
      ?? Tensor(uninitialized: shape, dtype, on: backend, "maskedFill")
    let filling = try noGrad { try value.to(dtype) }
    if out.numel > 0 { try backend.where(mask, filling, self, into: out) }
    return try out.recorded(
      name, Input(self, saving: mask) { g, s in try g.maskedFill(s[0], 0) },
      Input(value, saving: mask) { g, s in
        try g.maskedFill(s[0].logicalNot(), 0).sum()
      })
  }

  private func checkMask(_ operation: String) throws {
    try require(
      dtype == .bool, .dtype, operation,
      "expected BoolTensor for mask, but got \(got: dtype); make one with a comparison or to(.bool)"
    )
  }

  /// Returns the elements where `mask` is true as a vector (PyTorch: `torch.masked_select`).
  public func maskedSelect(_ mask: Tensor) throws -> Tensor {
    try mask.checkMask("maskedSelect")
    let common = try Layout.broadcast(shape, mask.shape, "maskedSelect")
    let (wide, marks) = try noGrad { (try expand(common), try mask.expand(common).contiguous()) }
    let rows = try wide.rows(marked: marks)
    let result = try Tensor(uninitialized: [rows.runs], dtype, on: backend, "maskedSelect")
    try backend.take(wide, rows, into: result)
    return try result.recorded(
      "MaskedSelectBackward0",
      Input(self, saving: mask, self) { g, s in
        try g.newZeros(common).maskedScatter(s[0], g)
      })
  }

  /// Returns the positions of the elements selected by `marks`, a contiguous mask of the same
  /// shape.
  private func rows(marked marks: Tensor) throws -> Rows {
    try marks.withUnsafeBuffer(of: Bool.self) { bits in
      let marked = try HostBuffer<Int>(count: bits.count(where: \.self), "maskedSelect")
      let all = try Rows.lattice(shape, strides)
      all.withElements { all in
        marked.withElements { marked in
          var next = 0
          for (place, bit) in zip(all, bits) where bit {
            marked[next] = place
            next += 1
          }
        }
      }
      return try Rows(at: marked)
    }
  }

  /// Copies the tensor and writes the elements of `source`, in order, where `mask` is true
  /// (PyTorch: `torch.masked_scatter`).
  public func maskedScatter(_ mask: Tensor, _ source: Tensor) throws -> Tensor {
    let common = try Layout.broadcast(shape, mask.shape, "maskedScatter")
    return try scatterMasked(
      mask, source, into: noGrad { try expand(common).clone(memoryFormat: .contiguous) })
  }

  /// Applies ``maskedScatter(_:_:)`` in place (PyTorch: `Tensor.masked_scatter_`).
  @discardableResult
  public func maskedScatter_(_ mask: Tensor, _ source: Tensor) throws -> Tensor {
    try inPlace("maskedScatter_", [source]) { try $0.scatterMasked(mask, source, into: $1.alias()) }
  }

  private func scatterMasked(_ mask: Tensor, _ source: Tensor, into out: Tensor) throws -> Tensor {
    try mask.checkMask("maskedScatter")
    try require(
      source.dtype == dtype, .dtype, "maskedScatter",
      "expected self and source to have same dtypes but got \(got: dtype) and \(got: source.dtype)")
    let marks = try noGrad { try mask.expand(out.shape).contiguous() }
    let rows = try out.rows(marked: marks)
    try require(
      source.numel >= rows.runs, .shape, "maskedScatter",
      "number of elements of source (\(source.numel)) < number of ones in mask (\(rows.runs))")
    let values = try noGrad { try source.reshape(-1).narrow(0, 0, rows.runs).contiguous() }
    if values.numel > 0 { try out.backend.put(.set, values, rows, into: out) }
    let sourceShape = source.shape, missing = source.numel - rows.runs
    return try out.recorded(
      "MaskedScatterBackward0", Input(self, saving: mask) { g, s in try g.maskedFill(s[0], 0) },
      Input(source, saving: mask) { g, s in
        try Tensor.cat([g.maskedSelect(s[0]), g.newZeros([missing])]).reshape(sourceShape)
      })
  }
}
