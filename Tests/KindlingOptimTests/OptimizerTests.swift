import Kindling
import Testing

/// What a user writes in a package of their own.
private final class PlainSGD: Optimizer {
  init(_ params: [Tensor], lr: Double) throws {
    try super.init(groups: [ParamGroup(params)], defaults: ["lr": .double(lr)])
  }

  override func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    state.step += 1
    try parameter.add_(gradient, alpha: -group.lr)
  }
}

struct OptimizerTests {
  private func leaf(_ values: [Double]) throws -> Tensor { try Tensor(values).requiresGrad_() }

  @Test func usersOptimizerSteps() throws {
    let p = try leaf([1, 2])
    let optimizer = try PlainSGD([p], lr: 0.5)
    p.grad = Tensor([1.0, -1.0])
    try optimizer.step()
    #expect(try p.toArray(as: Double.self) == [0.5, 2.5])
    #expect(optimizer.state(of: p).step == 1)
    #expect(optimizer.description == "PlainSGD (\nParameter Group 0\n    lr: 0.5\n)")
  }

  @Test func optionsChangeBetweenSteps() throws {
    let p = try leaf([1])
    let optimizer = try SGD([p], lr: 0.5)
    p.grad = Tensor([1.0])
    optimizer.paramGroups[0].lr *= 2
    try optimizer.step()
    #expect(try p.item() == 0)
    optimizer.paramGroups[0]["momentum"] = "fast"
    expectRefusal("the option 'momentum' of a parameter group is 'fast'; expected a number") {
      try optimizer.step()
    }
  }

  @Test func zeroGradDropsOrZeroes() throws {
    let p = try leaf([1])
    let optimizer = try SGD([p], lr: 0.5)
    p.grad = Tensor([3.0])
    optimizer.zeroGrad(setToNone: false)
    #expect(try p.grad?.item() == 0)
    optimizer.zeroGrad()
    #expect(p.grad == nil)
  }

  @Test func closureIsRecordedInsideNoGrad() throws {
    let p = try leaf([1])
    let optimizer = try SGD([p], lr: 0.5)
    let loss = try noGrad {
      try optimizer.step {
        let loss = try (p * 2.0).sum()
        try loss.backward()
        return loss
      }
    }
    #expect(try loss.item() == 2)
    #expect(try p.item() == 0)
  }

  @Test func steppingIsAnInPlaceWrite() throws {
    let p = try leaf([1])
    let y = try (p * p).sum()
    p.grad = Tensor([1.0])
    try SGD([p], lr: 0.5).step()
    expectRefusal("modified by an inplace operation") { try y.backward() }
  }

  @Test func groupsMayBeAddedLater() throws {
    let a = try leaf([1]), b = try leaf([1])
    let optimizer = try SGD([a], lr: 0.5)
    try optimizer.addParamGroup(ParamGroup([b], ["lr": 0.25]))
    a.grad = Tensor([1.0])
    b.grad = Tensor([1.0])
    try optimizer.step()
    #expect(try (a.item(), b.item()) == (0.5, 0.75))
    #expect(optimizer.paramGroups[1]["momentum"]?.intValue == 0)
  }

  @Test func loadingChangesNothingUnlessAllFits() throws {
    let a = try leaf([1, 2])
    let optimizer = try Adam([a], lr: 0.5)
    a.grad = Tensor([1.0, 1.0])
    try optimizer.step()
    let other = try Adam([leaf([1, 2, 3])], lr: 0.1)
    expectRefusal("'exp_avg' of parameter 0 has shape [2] in the loaded state dict, but the parameter has shape [3]") {
      try other.loadStateDict(optimizer.stateDict())
    }
    #expect(other.paramGroups[0].lr == 0.1)
    expectRefusal("loaded state dict has a different number of parameter groups") {
      try other.loadStateDict(["state": [:], "param_groups": []])
    }
    expectRefusal("loaded state dict contains a parameter group that doesn't match the size of optimizer's group") {
      try other.loadStateDict(["state": [:], "param_groups": [["params": [0, 1]]]])
    }
    expectRefusal("not a state dict of an optimizer") { try other.loadStateDict(["a": 1]) }
  }

  @Test func impossibleArgumentsThrowAtOnce() throws {
    let p = try leaf([1])
    expectRefusal("optimizer got an empty parameter list") { _ = try SGD([], lr: 0.1) }
    expectRefusal("Invalid learning rate: -1.0") { _ = try SGD([p], lr: -1.0) }
    expectRefusal("Invalid learning rate: nan") { _ = try SGD([p], lr: Double.nan) }
    expectRefusal("Invalid momentum value: -1") { _ = try SGD([p], lr: 0.1, momentum: -1) }
    expectRefusal("Invalid weight_decay value: -0.5") { _ = try SGD([p], lr: 0.1, weightDecay: -0.5) }
    expectRefusal("Nesterov momentum requires a momentum and zero dampening") {
      _ = try SGD([p], lr: 0.1, nesterov: true)
    }
    expectRefusal("Nesterov momentum requires a momentum and zero dampening") {
      _ = try SGD([p], lr: 0.1, momentum: 0.9, dampening: 0.1, nesterov: true)
    }
    expectRefusal("Invalid beta parameter at index 0: 1.0") { _ = try Adam([p], betas: (1.0, 0.9)) }
    expectRefusal("Invalid beta parameter at index 1: -0.1") { _ = try AdamW([p], betas: (0.9, -0.1)) }
    expectRefusal("Invalid epsilon value: -1") { _ = try Adam([p], eps: -1) }
    expectRefusal("Invalid learning rate: -1") { _ = try AdamW([p], lr: -1) }
    expectRefusal("can't optimize a non-leaf Tensor") { _ = try SGD([p * 2.0], lr: 0.1) }
    expectRefusal("duplicate parameters") { _ = try SGD([p, p], lr: 0.1) }
    expectRefusal("some parameters appear in more than one parameter group") {
      _ = try SGD(groups: [ParamGroup([p]), ParamGroup([p])], lr: 0.1)
    }
    expectRefusal("Invalid learning rate: -2") { _ = try SGD(groups: [ParamGroup([p], ["lr": -2])]) }
  }

  @Test func gradientsThatDoNotFitThrow() throws {
    let p = try leaf([1, 2])
    let optimizer = try SGD([p], lr: 0.1)
    p.grad = Tensor([1.0])
    expectRefusal("a gradient of shape [1] and dtype float32 on cpu does not fit its parameter of shape [2]") {
      try optimizer.step()
    }
  }
}
