/// In-place forms of operations, which overwrite their input with the result.
///
/// Each takes the arguments of the operation of the same name and throws the same errors. It also
/// throws ``TensorError`` `.shape` or `.dtype` if this tensor cannot hold the result, `.autograd`
/// for a leaf that requires a gradient, and `.value` if several elements share memory.
extension Tensor {
  /// Overwrites this tensor with the result of `operation`, which records itself.
  ///
  /// Operations without an in-place kernel get their in-place form only this way.
  func overwrite(
    _ name: String, _ inputs: Tensor?..., sharing: SharedInputs = .itself, recording: Bool = true,
    by operation: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    try inPlace(name, inputs.compactMap(\.self), sharing: sharing, recording: recording) {
      x, destination in
      let result = try operation(x)
      let out = try destination.receiving(name, result.shape, result.dtype)
      let value = result.dtype == dtype ? result : try result.to(dtype)
      try out.backend.copy(value, into: out)
      guard let node = value.node else {
        // A result without a gradient overwrites the old value, so the gradient is zero.
        let title = name.prefix(1).uppercased() + name.dropFirst().dropLast() + "Backward0"
        return try out.recorded(title, Input(x) { g, _ in try g.zeroGradient() })
      }
      out.node = node
      out.outputIndex = value.outputIndex
      return out
    }
  }

  // MARK: Comparisons, with results 1 and 0

  /// Applies ``eq(_:)-(Tensor)`` in place (PyTorch: `Tensor.eq_`).
  @discardableResult
  public func eq_(_ other: Tensor) throws -> Tensor {
    try overwrite("eq_", other) { try $0.eq(other) }
  }

