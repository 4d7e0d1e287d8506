import CKernels

/// Runs `body` and checks every gradient for NaN (PyTorch: `torch.autograd.detect_anomaly`).
///
/// A `backward` that computes a NaN throws an error with the name of the operation. The check is
/// slow and meant for debugging.
public func detectAnomaly<R>(_ body: () throws -> R) rethrows -> R {
  Warnings.note(
    .user, "",
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging."
  )
  let before = kk_state().pointee.anomaly
  kk_state().pointee.anomaly = true
  defer { kk_state().pointee.anomaly = before }
  return try body()
}

/// Whether this thread is inside ``detectAnomaly(_:)`` (PyTorch: `torch.is_anomaly_enabled`).
public var isAnomalyEnabled: Bool { kk_state().pointee.anomaly }

enum Anomaly {
  /// Throws if `gradient`, which `node` computed for its input `i`, contains NaN.
  static func check(_ gradient: Tensor, _ node: Node, _ i: Int) throws {
    let hasNaN = try noGrad {
      try gradient.toArray(as: Double.self).contains { $0.isNaN }
    }
    try require(
      !hasNaN, .autograd, "backward",
      "Function '\(node.name)' returned nan values in its \(i)th output: the gradient of this operation is not a number"
    )
  }
}
