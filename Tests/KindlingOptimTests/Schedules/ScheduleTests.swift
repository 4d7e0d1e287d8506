import Kindling
import Testing
import _TestExpectations

/// What a user writes in a package of their own.
private final class HalvingLR: LRScheduler {
  override func getLr() throws -> [Double] { baseLrs.map { $0 / Double(1 << min(lastEpoch, 60)) } }
}

struct ScheduleTests {
  private func makeSGD(_ rates: Double...) throws -> SGD {
    try SGD(
      groups: rates.map { try ParamGroup([Tensor.zeros(1).requiresGrad_()], ["lr": .double($0)]) },
      momentum: 0.9)
  }

  @Test func usersScheduleSteps() throws {
    let optimizer = try makeSGD(0.8)
    let schedule = try HalvingLR(optimizer)
    for _ in 0..<3 { try schedule.step() }
    #expect(schedule.getLastLr() == [0.1])
    #expect(optimizer.paramGroups[0].lr == 0.1)
    expectRefusal("getLr: LRScheduler does not say what its learning rates are") {
      try LRScheduler(optimizer)
    }
  }

  @Test func aScheduleThatStepsBeforeItsOptimizerWarns() throws {
    func warnings(_ body: (SGD, StepLR) throws -> Void) throws -> [String] {
      let parameter = try Tensor.zeros(1).requiresGrad_()
      let optimizer = try SGD([parameter], lr: 1)
      let schedule = try StepLR(optimizer, stepSize: 2)
      return try Warnings.recorded { try body(optimizer, schedule) }.warnings.map(\.message)
    }
    let text =
      "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
    #expect(try warnings { _, schedule in for _ in 0..<3 { try schedule.step() } } == [text])
    let right = try warnings { optimizer, schedule in
      // Without gradients: nothing changes, but the order is right.
      try optimizer.step()
      try schedule.step()
    }
    #expect(right.isEmpty)
    // An optimizer that overrides step() altogether shows by what it changes.
    let changed = try warnings { optimizer, schedule in
      _ = try noGrad { try optimizer.paramGroups[0].params[0].add_(1) }
      try schedule.step()
    }
    #expect(changed.isEmpty)
  }

  @Test func schedulesInsideOthersAreBounded() throws {
    let optimizer = try makeSGD(1)
    var schedule: LRScheduler = try StepLR(optimizer, stepSize: 2)
    expectRefusal("SequentialLR expects schedules nested at most 100 levels deep") {
      for _ in 0..<1000 {
        schedule = try SequentialLR(optimizer, schedulers: [schedule], milestones: [])
      }
    }
    expectRefusal("ChainedScheduler expects schedules nested at most 100 levels deep") {
      schedule = try ChainedScheduler([schedule])
    }
  }

