import Kindling
import Testing

/// Hooks around steps and state dicts of optimizers.
@Suite struct OptimizerHookTests {
  private func makeOptimizer() throws -> (Tensor, SGD) {
    let parameter = try Tensor([1.0]).requiresGrad_()
    parameter.grad = Tensor([1.0])
    return (parameter, try SGD([parameter], lr: 0.5))
  }

  @Test func stepHooksRunAroundEveryStep() throws {
    let (parameter, optimizer) = try makeOptimizer()
    var seen: [String] = []
    let pre = optimizer.registerStepPreHook { _ in
      let value = try parameter.item()
      seen.append("pre \(value)")
    }
    optimizer.registerStepPostHook { _ in
      let value = try parameter.item()
      seen.append("post \(value)")
    }
    try optimizer.step()
    try optimizer.step { try parameter.sum() }
    #expect(seen == ["pre 1.0", "post 0.5", "pre 0.5", "post 0.0"])
    pre.remove()
    try optimizer.step()
    #expect(seen.last == "post -0.5" && seen.count == 5)
  }

  @Test func stepHooksRunOnceForClosures() throws {
    let parameter = try Tensor([1.0]).requiresGrad_()
    let optimizer = try LBFGS([parameter], lr: 0.1, maxIter: 2)
    var count = 0
    optimizer.registerStepPostHook { _ in count += 1 }
    try optimizer.step {
      optimizer.zeroGrad()
      let loss = try (parameter * parameter).sum()
      try loss.backward()
      return loss
    }
    #expect(count == 1)
  }

  @Test func stateDictHooksSeeAndReplace() throws {
    let (_, optimizer) = try makeOptimizer()
    var seen: [String] = []
    optimizer.registerStateDictPreHook { _ in seen.append("b") }
    optimizer.registerStateDictPreHook({ _ in seen.append("a") }, prepend: true)
    optimizer.registerStateDictPostHook { _, state in
      .dictionary((state.pairs ?? []) + [(key: "note", value: "kept")])
    }
    let state = optimizer.stateDict()
    #expect(seen == ["a", "b"])
    #expect(state["note"]?.stringValue == "kept")
  }

  @Test func loadHooksReplaceWhatIsLoaded() throws {
    let (_, optimizer) = try makeOptimizer()
    let saved = try SGD([Tensor([2.0]).requiresGrad_()], lr: 0.25).stateDict()
    var rate = Double.nan
    optimizer.registerLoadStateDictPreHook { _, state in state["inner"] }
    optimizer.registerLoadStateDictPostHook { rate = $0.paramGroups[0].lr }
    try optimizer.loadStateDict(["inner": saved])
    #expect(rate == 0.25)
  }
}