  /// Applies ``eq(_:)-(S)`` in place (PyTorch: `Tensor.eq_`).
  @discardableResult
  public func eq_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("eq_") { try $0.eq(other) }
  }

  /// Applies ``ne(_:)-(Tensor)`` in place (PyTorch: `Tensor.ne_`).
  @discardableResult
  public func ne_(_ other: Tensor) throws -> Tensor {
    try overwrite("ne_", other) { try $0.ne(other) }
  }

  /// Applies ``ne(_:)-(S)`` in place (PyTorch: `Tensor.ne_`).
  @discardableResult
  public func ne_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("ne_") { try $0.ne(other) }
  }

  /// Applies ``lt(_:)-(Tensor)`` in place (PyTorch: `Tensor.lt_`).
  @discardableResult
  public func lt_(_ other: Tensor) throws -> Tensor {
    try overwrite("lt_", other) { try $0.lt(other) }
  }

  /// Applies ``lt(_:)-(S)`` in place (PyTorch: `Tensor.lt_`).
  @discardableResult
  public func lt_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("lt_") { try $0.lt(other) }
  }

  /// Applies ``le(_:)-(Tensor)`` in place (PyTorch: `Tensor.le_`).
  @discardableResult
  public func le_(_ other: Tensor) throws -> Tensor {
    try overwrite("le_", other) { try $0.le(other) }
  }

  /// Applies ``le(_:)-(S)`` in place (PyTorch: `Tensor.le_`).
  @discardableResult
  public func le_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("le_") { try $0.le(other) }
  }

  /// Applies ``gt(_:)-(Tensor)`` in place (PyTorch: `Tensor.gt_`).
  @discardableResult
  public func gt_(_ other: Tensor) throws -> Tensor {
    try overwrite("gt_", other) { try $0.gt(other) }
  }

  /// Applies ``gt(_:)-(S)`` in place (PyTorch: `Tensor.gt_`).
  @discardableResult
  public func gt_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("gt_") { try $0.gt(other) }
  }

  /// Applies ``ge(_:)-(Tensor)`` in place (PyTorch: `Tensor.ge_`).
  @discardableResult
  public func ge_(_ other: Tensor) throws -> Tensor {
    try overwrite("ge_", other) { try $0.ge(other) }
  }

  /// Applies ``ge(_:)-(S)`` in place (PyTorch: `Tensor.ge_`).
  @discardableResult
  public func ge_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("ge_") { try $0.ge(other) }
  }

  // MARK: Logic and bits

  /// Applies ``logicalAnd(_:)`` in place (PyTorch: `Tensor.logical_and_`).
  @discardableResult
  public func logicalAnd_(_ other: Tensor) throws -> Tensor {
    try overwrite("logicalAnd_", other, recording: false) { try $0.logicalAnd(other) }
  }

  /// Applies ``logicalOr(_:)`` in place (PyTorch: `Tensor.logical_or_`).
  @discardableResult
  public func logicalOr_(_ other: Tensor) throws -> Tensor {
    try overwrite("logicalOr_", other, recording: false) { try $0.logicalOr(other) }
  }

  /// Applies ``logicalXor(_:)`` in place (PyTorch: `Tensor.logical_xor_`).
  @discardableResult
  public func logicalXor_(_ other: Tensor) throws -> Tensor {
    try overwrite("logicalXor_", other, recording: false) { try $0.logicalXor(other) }
  }

  /// Applies ``bitwiseNot()`` in place (PyTorch: `Tensor.bitwise_not_`).
  @discardableResult
  public func bitwiseNot_() throws -> Tensor {
    try overwrite("bitwiseNot_") { try $0.bitwiseNot() }
  }

  /// Applies ``bitwiseAnd(_:)-(S)`` in place (PyTorch: `Tensor.bitwise_and_`).
  @discardableResult
  public func bitwiseAnd_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("bitwiseAnd_") { try $0.bitwiseAnd(other) }
  }

  /// Applies ``bitwiseOr(_:)-(S)`` in place (PyTorch: `Tensor.bitwise_or_`).
  @discardableResult
  public func bitwiseOr_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("bitwiseOr_") { try $0.bitwiseOr(other) }
  }

  /// Applies ``bitwiseXor(_:)-(S)`` in place (PyTorch: `Tensor.bitwise_xor_`).
  @discardableResult
  public func bitwiseXor_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("bitwiseXor_") { try $0.bitwiseXor(other) }
  }

  /// Applies ``bitwiseLeftShift(_:)-(Tensor)`` in place (PyTorch: `Tensor.bitwise_left_shift_`).
  @discardableResult
  public func bitwiseLeftShift_(_ other: Tensor) throws -> Tensor {
    try overwrite("bitwiseLeftShift_", other) { try $0.bitwiseLeftShift(other) }
  }

  /// Applies ``bitwiseLeftShift(_:)-(S)`` in place (PyTorch: `Tensor.bitwise_left_shift_`).
  @discardableResult
  public func bitwiseLeftShift_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("bitwiseLeftShift_") { try $0.bitwiseLeftShift(other) }
  }

  /// Applies ``bitwiseRightShift(_:)-(Tensor)`` in place (PyTorch: `Tensor.bitwise_right_shift_`).
  @discardableResult
  public func bitwiseRightShift_(_ other: Tensor) throws -> Tensor {
    try overwrite("bitwiseRightShift_", other) { try $0.bitwiseRightShift(other) }
  }

  /// Applies ``bitwiseRightShift(_:)-(S)`` in place (PyTorch: `Tensor.bitwise_right_shift_`).
  @discardableResult
  public func bitwiseRightShift_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("bitwiseRightShift_") { try $0.bitwiseRightShift(other) }
  }

  // MARK: Arithmetic

  /// Applies ``floorDivide(_:)-(Tensor)`` in place (PyTorch: `Tensor.floor_divide_`).
  @discardableResult
  public func floorDivide_(_ other: Tensor) throws -> Tensor {
    try overwrite("floorDivide_", other) { try $0.floorDivide(other) }
  }

  /// Applies ``floorDivide(_:)-(S)`` in place (PyTorch: `Tensor.floor_divide_`).
  @discardableResult
  public func floorDivide_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("floorDivide_") { try $0.floorDivide(other) }
  }

  /// Applies ``remainder(_:)-(S)`` in place (PyTorch: `Tensor.remainder_`).
  @discardableResult
  public func remainder_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("remainder_") { try $0.remainder(other) }
  }

  /// Applies ``fmod(_:)-(Tensor)`` in place (PyTorch: `Tensor.fmod_`).
  @discardableResult
  public func fmod_(_ other: Tensor) throws -> Tensor {
    try overwrite("fmod_", other) { try $0.fmod(other) }
  }

  /// Applies ``fmod(_:)-(S)`` in place (PyTorch: `Tensor.fmod_`).
  @discardableResult
  public func fmod_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("fmod_") { try $0.fmod(other) }
  }

  /// Applies ``gcd(_:)`` in place (PyTorch: `Tensor.gcd_`).
  @discardableResult
  public func gcd_(_ other: Tensor) throws -> Tensor {
    try overwrite("gcd_", other) { try $0.gcd(other) }
  }

  /// Applies ``lcm(_:)`` in place (PyTorch: `Tensor.lcm_`).
  @discardableResult
  public func lcm_(_ other: Tensor) throws -> Tensor {
    try overwrite("lcm_", other) { try $0.lcm(other) }
  }

  /// Applies ``copysign(_:)-(Tensor)`` in place (PyTorch: `Tensor.copysign_`).
  @discardableResult
  public func copysign_(_ other: Tensor) throws -> Tensor {
    try overwrite("copysign_", other) { try $0.copysign(other) }
  }

  /// Applies ``copysign(_:)-(S)`` in place (PyTorch: `Tensor.copysign_`).
  @discardableResult
  public func copysign_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("copysign_") { try $0.copysign(other) }
  }

  /// Applies ``xlogy(_:)-(Tensor)`` in place (PyTorch: `Tensor.xlogy_`).
  @discardableResult
  public func xlogy_(_ other: Tensor) throws -> Tensor {
    try overwrite("xlogy_", other) { try $0.xlogy(other) }
  }

  /// Applies ``xlogy(_:)-(S)`` in place (PyTorch: `Tensor.xlogy_`).
  @discardableResult
  public func xlogy_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try overwrite("xlogy_") { try $0.xlogy(other) }
  }

  /// Applies ``ldexp(_:)`` in place (PyTorch: `Tensor.ldexp_`).
  @discardableResult
  public func ldexp_(_ other: Tensor) throws -> Tensor {
    try overwrite("ldexp_", other, sharing: .any) { try $0.ldexp(other) }
  }

  /// Applies ``floatPower(_:)-(Tensor)`` in place (PyTorch: `Tensor.float_power_`).
  @discardableResult
  public func floatPower_(_ other: Tensor) throws -> Tensor {
    try checkFloatPower()
    return try overwrite("floatPower_", other) { try $0.floatPower(other) }
  }

  /// Applies ``floatPower(_:)-(S)`` in place (PyTorch: `Tensor.float_power_`).
  @discardableResult
  public func floatPower_<S: TensorScalar>(_ other: S) throws -> Tensor {
    try checkFloatPower()
    return try overwrite("floatPower_") { try $0.floatPower(other) }
  }

  private func checkFloatPower() throws {
    try require(
      dtype == .float64, .dtype, "floatPower_",
      "the base given to float_power_ has dtype \(dtype.scalarName) but the operation's result requires dtype Double"
    )
  }

  /// Applies ``atan2(_:)`` in place (PyTorch: `Tensor.atan2_`).
  @discardableResult
  public func atan2_(_ other: Tensor) throws -> Tensor {
    try overwrite("atan2_", other) { try $0.atan2(other) }
  }

  /// Applies ``hypot(_:)`` in place (PyTorch: `Tensor.hypot_`).
  @discardableResult
  public func hypot_(_ other: Tensor) throws -> Tensor {
    try overwrite("hypot_", other) { try $0.hypot(other) }
  }

  /// Applies ``nextafter(_:)`` in place (PyTorch: `Tensor.nextafter_`).
  @discardableResult
  public func nextafter_(_ other: Tensor) throws -> Tensor {
    try overwrite("nextafter_", other) { try $0.nextafter(other) }
  }

  /// Applies ``heaviside(_:)`` in place (PyTorch: `Tensor.heaviside_`).
  @discardableResult
  public func heaviside_(_ values: Tensor) throws -> Tensor {
    try overwrite("heaviside_", values) { try $0.heaviside(values) }
  }
}