  @Test func clippingNothingWarns() throws {
    let warnings = try Warnings.recorded { try clipGradNorm_([], maxNorm: 1) }.warnings
    #expect(
      warnings.map(\.message) == [
        "`parameters` is an empty generator, no gradient clipping will occur."
      ])
  }

  @Test func warmRestartsTakeFractionsOfEpochs() throws {
    // PyTorch: CosineAnnealingWarmRestarts(SGD(lr=1.0), T_0=2, T_mult=2).step(e) for these e.
    let expected: [(Double, Double)] = [
      (0, 1), (0.5, 0.8535533905932737), (1.75, 0.03806023374435663), (2, 1),
      (5.5, 0.03806023374435663), (6.25, 0.9975923633360985), (0.25, 0.9619397662556434),
    ]
    let optimizer = try makeSGD(1)
    let schedule = try CosineAnnealingWarmRestarts(optimizer, t0: 2, tMult: 2)
    for (epoch, rate) in expected {
      try schedule.step(epoch: epoch)
      expectClose(optimizer.paramGroups[0].lr, rate, atol: 1e-12, "epoch \(epoch)")
    }
    expectRefusal("…Expected non-negative epoch, but got -1.0") { try schedule.step(epoch: -1) }
    expectRefusal("…Expected non-negative epoch, but got nan") { try schedule.step(epoch: .nan) }
  }

  @Test func goesOnFromAnEpoch() throws {
    let optimizer = try makeSGD(1)
    expectRefusal("param 'initial_lr' is not specified in param_groups[0] when resuming scheduler…")
    {
      try ExponentialLR(optimizer, gamma: 0.5, lastEpoch: 3)
    }
    optimizer.paramGroups[0]["initial_lr"] = 1
    let schedule = try CosineAnnealingLR(optimizer, tMax: 10, lastEpoch: 4)
    #expect(schedule.lastEpoch == 5)
    try schedule.step()
    #expect(schedule.lastEpoch == 6)
  }

  @Test func cyclicSchedulesMoveBetas() throws {
    let adam = try Adam([Tensor.zeros(1).requiresGrad_()])
    let schedule = try OneCycleLR(adam, maxLr: 0.1, totalSteps: 10)
    #expect(adam.paramGroups[0]["betas"]?.description == "(0.95, 0.999)")
    try schedule.step()
    #expect(try adam.paramGroups[0].pair("betas").0 < 0.95)
    #expect(try adam.paramGroups[0].pair("betas").1 == 0.999)
  }

  @Test func impossibleArgumentsThrowAtOnce() throws {
    let o = try makeSGD(1, 0.5), other = try makeSGD(1)
    let adagrad = try Adagrad([Tensor.zeros(1).requiresGrad_()])
    expectRefusal("Expected positive integer step_size, but got 0") {
      try StepLR(o, stepSize: 0)
    }
    expectRefusal("Constant multiplicative factor expected to be between 0 and 1, but got 1.5") {
      try ConstantLR(o, factor: 1.5)
    }
    expectRefusal(
      "Starting multiplicative factor expected to be greater than 0 and less or equal to 1…"
    ) {
      try LinearLR(o, startFactor: 0)
    }
    expectRefusal("Ending multiplicative factor expected to be between 0 and 1, but got nan") {
      try LinearLR(o, endFactor: .nan)
    }
    expectRefusal("Expected 2 lr_lambdas, but got 1") {
      try LambdaLR(o, lrLambdas: [{ _ in 1 }])
    }
    expectRefusal("Expected 2 lr_lambdas, but got 0") { try MultiplicativeLR(o, lrLambdas: []) }
    expectRefusal("Expected positive integer T_max, but got 0") {
      try CosineAnnealingLR(o, tMax: 0)
    }
    expectRefusal("Expected positive integer T_0, but got -1") {
      try CosineAnnealingWarmRestarts(o, t0: -1)
    }
    expectRefusal("Expected integer T_mult >= 1, but got 0") {
      try CosineAnnealingWarmRestarts(o, t0: 1, tMult: 0)
    }
    expectRefusal(
      "base_lr must have the same length as optimizer.param_groups. base_lr has 3 values, param_groups has 2."
    ) {
      try CyclicLR(o, baseLr: [1.0, 2, 3], maxLr: 1.0)
    }
    expectRefusal("step_size_up has to be positive…") {
      try CyclicLR(o, baseLr: 0.1, maxLr: 1.0, stepSizeUp: 0)
    }
    expectRefusal("optimizer must support momentum or beta1 with `cycle_momentum` option enabled") {
      try CyclicLR(adagrad, baseLr: 0.1, maxLr: 1.0)
    }
    expectRefusal("You must define either total_steps OR (epochs AND steps_per_epoch)") {
      try OneCycleLR(o, maxLr: 1.0, epochs: 3)
    }
    expectRefusal("Expected positive integer total_steps, but got 0") {
      try OneCycleLR(o, maxLr: 1.0, totalSteps: 0)
    }
    expectRefusal("Expected positive integer total_steps, but got -1") {
      try OneCycleLR(o, maxLr: 1.0, epochs: 1 << 40, stepsPerEpoch: 1 << 40)
    }
    expectRefusal("Expected float between 0 and 1 pct_start, but got 1.5") {
      try OneCycleLR(o, maxLr: 1.0, totalSteps: 10, pctStart: 1.5)
    }
    expectRefusal("step: OneCycleLR has a phase without length…") {
      try OneCycleLR(o, maxLr: 1.0, totalSteps: 1, pctStart: 1)
    }
    expectRefusal("Factor should be < 1.0, but got 1.0") { try ReduceLROnPlateau(o, factor: 1) }
    expectRefusal("expected 2 min_lrs, got 1") { try ReduceLROnPlateau(o, minLr: [0.1]) }
    expectRefusal("step: …missing 1 required positional argument: 'metrics'") {
      try ReduceLROnPlateau(o).step()
    }
    expectRefusal("…expects at least one scheduler…") { try ChainedScheduler([]) }
    expectRefusal("SequentialLR expects at least one scheduler, but got no scheduler.") {
      try SequentialLR(o, schedulers: [], milestones: [])
    }
    expectRefusal("SequentialLR does not support `ReduceLROnPlateau` scheduler…") {
      try SequentialLR(o, schedulers: [ReduceLROnPlateau(o)], milestones: [])
    }
    expectRefusal(
      "SequentialLR expects all schedulers to belong to the same optimizer, but got scheduler StepLR at index 1…"
    ) {
      try SequentialLR(
        o, schedulers: [StepLR(o, stepSize: 1), StepLR(other, stepSize: 1)], milestones: [2])
    }
    expectRefusal("…got number of schedulers 1 and the number of milestones to be equal to 2") {
      try SequentialLR(o, schedulers: [StepLR(o, stepSize: 1)], milestones: [1, 2])
    }
    expectRefusal("anneal_epochs must be equal or greater than 0, got -1") {
      try SWALR(o, swaLr: 0.1, annealEpochs: -1)
    }
    expectRefusal("…swa_lr has 1 values, param_groups has 2…") { try SWALR(o, swaLr: [0.1]) }
    expectRefusal("last_epoch has to be -1 or a count of epochs, but got -2") {
      try StepLR(o, stepSize: 1, lastEpoch: -2)
    }
  }

  /// PyTorch keeps milestones in a Counter: `MultiStepLR(SGD(lr=0.1), [2, 4, 4], 0.5)` after 3 steps.
  @Test func milestonesOfPyTorchAreRead() throws {
    let optimizer = try makeSGD(0.05)
    let schedule = try MultiStepLR(optimizer, milestones: [])
    try schedule.loadStateDict(load(Golden.path("optim/multistep.pt")))
    #expect(schedule.lastEpoch == 3)
    try schedule.step()
    #expect(optimizer.paramGroups[0].lr == 0.0125)
    guard case .counter? = schedule.stateDict()["milestones"] else {
      Issue.record("the milestones are no Counter any more")
      return
    }
  }

  @Test func damagedStatesChangeNothing() throws {
    let optimizer = try makeSGD(1)
    let schedule = try StepLR(optimizer, stepSize: 2)
    try schedule.step()
    let before = schedule.stateDict().description
    func state(_ name: String, _ value: CheckpointValue) -> CheckpointValue {
      .dictionary(
        (schedule.stateDict().pairs ?? []).map {
          $0.key.stringValue == name ? ($0.key, value) : $0
        })
    }
    let cases: [(String, CheckpointValue, String)] = [
      ("step_size", 0, "Expected positive integer step_size, but got 0"),
      ("gamma", "x", "'gamma' is 'x' in the loaded state dict of StepLR; expected a number"),
      ("last_epoch", .int(.max), "'last_epoch' is \(Int.max) in the loaded state dict of StepLR"),
      (
        "_step_count", -1,
        "'_step_count' is -1 in the loaded state dict of StepLR; expected a count"
      ),
      (
        "base_lrs", [1, 2],
        "'base_lrs' is [1, 2] in the loaded state dict of StepLR; expected 1 numbers"
      ),
    ]
    for (name, value, words) in cases {
      expectRefusal("…\(words)…") { try schedule.loadStateDict(state(name, value)) }
      #expect(schedule.stateDict().description == before)
    }
    expectRefusal("'step_size' is missing in the loaded state dict of StepLR…") {
      try schedule.loadStateDict([:])
    }
  }
}
