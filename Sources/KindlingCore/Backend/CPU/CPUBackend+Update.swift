import CKernels

/// The steps of optimizers with one formula per element, as one pass over contiguous float32 or
/// float64 memory; other layouts and dtypes use the composed form.
extension CPUBackend {
  package func update(
    _ parameter: Tensor, _ gradient: Tensor, state: [Tensor?], _ step: UpdateStep
  ) throws {
    let (kind, numbers) = step.rule.kernel
    guard let loop = kk_update(kind, parameter.dtype.rawValue),
      parameter.isContiguous, state.count <= 3,
      ([gradient] + state.compactMap { $0 }).allSatisfy({
        $0.isContiguous && $0.dtype == parameter.dtype && $0.numel == parameter.numel
      })
    else { return try composedUpdate(parameter, gradient, state: state, step) }
    var call = kk_update_step()
    call.numbers = numbers
    call.weight_decay = step.weightDecay
    call.maximize = step.maximize
    func place(_ i: Int) -> UnsafeMutableRawPointer? { i < state.count ? state[i]?.pointer : nil }
    let (p, g, a, b, c) = (parameter.pointer, gradient.pointer, place(0), place(1), place(2))
    let size = parameter.dtype.byteSize
    withUnsafePointer(to: &call) { call in
      ThreadPool.shared.forEachPiece(of: parameter.numel, ElementwiseCall.piece) { first, count in
        let at = first * size
        loop(
          Int64(count), p + at, g + at, a.map { $0 + at }, b.map { $0 + at }, c.map { $0 + at },
          call)
      }
    }
  }
}

extension UpdateRule {
  fileprivate typealias Numbers = (
    Double, Double, Double, Double, Double, Double, Double, Double
  )

  /// The loop and its numbers, in the order that the loop expects.
  fileprivate var kernel: (UpdateKind, Numbers) {
    switch self {
    case .adadelta(let lr, let rho, let eps): (.adadelta, (lr, rho, eps, 0, 0, 0, 0, 0))
    case .adagrad(let rate, let eps): (.adagrad, (rate, eps, 0, 0, 0, 0, 0, 0))
    case .adamax(let rate, let beta1, let beta2, let eps):
      (.adamax, (rate, beta1, beta2, eps, 0, 0, 0, 0))
    case .asgd(let keep, let eta, let mu): (.asgd, (keep, eta, mu, 0, 0, 0, 0, 0))
    case .nadam(let keep, let beta1, let beta2, let eps, let correction, let ahead, let rate):
      (.nadam, (keep, beta1, beta2, eps, correction, ahead, rate, 0))
    case .radam(let keep, let beta1, let beta2, let eps, let rate, let rectified):
      (.radam, (keep, beta1, beta2, eps, rate, rectified ?? 0, 0, 0))
    case .rmsprop(let lr, let alpha, let eps, let momentum):
      (.rmsprop, (lr, alpha, eps, momentum, 0, 0, 0, 0))
    case .rprop(let etaMinus, let etaPlus, let least, let most):
      (.rprop, (etaMinus, etaPlus, least, most, 0, 0, 0, 0))
    }
  }
}
