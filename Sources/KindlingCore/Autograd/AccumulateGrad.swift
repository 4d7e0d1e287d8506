/// The node at the end of a path, which accumulates gradients into the `grad` of a leaf.
public final class AccumulateGrad: Node, @unchecked Sendable {
  /// The leaf (PyTorch: `AccumulateGrad.variable`).
  public let variable: Tensor
  private let meta: AutogradMeta

  init(_ variable: Tensor, _ meta: AutogradMeta) {
    self.variable = variable
    self.meta = meta
    super.init(named: "AccumulateGrad", sequence: .max, output: OutputInfo(variable))
  }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    guard var gradient = gradients.first else { return }
    gradients.first = nil
    try meta.lock.withLock { _ in
      guard let grad = meta.grad else {
        meta.grad =
          isGradEnabled
          ? try gradient.cloned(inOrderOf: variable) : try Tensor.owned(&gradient, by: variable)
        return
      }
      guard grad.shape == variable.shape, grad.dtype == variable.dtype else {
        throw TensorError.gradientMismatch(grad, of: variable)
      }
      if isGradEnabled { meta.grad = try grad + gradient } else { try grad.add_(gradient) }
    }
    if let hooks { for hook in hooks.postAccumulate { try hook.body(variable) } }
  }
}

extension Tensor {
  /// Returns `gradient` itself if nothing else references it, else a copy, so that later
  /// accumulation may write to it.
  fileprivate static func owned(_ gradient: inout Tensor, by variable: Tensor) throws -> Tensor {
    if isKnownUniquelyReferenced(&gradient) && gradient.meta == nil {
      // An unreferenced gradient needs no history; a base would only keep the storage shared.
      gradient.node = nil
      gradient.viewBase = nil
      gradient.requiresGradFlag = false
      if gradient.isLaidOut(for: variable) && isKnownUniquelyReferenced(&gradient.storage)
        && !gradient.isInferenceTensor
      {
        gradient.isWrappedNumber = false
        return gradient
      }
    }
    return try gradient.cloned(inOrderOf: variable).detach()
  }

  /// Returns whether a gradient has PyTorch's memory layout: that of its variable if dense, else
  /// contiguous.
  private func isLaidOut(for variable: Tensor) -> Bool {
    guard Layout.isDense(variable.shape, variable.strides) else { return isContiguous }
    return zip(shape, zip(strides, variable.strides)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Returns a recorded copy with the memory layout of a gradient of `variable`.
  fileprivate func cloned(inOrderOf variable: Tensor) throws -> Tensor {
    let strides =
      Layout.isDense(variable.shape, variable.strides)
      ? variable.strides : Layout.contiguousStrides(shape)
    let result = try Tensor(uninitialized: shape, strides: strides, dtype, on: backend)
    try backend.copy(self, into: result)
    return try result.recorded("CloneBackward0", Input(self) { g, _ in g })
  }
}

extension TensorError {
  static func gradientMismatch(_ grad: Tensor, of tensor: Tensor) -> TensorError {
    if grad.shape != tensor.shape {
      return TensorError(
        .shape, "grad",
        "attempting to assign a gradient of size \(grad.shape) to a tensor of size \(tensor.shape). Please ensure that the gradient and the tensor are the same size"
      )
    }
    if grad.dtype != tensor.dtype {
      return TensorError(
        .dtype, "grad",
        "attempting to assign a gradient with dtype \(grad.dtype) to a tensor with dtype \(tensor.dtype); convert it with to(.\(tensor.dtype))"
      )
    }
    return TensorError(
      .device, "grad",
      "attempting to assign a gradient on \(grad.device) to a tensor on \(tensor.device); move it with to(_:)"
    )
  }
}
