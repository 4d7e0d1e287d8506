import CKernels

/// Whether operations on this thread are recorded for `backward` (PyTorch: `torch.is_grad_enabled()`).
public var isGradEnabled: Bool { !kk_state().pointee.grad_disabled }

/// Whether ``inferenceMode(_:)`` is active on this thread.
public var isInferenceModeEnabled: Bool { kk_state().pointee.inference_mode }

/// Runs `body` without recording operations on this thread (PyTorch: `torch.no_grad()`).
///
/// The mode ends with the closure, even if it throws. There is no asynchronous form: across an
/// `await`, the mode would affect other tasks of the thread.
public func noGrad<R>(_ body: () throws -> R) rethrows -> R {
  try setGradEnabled(false, body)
}

/// Runs `body` with recording enabled, also inside ``noGrad(_:)`` (PyTorch: `torch.enable_grad()`).
public func enableGrad<R>(_ body: () throws -> R) rethrows -> R {
  try setGradEnabled(true, body)
}

/// Runs `body` with recording enabled or disabled (PyTorch: `torch.set_grad_enabled()`).
public func setGradEnabled<R>(_ enabled: Bool, _ body: () throws -> R) rethrows -> R {
  let before = kk_state().pointee.grad_disabled
  kk_state().pointee.grad_disabled = !enabled
  defer { kk_state().pointee.grad_disabled = before }
  return try body()
}

/// Enables or disables recording on this thread until the next call; prefer the scoped form.
public func setGradEnabled(_ enabled: Bool) { kk_state().pointee.grad_disabled = !enabled }

/// Runs `body` without recording; its tensors can never be part of a graph
/// (PyTorch: `torch.inference_mode()`).
public func inferenceMode<R>(_ body: () throws -> R) rethrows -> R {
  let state = kk_state().pointee
  kk_state().pointee.grad_disabled = true
  kk_state().pointee.inference_mode = true
  defer {
    kk_state().pointee.grad_disabled = state.grad_disabled
    kk_state().pointee.inference_mode = state.inference_mode
  }
  return try body()
}
