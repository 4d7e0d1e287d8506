/// One step of an optimizer with one formula per element.
package struct UpdateStep: Sendable {
  package var rule: UpdateRule
  /// The L2 weight decay, added to the gradient.
  package var weightDecay: Double
  package var maximize: Bool

  package init(_ rule: UpdateRule, weightDecay: Double = 0, maximize: Bool = false) {
    self.rule = rule
    self.weightDecay = weightDecay
    self.maximize = maximize
  }
}

/// The formulas and their coefficients; `keep` is the factor of the parameter after weight decay.
///
/// The order of the state tensors is given with each case.
package enum UpdateRule: Sendable {
  /// State: square average, accumulated delta.
  case adadelta(lr: Double, rho: Double, eps: Double)
  /// State: sum of squares.
  case adagrad(rate: Double, eps: Double)
  /// State: average, infinity norm.
  ///
  /// `rate` includes the bias correction of the average.
  case adamax(rate: Double, beta1: Double, beta2: Double, eps: Double)
  /// State: averaged parameter, which equals the parameter if `mu` is 1.
  case asgd(keep: Double, eta: Double, mu: Double)
  /// State: average, square average.
  ///
  /// `correction` is the bias correction of the latter.
  case nadam(
    keep: Double, beta1: Double, beta2: Double, eps: Double, correction: Double,
    gradientRate: Double, averageRate: Double)
  /// State: average, square average.
  ///
  /// `rate` includes the bias correction. `rectified` is the numerator over the root of the square
  /// average, nil while its variance is intractable.
  case radam(
    keep: Double, beta1: Double, beta2: Double, eps: Double, rate: Double, rectified: Double?)
  /// State: square average, momentum buffer or nil, average (centered) or nil.
  case rmsprop(lr: Double, alpha: Double, eps: Double, momentum: Double)
  /// State: previous gradient, step size.
  case rprop(etaMinus: Double, etaPlus: Double, least: Double, most: Double)
}

extension Backend {
  /// Computes ``update(_:_:state:_:)`` with tensor operations.
  package func composedUpdate(
    _ parameter: Tensor, _ gradient: Tensor, state: [Tensor?], _ step: UpdateStep
  ) throws {
    try noGrad {
      let p = parameter.detach()
      func decayed() throws -> Tensor {
        let g = step.maximize ? try -gradient : gradient
        return step.weightDecay == 0 ? g : try g.add(p, alpha: step.weightDecay)
      }
      func tensor(_ i: Int) throws -> Tensor {
        if i < state.count, let found = state[i] { return found }
        throw TensorError(.value, "step", "an optimizer's state lacks tensor \(i)")
      }
      switch step.rule {
      case .adadelta(let lr, let rho, let eps):
        let g = try decayed(), square = try tensor(0), accumulated = try tensor(1)
        try square.mul_(rho).addcmul_(g, g, value: 1 - rho)
        let delta = try (accumulated + eps).sqrt() / (square + eps).sqrt() * g
        try accumulated.mul_(rho).addcmul_(delta, delta, value: 1 - rho)
        try p.add_(delta, alpha: -lr)
      case .adagrad(let rate, let eps):
        let g = try decayed(), sum = try tensor(0)
        try sum.addcmul_(g, g)
        try p.addcdiv_(g, sum.sqrt() + eps, value: -rate)
      case .adamax(let rate, let beta1, let beta2, let eps):
        let g = try decayed(), average = try tensor(0), most = try tensor(1)
        try average.lerp_(g, weight: 1 - beta1)
        try most.copy_((most * beta2).maximum(g.abs() + eps))
        try p.addcdiv_(average, most, value: -rate)
      case .asgd(let keep, let eta, let mu):
        let g = try decayed(), average = try tensor(0)
        try p.mul_(keep).add_(g, alpha: -eta)
        if mu == 1 { try average.copy_(p) } else { try average.add_((p - average) * mu) }
      case .nadam(let keep, let beta1, let beta2, let eps, let correction, let ahead, let rate):
        if keep != 1 { try p.mul_(keep) }
        let g = try decayed(), average = try tensor(0), square = try tensor(1)
        try average.lerp_(g, weight: 1 - beta1)
        try square.mul_(beta2).addcmul_(g, g, value: 1 - beta2)
        let size = try (square / correction).sqrt() + eps
        try p.addcdiv_(g, size, value: -ahead).addcdiv_(average, size, value: -rate)
      case .radam(let keep, let beta1, let beta2, let eps, let rate, let rectified):
        if keep != 1 { try p.mul_(keep) }
        let g = try decayed(), average = try tensor(0), square = try tensor(1)
        try average.lerp_(g, weight: 1 - beta1)
        try square.mul_(beta2).addcmul_(g, g, value: 1 - beta2)
        if let rectified {
          try p.addcdiv_(average, square.sqrt() + eps, value: -rate * rectified)
        } else {
          try p.add_(average, alpha: -rate)
        }
      case .rmsprop(let lr, let alpha, let eps, let momentum):
        let g = try decayed(), square = try tensor(0)
        try square.mul_(alpha).addcmul_(g, g, value: 1 - alpha)
        var spread = square
        if state.count > 2, let average = state[2] {
          try average.lerp_(g, weight: 1 - alpha)
          spread = try square.addcmul(average, average, value: -1)
        }
        let size = try spread.sqrt() + eps
        if state.count > 1, let buffer = state[1] {
          try buffer.mul_(momentum).addcdiv_(g, size)
          try p.add_(buffer, alpha: -lr)
        } else {
          try p.addcdiv_(g, size, value: -lr)
        }
      case .rprop(let etaMinus, let etaPlus, let least, let most):
        let g = try decayed(), previous = try tensor(0), size = try tensor(1)
        let turn = try g * previous
        let turned = try turn .< 0
        let factor = try Tensor.ones(like: size).maskedFill(turn .> 0, etaPlus)
          .maskedFill(turned, etaMinus)
        try size.mul_(factor).clamp_(min: least, max: most)
        let used = try g.maskedFill(turned, 0)
        try p.addcmul_(used.sign(), size, value: -1)
        try previous.copy_(used)
      }
    }
  }

  package func update(
    _ parameter: Tensor, _ gradient: Tensor, state: [Tensor?], _ step: UpdateStep
  ) throws {
    try composedUpdate(parameter, gradient, state: state, step)
  }
}
