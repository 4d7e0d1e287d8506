import Kindling
import KindlingPlatform
import Testing
import _TestSupport

/// The Swift half of `scripts/check-optimizer-states`: goes on where PyTorch stopped, and saves.
struct StateInterchangeTests {
  static let folder = getenv("KINDLING_STATES").map { String(cString: $0) }

  private func files(_ kind: String) throws -> [(name: String, saved: CheckpointValue)] {
    let folder = try #require(Self.folder)
    return try FileBytes.list(folder).filter { $0.hasSuffix(".\(kind).pt") }.map {
      (String($0.dropLast(kind.count + 4)), try load("\(folder)/\($0)"))
    }
  }

  private func tensors(_ value: CheckpointValue?) -> [Tensor] {
    (value?.elements ?? []).compactMap(\.tensorValue)
  }

  @Test(.enabled(if: folder != nil, "run by scripts/check-optimizer-states, which needs PyTorch"))
  func optimizersGoOn() throws {
    for (name, saved) in try files("optimizer") {
      let parameters = try tensors(saved["parameters"]).map { try $0.clone().requiresGrad_() }
      let kind = saved["optimizer"]?.stringValue ?? ""
      let optimizer = try OptimizerTable.all.build(kind, [ParamGroup(parameters)])
      try optimizer.loadStateDict(#require(saved["state"]))
      for step in saved["gradients"]?.elements ?? [] {
        if kind == "LBFGS" {
          try optimizer.step {
            optimizer.zeroGrad()
            var loss = try Tensor.zeros([])
            for p in parameters {
              let weights = try Tensor.arange(1, p.numel + 1).to(.float32).reshape(p.shape)
              loss = try loss + (p.square() * weights).sum() + p.pow(4).sum()
            }
            try loss.backward()
            return loss
          }
          continue
        }
        for (parameter, gradient) in zip(parameters, tensors(step)) {
          parameter.grad = try gradient.clone()
        }
        try optimizer.step()
      }
      try save(
        [
          "parameters": .list(parameters.map { .tensor($0.detach()) }),
          "state": optimizer.stateDict(),
        ], to: "\(#require(Self.folder))/\(name).optimizer.kindling")
    }
  }

  private func schedule(_ name: String, _ o: Optimizer) throws -> LRScheduler {
    switch name {
    case "step": try StepLR(o, stepSize: 3, gamma: 0.5)
    case "multistep": try MultiStepLR(o, milestones: [2, 7, 7], gamma: 0.3)
    case "exponential": try ExponentialLR(o, gamma: 0.9)
    case "constant": try ConstantLR(o, factor: 0.25, totalIters: 6)
    case "linear": try LinearLR(o, startFactor: 0.2, endFactor: 0.9, totalIters: 8)
    case "polynomial": try PolynomialLR(o, totalIters: 9, power: 2)
    case "cosine": try CosineAnnealingLR(o, tMax: 4, etaMin: 0.001)
    case "restarts": try CosineAnnealingWarmRestarts(o, t0: 3, tMult: 2)
    case "cyclic": try CyclicLR(o, baseLr: 0.01, maxLr: 0.1, stepSizeUp: 4, mode: .triangular2)
    case "onecycle": try OneCycleLR(o, maxLr: 0.5, totalSteps: 20)
    case "plateau": try ReduceLROnPlateau(o, factor: 0.5, patience: 1)
    case "sequential":
      try SequentialLR(
        o, schedulers: [ConstantLR(o, factor: 0.1, totalIters: 3), ExponentialLR(o, gamma: 0.9)],
        milestones: [4])
    case "chained":
      try ChainedScheduler([
        ConstantLR(o, factor: 0.1, totalIters: 3), ExponentialLR(o, gamma: 0.9),
      ])
    default: throw GoldenError("no schedule called \(name)")
    }
  }

  @Test(.enabled(if: folder != nil, "run by scripts/check-optimizer-states, which needs PyTorch"))
  func schedulesGoOn() throws {
    for (name, saved) in try files("schedule") {
      let optimizer = try SGD([Tensor.zeros(1).requiresGrad_()], lr: 0.1, momentum: 0.9)
      let schedule = try schedule(name, optimizer)
      try optimizer.loadStateDict(#require(saved["optimizer"]))
      try schedule.loadStateDict(#require(saved["schedule"]))
      var rates: [Double] = []
      for _ in 0..<4 {
        rates.append(optimizer.paramGroups[0].lr)
        try optimizer.step()
        if let plateau = schedule as? ReduceLROnPlateau {
          try plateau.step(1.0)
        } else {
          try schedule.step()
        }
      }
      try save(
        [
          "rates": .list(rates.map { .double($0) }), "optimizer": optimizer.stateDict(),
          "schedule": schedule.stateDict(),
        ], to: "\(#require(Self.folder))/\(name).schedule.kindling")
    }
  }
}
