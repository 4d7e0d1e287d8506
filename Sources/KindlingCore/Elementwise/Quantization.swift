extension Tensor {
  /// Rounds to multiples of `scale` in the range of a quantized type
  /// (PyTorch: `torch.fake_quantize_per_tensor_affine`).
  ///
  /// The result is `(q − zeroPoint) · scale`, where `q` is `round(x / scale) + zeroPoint`, limited
  /// to `quantMin…quantMax`. It is rounded to float32, also in float64. NaN counts as `quantMin`.
  /// The gradient passes unchanged where `q` was not limited, and is 0 elsewhere.
  ///
  /// - Throws: ``TensorError`` `.value` unless `quantMin ≤ zeroPoint ≤ quantMax`; `.dtype` for
  ///   integers and bools.
  public func fakeQuantizePerTensorAffine(
    scale: Double, zeroPoint: Int, quantMin: Int, quantMax: Int
  ) throws -> Tensor {
    try checkFakeQuantize(zeroPoint, quantMin, quantMax)
    let scale = Float(scale)
    let numbers = [1 / scale, Float(zeroPoint), Float(quantMin), Float(quantMax), scale].map {
      Double($0)
    }
    let isRecorded = isGradEnabled && requiresGrad
    let (y, mask) = try noGrad {
      (
        try Tensor.fakeQuantize([self], numbers: numbers).to(.float32).to(dtype),
        isRecorded ? try Tensor.isInRange([self], numbers: numbers).to(.bool) : nil
      )
    }
    return try y.recorded(
      "FakeQuantizePerTensorAffineCachemaskBackward0",
      Input(self, saving: mask) { g, s in try g * s[0] })
  }

  private static let fakeQuantize = Pointwise("fake_quantize", inputs: 1, numbers: 5) { x, n in
    let q = quantized(x[0], n)
    return (Pointwise.Value.where(q.ge(n[2]), q.minimum(n[3]), n[2]) - n[1]) * n[4]
  }

  private static let isInRange = Pointwise("fake_quantize", inputs: 1, numbers: 5) { x, n in
    let q = quantized(x[0], n)
    return .where(q.ge(n[2]).logicalAnd(q.le(n[3])), 1, 0)
  }

  private static func quantized(
    _ x: Pointwise.Value, _ n: [Pointwise.Value]
  ) -> Pointwise.Value { (x * n[0]).round() + n[1] }

  private func checkFakeQuantize(_ zeroPoint: Int, _ quantMin: Int, _ quantMax: Int) throws {
    let name = "fake_quantize_per_tensor_affine"
    try require(
      dtype.isFloatingPoint, .dtype, name,
      "\"fake_quantize_tensor_cachemask_kernel_type_handling\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
    )
    try require(
      quantMin <= quantMax, .value, name,
      "`quant_min` should be less than or equal to `quant_max`. Got \(quantMin) and \(quantMax)")
    try require(
      quantMin <= zeroPoint && zeroPoint <= quantMax, .value, name,
      "`zero_point` must be between `quant_min` and `quant_max`. Got \(zeroPoint), \(quantMin) and \(quantMax)"
    )
  }
}
