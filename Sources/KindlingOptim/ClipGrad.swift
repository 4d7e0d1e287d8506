public import KindlingCore

/// Returns the norm of all `tensors` together, as one vector
/// (PyTorch: `torch.nn.utils.get_total_norm`).
///
/// - Throws: `TensorError` `.value` for a norm that is not finite, if `errorIfNonfinite` is true.
public func getTotalNorm(
  _ tensors: [Tensor], normType: Double = 2, errorIfNonfinite: Bool = false
) throws -> Tensor {
  try noGrad {
    guard let first = tensors.first else { return Tensor(0.0) }
    let norms = try tensors.map { try $0.norm(p: normType).to(first.device) }
    let total = try Tensor.stack(norms).norm(p: normType)
    if errorIfNonfinite, try !total.item().isFinite {
      throw TensorError(
        .value, "",
        "The total norm of order \(normType) for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set errorIfNonfinite: false"
      )
    }
    return total
  }
}

/// Scales the gradients of `parameters` by `maxNorm / totalNorm` if `totalNorm` is larger than
/// `maxNorm` (PyTorch: `torch.nn.utils.clip_grads_with_norm_`).
public func clipGradsWithNorm_(
  _ parameters: [Tensor], maxNorm: some TensorScalar, totalNorm: Tensor
) throws {
  try noGrad {
    // Multiplying by a factor of 1 too avoids reading its value.
    let factor = try (maxNorm.scalar.doubleValue / (totalNorm + 1e-6)).clamp(max: 1.0)
    for grad in parameters.compactMap(\.grad) { try grad.mul_(factor.to(grad.device)) }
  }
}

/// Clips the norm of the gradients of `parameters`, as one vector, to `maxNorm`
/// (PyTorch: `torch.nn.utils.clip_grad_norm_`).
///
/// - Returns: the norm before clipping.
/// - Throws: `TensorError` `.value` for a norm that is not finite, if `errorIfNonfinite` is true;
///   then no gradient has changed.
@discardableResult
public func clipGradNorm_(
  _ parameters: [Tensor], maxNorm: some TensorScalar, normType: Double = 2,
  errorIfNonfinite: Bool = false
) throws -> Tensor {
  if parameters.isEmpty {
    try Warnings.warn(
      .user, "", "`parameters` is an empty generator, no gradient clipping will occur.")
  }
  let total = try getTotalNorm(
    parameters.compactMap(\.grad), normType: normType, errorIfNonfinite: errorIfNonfinite)
  try clipGradsWithNorm_(parameters, maxNorm: maxNorm, totalNorm: total)
  return total
}

/// Clamps the elements of the gradients of `parameters` to ±`clipValue`
/// (PyTorch: `torch.nn.utils.clip_grad_value_`).
public func clipGradValue_(_ parameters: [Tensor], clipValue: some TensorScalar) throws {
  let bound = clipValue.scalar.doubleValue
  try noGrad {
    for grad in parameters.compactMap(\.grad) { try grad.clamp_(min: -bound, max: bound) }
  }
}
