import CKernels

extension Tensor {
  /// Computes the softmax `exp(x) / Σ exp(x)` along `dim` (PyTorch: `torch.softmax`).
  ///
  /// Elements are converted to `dtype` first if it is given.
  ///
  /// - Throws: ``TensorError`` for integers, unless `dtype` is a float type.
  public func softmax(dim: Int, dtype: DType? = nil) throws -> Tensor {
    try softmax("softmax", "SoftmaxBackward0", dim, dtype, log: false)
  }

  /// Computes the logarithm of ``softmax(dim:dtype:)``, accurate near 0
  /// (PyTorch: `torch.log_softmax`).
  public func logSoftmax(dim: Int, dtype: DType? = nil) throws -> Tensor {
    try softmax("log_softmax", "LogSoftmaxBackward0", dim, dtype, log: true)
  }

  /// This tensor, or a view with one dimension if it is 0-dimensional.
  private var atLeastOneDim: Tensor {
    ndim == 0 ? alias(shape: [1], strides: [1], offset: storageOffset) : self
  }

  private func softmax(
    _ name: String, _ node: String, _ dim: Int, _ dtype: DType?, log: Bool
  ) throws -> Tensor {
    let x = try dtype.map { try to($0) } ?? self
    try require(
      x.dtype.isFloatingPoint || numel == 0, .dtype, name,
      "\"\(name)_lastdim_kernel_impl\" not implemented for '\(x.dtype.scalarName)'; convert with to(_:)"
    )
    let d = try Layout.wrap(dim, ndim, name)
    // 16-bit floats are computed in float32 and rounded once.
    let type = x.dtype.computeType
    var y = try Tensor(uninitialized: shape, type, on: x.backend, name)
    if numel > 0 {
      let wide = try noGrad { try x.to(type) }
      try x.backend.softmax(wide.atLeastOneDim, dim: d, log: log, into: y.atLeastOneDim)
    }
    if type != x.dtype { y = try y.to(x.dtype) }
    guard isGradEnabled, x.requiresGrad else { return y }
    return try y.recorded(
      node, Input(x) { g, s in try g.softmaxGradient(s.output, d, log: log) }, savingOutput: true)
  }

  /// Computes the gradient of (log-)softmax from this gradient of its output and the output `y`.
  private func softmaxGradient(_ y: Tensor, _ dim: Int, log: Bool) throws -> Tensor {
    let type = y.dtype.computeType
    var result = try Tensor(uninitialized: y.shape, type, on: y.backend)
    if numel > 0 {
      try noGrad {
        try backend.softmaxBackward(
          to(type).atLeastOneDim, y.to(type).atLeastOneDim, dim: dim, log: log,
          into: result.atLeastOneDim)
      }
    }
    if type != y.dtype { result = try result.to(y.dtype) }
    guard isGradEnabled, requiresGrad || y.requiresGrad else { return result }
    if log {
      return try result.recorded(
        "LogSoftmaxBackwardDataBackward0",
        Input(self, saving: y) { gg, s in
          try gg - (gg * s[0].exp()).sum(dim: dim, keepdim: true)
        },
        Input(y, saving: self, y) { gg, s in
          try -gg * s[1].exp() * s[0].sum(dim: dim, keepdim: true)
        })
    }
    return try result.recorded(
      "SoftmaxBackwardDataBackward0",
      Input(self, saving: y) { gg, s in try gg.softmaxGradient(s[0], dim, log: false) },
      Input(y, saving: self, y) { gg, s in
        let inner = try (s[0] * s[1]).sum(dim: dim, keepdim: true)
        let outer = try (gg * s[1]).sum(dim: dim, keepdim: true)
        return try gg * (s[0] - inner) - s[0] * outer
      })
  }
}
