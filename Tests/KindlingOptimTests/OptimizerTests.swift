import Kindling
import Testing
import _TestExpectations

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

  @Test func groupsOfNamedParameters() throws {
    let layer = Linear(2, 1)
    let named = try SGD(groups: [ParamGroup(named: layer.namedParameters())], lr: 0.1)
    #expect(
      named.description == """
        SGD (
        Parameter Group 0
            dampening: 0
            differentiable: False
            foreach: None
            fused: None
            lr: 0.1
            maximize: False
            momentum: 0
            nesterov: False
            param_names: ['weight', 'bias']
            weight_decay: 0
        )
        """)
    let keys = [
      "param_names", "lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize",
      "foreach", "differentiable", "fused", "params",
    ]
    let plain = try SGD(layer.parameters(), lr: 0.3)
    let saved = named.stateDict()["param_groups"]?.elements?.first?.pairs ?? []
    #expect(saved.compactMap(\.key.stringValue) == keys)
    // Names stay where the loaded groups have none, and come along where they have.
    try named.loadStateDict(plain.stateDict())
    #expect(named.paramGroups[0].lr == 0.3)
    #expect(named.paramGroups[0]["param_names"]?.description == "['weight', 'bias']")
    try plain.loadStateDict(named.stateDict())
    #expect(plain.paramGroups[0]["param_names"]?.description == "['weight', 'bias']")
    expectRefusal("…should be with/without names. cannot add param group without names…") {
      try named.addParamGroup(ParamGroup([self.leaf([1])]))
    }
    expectRefusal("…should be with/without names. cannot add param group with names…") {
      try SGD(groups: [
        ParamGroup([self.leaf([1])]), ParamGroup(named: layer.namedParameters()),
      ])
    }
    expectRefusal("…Some param names are missing: got 1 for 2 parameters") {
      try SGD(groups: [ParamGroup(layer.parameters(), ["param_names": ["weight"]])])
    }
  }

  @Test func optionsChangeBetweenSteps() throws {
    let p = try leaf([1])
    let optimizer = try SGD([p], lr: 0.5)
    p.grad = Tensor([1.0])
    optimizer.paramGroups[0].lr *= 2
    try optimizer.step()
    #expect(try p.item() == 0)
    optimizer.paramGroups[0]["momentum"] = "fast"
    expectRefusal("…the option 'momentum' of a parameter group is 'fast'; expected a number…") {
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
    expectRefusal("backward: …modified by an inplace operation…") { try y.backward() }
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
    expectRefusal(
      "'exp_avg' of parameter 0 has shape [2] in the loaded state dict, but the parameter has shape [3]"
    ) {
      try other.loadStateDict(optimizer.stateDict())
    }
    #expect(other.paramGroups[0].lr == 0.1)
    expectRefusal("loaded state dict has a different number of parameter groups") {
      try other.loadStateDict(["state": [:], "param_groups": []])
    }
    expectRefusal(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
    ) {
      try other.loadStateDict(["state": [:], "param_groups": [["params": [0, 1]]]])
    }
    expectRefusal("not a state dict of an optimizer…") { try other.loadStateDict(["a": 1]) }
  }

  @Test func impossibleArgumentsThrowAtOnce() throws {
    let p = try leaf([1])
    expectRefusal("optimizer got an empty parameter list") { try SGD([], lr: 0.1) }
    expectRefusal("Invalid learning rate: -1.0") { try SGD([p], lr: -1.0) }
    expectRefusal("Invalid learning rate: nan") { try SGD([p], lr: Double.nan) }
    expectRefusal("Invalid momentum value: -1") { try SGD([p], lr: 0.1, momentum: -1) }
    expectRefusal("Invalid weight_decay value: -0.5") {
      try SGD([p], lr: 0.1, weightDecay: -0.5)
    }
    expectRefusal("Nesterov momentum requires a momentum and zero dampening") {
      try SGD([p], lr: 0.1, nesterov: true)
    }
    expectRefusal("Nesterov momentum requires a momentum and zero dampening") {
      try SGD([p], lr: 0.1, momentum: 0.9, dampening: 0.1, nesterov: true)
    }
    expectRefusal("Invalid beta parameter at index 0: 1.0") { try Adam([p], betas: (1.0, 0.9)) }
    expectRefusal("Invalid beta parameter at index 1: -0.1") {
      try AdamW([p], betas: (0.9, -0.1))
    }
    expectRefusal("Invalid epsilon value: -1") { try Adam([p], eps: -1) }
    expectRefusal("Invalid learning rate: -1") { try AdamW([p], lr: -1) }
    expectRefusal("can't optimize a non-leaf Tensor…") { try SGD([p * 2.0], lr: 0.1) }
    expectRefusal("some parameters appear in more than one parameter group") {
      try SGD(groups: [ParamGroup([p]), ParamGroup([p])], lr: 0.1)
    }
    expectRefusal("Invalid rho value: 1.5") { try Adadelta([p], rho: 1.5) }
    expectRefusal("Invalid epsilon value: -1") { try Adadelta([p], eps: -1) }
    expectRefusal("Invalid lr_decay value: -1") { try Adagrad([p], lrDecay: -1) }
    expectRefusal("Invalid initial_accumulator_value value: -0.5") {
      try Adagrad([p], initialAccumulatorValue: -0.5)
    }
    expectRefusal("Invalid beta parameter at index 1: 1.0") { try Adamax([p], betas: (0.9, 1)) }
    expectRefusal("Invalid lambd value: -1") { try ASGD([p], lambd: -1) }
    expectRefusal("Invalid alpha value: nan") { try ASGD([p], alpha: Double.nan) }
    expectRefusal("Invalid momentum_decay value: -1") { try NAdam([p], momentumDecay: -1) }
    expectRefusal("Invalid beta parameter at index 0: -1.0") {
      try RAdam([p], betas: (-1, 0.9))
    }
    expectRefusal("Invalid alpha value: -1") { try RMSprop([p], alpha: -1) }
    expectRefusal("Invalid momentum value: -1") { try RMSprop([p], momentum: -1) }
    expectRefusal("Invalid eta values: 1.5, 1.2") { try Rprop([p], etas: (1.5, 1.2)) }
    expectRefusal("Learning rate should be >= 0 but is: -1") { try Adafactor([p], lr: -1) }
    expectRefusal("beta2_decay should be <= 0 but is: 0.5") {
      try Adafactor([p], beta2Decay: 0.5)
    }
    expectRefusal("epsilon1 should be >= 0 but is: -1.0") { try Adafactor([p], eps: (-1, 1)) }
    expectRefusal("epsilon2 should be >= 0 but is: -1.0") { try Adafactor([p], eps: (nil, -1)) }
    expectRefusal("Clipping threshold d should be >= 1 but is: 0.5") {
      try Adafactor([p], d: 0.5)
    }
    expectRefusal(
      "Muon only supports 2D parameters whereas we found a parameter with size: torch.Size([1])"
    ) {
      try Muon([p])
    }
    let matrix = try Tensor.zeros(2, 2).requiresGrad_()
    expectRefusal("momentum should be >= 0 but is: -1") { try Muon([matrix], momentum: -1) }
    expectRefusal("Number of steps must be less than 100…") { try Muon([matrix], nsSteps: 100) }
    expectRefusal("Invalid learning rate: -2") {
      try SGD(groups: [ParamGroup([p], ["lr": -2])])
    }
  }

  /// The one-pass kernels and the compositions of tensor operations agree; strided gradients and
  /// half precision take the latter.
  @Test(arguments: ["Adadelta", "Adagrad", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop"])
  func composedStepsAgree(_ name: String) throws {
    try withDefaultGenerator(Generator(seed: 5)) {
      let start = try Tensor.randn(37, 5),
        parameters = try (0..<2).map { _ in try start.clone().requiresGrad_() }
      let optimizers = try parameters.map {
        try OptimizerTable.all.build(name, [ParamGroup([$0])])
      }
      for _ in 0..<8 {
        let grad = try Tensor.randn(5, 37)
        parameters[0].grad = try grad.t().contiguous()
        parameters[1].grad = try grad.t()
        for optimizer in optimizers { try optimizer.step() }
      }
      #expect(parameters[1].grad?.isContiguous == false)
      try expectClose(parameters[0].detach(), parameters[1].detach(), rtol: 1e-5, atol: 1e-6, name)
    }
  }

  /// PyTorch's sums are there from the start, and its state dicts say so.
  @Test func adagradRemembersFromTheStart() throws {
    let optimizer = try Adagrad([leaf([1, 2])], initialAccumulatorValue: 0.25)
    let state = optimizer.stateDict()["state"]?[0]
    #expect(try state?["sum"]?.tensorValue?.toArray(as: Double.self) == [0.25, 0.25])
    #expect(try state?["step"]?.tensorValue?.item() == 0)
  }

  @Test func gradientsThatDoNotFitThrow() throws {
    let p = try leaf([1, 2])
    let optimizer = try SGD([p], lr: 0.1)
    p.grad = Tensor([1.0])
    expectRefusal(
      "…a gradient of shape [1] and dtype float32 on cpu does not fit its parameter of shape [2]…"
    ) {
      try optimizer.step()
    }
  }

  /// A parameter that its group holds twice: warned of, and updated twice with one state.
  ///
  /// Values are PyTorch's after three steps on the sum of squares.
  @Test func duplicateParametersAreWarnedOfAndUpdatedTwice() throws {
    typealias Maker = @Sendable ([Tensor]) throws -> Optimizer
    let cases: [(String, [Double], Maker)] = [
      ("SGD", [-0.7046999335, -1.4093998671], { try SGD($0, lr: 0.1, momentum: 0.9) }),
      ("Adam", [0.4123364091, 1.4045606852], { try Adam($0, lr: 0.1) }),
      ("Rprop", [0.0070078969, 1.0070078373], { try Rprop($0, lr: 0.1) }),
      ("Adagrad", [0.6617183685, 1.6481741667], { try Adagrad($0, lr: 0.1) }),
      ("RMSprop", [0.4816981256, -0.2968902588], { try RMSprop($0, lr: 0.1, momentum: 0.5) }),
      ("Adadelta", [0.9980163574, 1.9980158806], { try Adadelta($0, lr: 0.1) }),
      ("NAdam", [0.5568591952, 1.5363138914], { try NAdam($0, lr: 0.1) }),
      ("ASGD", [0.2159886211, 0.4319772422], { try ASGD($0, lr: 0.1) }),
    ]
    for (name, expected, make) in cases {
      let p = try Tensor([1.0, 2]).requiresGrad_(), q = try Tensor([3.0]).requiresGrad_()
      let (optimizer, warnings) = try Warnings.recorded { try make([q, p, p]) }
      #expect(
        warnings.map { $0.message.prefix(63) } == [
          "optimizer contains a parameter group with duplicate parameters;"
        ], "\(name)")
      for _ in 0..<3 {
        try optimizer.step {
          optimizer.zeroGrad()
          let loss = try (p * p).sum() + q.sum()
          try loss.backward()
          return loss
        }
      }
      let found = try p.detach().toArray(as: Double.self)
      expectClose(found, expected, atol: 1e-5, "\(name)")
      let state = optimizer.stateDict()
      #expect(
        state["param_groups"]?.elements?[0]["params"]?.elements?.map(\.intValue) == [0, 2, 2])
      guard case .dictionary(let states)? = state["state"] else { continue }
      #expect(states.map(\.key.intValue) == [0, 2], "\(name)")
      try optimizer.loadStateDict(state)
    }
  }
}
