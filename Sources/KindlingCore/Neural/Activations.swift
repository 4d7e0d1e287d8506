/// Activations with learned or random slopes, and gates.
extension Tensor {
  /// Multiplies negative elements by learned slopes.
  package func prelu(_ weight: Tensor) throws -> Tensor {
    try require(
      ndim > 0 || weight.ndim == 0 || weight.numel == 1, .shape, "prelu",
      "Not allow zero-dim input tensor.")
    try require(
      weight.ndim <= 1, .shape, "prelu",
      "Expected `weight` to be a scalar or 1D tensor, but got: ndim = \(got: weight.ndim)")
    try require(
      weight.dtype == dtype && dtype.isFloatingPoint, .dtype, "prelu",
      "Type promoting not supported. Got \(dtype.scalarName) and \(weight.dtype.scalarName)")
    var slopes = weight
    if weight.numel != 1 {
      let channels = ndim < 2 ? 1 : shape[1]
      try require(
        channels == weight.numel, .shape, "prelu",
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = \(weight.numel) and channel size = \(channels)."
      )
    }
    if ndim != 1 || weight.ndim != 1 {
      var sizes = [Int](repeating: 1, count: ndim)
      if ndim > 1 { sizes[1] = weight.numel }
      slopes = try weight.view(sizes)
    }
    let y = try noGrad { try Tensor.where(gt(0), self, mul(slopes)) }
    return try y.recorded(
      "PreluKernelBackward0",
      Input(self, saving: self, slopes) { g, s in
        try Tensor.where(s[0].gt(0), g, g.mul(s[1])).flat(in: s[0], "PreluKernelBackwardBackward0")
      },
      Input(slopes, saving: self, slopes) { g, s in try Tensor.where(s[0].gt(0), 0, g.mul(s[0])) })
  }

  /// Multiplies each element that is not positive by a random slope.
  package func rrelu(lower: Double, upper: Double, inplace: Bool) throws -> Tensor {
    try require(
      dtype.isFloatingPoint, .dtype, "rrelu",
      "\"rrelu_with_noise_out_cpu\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
    )
    // PyTorch draws in float64, between bounds rounded to the compute dtype.
    let rounds = dtype != .float64
    let low = rounds ? Double(Float(lower)) : lower, high = rounds ? Double(Float(upper)) : upper
    let noise = try noGrad {
      let flat = try reshape(-1), negative = try flat.le(0)
      let count = try negative.sum().item(as: Int.self)
      let slopes = try Tensor.empty([count], dtype: .float64, device: device)
        .uniform_(low, high)
      return try Tensor.ones(like: flat).indexPut_([negative], slopes.to(dtype)).view(shape)
    }
    if inplace {
      return try inPlace("rrelu_") { before, destination in
        let out = destination.alias()
        try noGrad { _ = try out.copy_(before.mul(noise)) }
        return try out.recorded(
          "RreluWithNoiseBackward1",
          Input(before, saving: noise, before) { g, s in
            try g.mul(s[0]).flat(in: s[1], "RreluWithNoiseBackwardBackward0")
          },
          // PyTorch saves the output here too, and rejects a later modification of it.
          savingOutput: true)
      }
    }
    return try noGrad { try mul(noise) }.recorded(
      "RreluWithNoiseBackward0",
      Input(self, saving: noise, self) { g, s in
        try g.mul(s[0]).flat(in: s[1], "RreluWithNoiseBackwardBackward0")
      })
  }

  /// Multiplies the first half of the tensor by the sigmoid of the second half.
  package func glu(dim: Int) throws -> Tensor {
    try require(ndim > 0, .shape, "glu", "glu does not support 0-dimensional tensors")
    let d = try Layout.wrap(dim, ndim, "glu"), size = shape[d]
    try require(
      size % 2 == 0, .shape, "glu",
      "Halving dimension must be even, but dimension \(d) is size \(size)")
    try require(
      dtype.isFloatingPoint, .dtype, "glu",
      "\"glu_cpu\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)")
    @Sendable func gated(_ x: Tensor) throws -> Tensor {
      try x.narrow(d, 0, size / 2).mul(x.narrow(d, size / 2, size / 2).sigmoid())
    }
    let type = dtype.computeType
    return try noGrad { try gated(to(type)).to(dtype) }.recorded(
      "GluBackward0",
      Input(self, saving: self) { g, s in
        let x = try s[0].to(type), g = try g.to(type)
        let gate = try x.narrow(d, size / 2, size / 2).sigmoid()
        let second = try gate.rsub(1).mul(gate).mul(g).mul(x.narrow(d, 0, size / 2))
        return try Tensor.cat([g.mul(gate), second], dim: d).to(s[0].dtype)
      })
  }
}
