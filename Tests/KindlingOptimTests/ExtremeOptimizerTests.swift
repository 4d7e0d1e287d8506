import Kindling
import Testing
import _TestExpectations

/// Numbers in options and saved states that nobody means.
@Suite struct ExtremeOptimizerTests {
  private func weight() throws -> Tensor { try Tensor.ones(3).requiresGrad_() }

  @Test func stepsBeyondCountingAreRefused() throws {
    let optimizer = try Adam([weight()])
    try optimizer.step { try (optimizer.paramGroups[0].params[0] * 2).sum() }
    guard case .dictionary(var state) = optimizer.stateDict() else { return }
    for i in state.indices where state[i].key.stringValue == "state" {
      state[i].value = .dictionary([(.int(0), ["step": .double(9_223_372_036_854_774_784)])])
    }
    expectRefusal("…is no count…") { try optimizer.loadStateDict(.dictionary(state)) }
  }

  @Test func historiesWithoutEndAreRefused() throws {
    expectRefusal("…is more than 1048576…") { try LBFGS([weight()], historySize: .max) }
  }

  @Test func iterationsWithoutEndMayEvaluateWithoutEnd() throws {
    let optimizer = try LBFGS([weight()], maxIter: .max)
    #expect(optimizer.paramGroups[0]["max_eval"]?.intValue == .max)
  }

  @Test func schedulesDoNotSetRatesThatAreNone() throws {
    let optimizer = try SGD([weight()], lr: 0.1)
    let schedule = try ConstantLR(optimizer, factor: 0, totalIters: 2)
    try schedule.step()
    expectRefusal("step: ConstantLR leads to a learning rate of nan") { try schedule.step() }
    #expect(optimizer.paramGroups[0].lr == 0)
  }

  /// The parameters after gradients with NaN and infinities; PyTorch's.
  @Test func gradientsThatAreNoNumbers() throws {
    let gradients = [[.nan, 1, -1], [1, .infinity, -1], [1, 1, -Double.infinity]]
    func last(_ make: ([Tensor]) throws -> Optimizer) throws -> [Double] {
      let p = try Tensor([1.0, 2, 3]).requiresGrad_()
      let optimizer = try make([p])
      for gradient in gradients {
        p.grad = try Tensor(gradient, dtype: .float32)
        try optimizer.step()
      }
      return try p.toArray(as: Double.self)
    }
    let rprop = try last { try Rprop($0) }
    expectClose(rprop, [0.978, 1.9636, 3.0364], atol: 1e-6)
    for make in [{ try SGD($0) }, { try ASGD($0) }] as [([Tensor]) throws -> Optimizer] {
      let values = try last(make)
      #expect(values[0].isNaN && values[1] == -.infinity && values[2] == .infinity)
    }
    // An infinite parameter without weight decay stays what it is.
    let infinite = try Tensor([Double.infinity]).requiresGrad_()
    let optimizer = try Adam([infinite])
    infinite.grad = Tensor([1.0])
    try optimizer.step()
    #expect(try infinite.item() == .infinity)
  }

  @Test func evaluationsBelowZeroAreNone() throws {
    let w = try weight()
    let optimizer = try LBFGS([w], lineSearchFn: .strongWolfe)
    optimizer.paramGroups[0]["max_eval"] = .int(.min)
    for _ in 0..<2 {
      try optimizer.step {
        optimizer.zeroGrad()
        let loss = try (w * w).sum()
        try loss.backward()
        return loss
      }
    }
    #expect(try w.isfinite().all().item(as: Bool.self))
  }
}
