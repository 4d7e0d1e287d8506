/// Losses of the differences between an input and a target.
extension Tensor {
  /// Computes the squared errors.
  package func mseLoss(_ target: Tensor, _ kind: LossReduction) throws -> Tensor {
    try requireFloat(target, "mse_loss")
    let difference = try noGrad { try sub(target) }
    let y = try noGrad { try difference.mul(difference).reduced(kind) }
    let scale = kind == .mean ? 2 / Double(difference.numel) : 2
    return try y.recorded(
      "MseLossBackward0",
      Input(self, saving: self, target) { g, s in try s[0].sub(s[1]).mul(scale).mul(g) },
      Input(target, saving: self, target) { g, s in try s[1].sub(s[0]).mul(scale).mul(g) })
  }

  /// Computes a loss that is quadratic for differences below `bend` and linear, with `slope`,
  /// above.
  package func bentLoss(
    _ name: String, _ node: String, _ target: Tensor, _ kind: LossReduction, bend: Double,
    slope: Double
  ) throws -> Tensor {
    try requireFloat(target, name)
    let steepness = slope / bend
    let type = Tensor.resultType(self, target)
    let losses = try noGrad {
      // 16-bit floats are computed in float32 and rounded once.
      let wide = try self.to(type.computeType)
      let distance = try wide.sub(target.to(type.computeType)).abs()
      let curved = try distance.mul(distance).mul(0.5 * steepness)
      return try Tensor.where(distance.lt(bend), curved, distance.sub(0.5 * bend).mul(slope))
        .to(type)
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    return try noGrad { try losses.reduced(kind) }.recorded(
      node,
      Input(self, saving: self, target) { g, s in
        try s[0].sub(s[1]).mul(steepness).clamp(min: -slope, max: slope).mul(scale).mul(g)
      },
      Input(target, saving: self, target) { g, s in
        try s[1].sub(s[0]).mul(steepness).clamp(min: -slope, max: slope).mul(scale).mul(g)
      })
  }

  private func requireFloat(_ target: Tensor, _ name: String) throws {
    if dtype.isFloatingPoint || target.dtype.isFloatingPoint { return }
    throw TensorError(
      .dtype, name,
      "\"\(name)\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
    )
  }
}
