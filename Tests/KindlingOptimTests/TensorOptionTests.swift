import Kindling
import Testing
import _TestExpectations

/// Options that are tensors of one element, with values from PyTorch.
@Suite struct TensorOptionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: [Double]
    let make: @Sendable ([Tensor], Tensor) throws -> Optimizer
    var testDescription: String { name }

    init(
      _ name: String, _ expected: [Double],
      _ make: @escaping @Sendable ([Tensor], Tensor) throws -> Optimizer
    ) {
      (self.name, self.expected, self.make) = (name, expected, make)
    }
  }

  static let cases = [
    Case("SGD", [0.7, -1.85, 2.4]) { try SGD($0, lr: $1) },
    Case("SGD, decay", [0.56725, -1.5696875, 1.9918749]) {
      try SGD($0, lr: $1, weightDecay: Tensor(0.5))
    },
    Case("Adam", [0.7076817, -1.7076817, 2.7076817]) { try Adam($0, lr: $1) },
    Case("Adam, betas", [0.7065946, -1.7065945, 2.7065947]) {
      try Adam($0, lr: $1, betas: (Tensor(0.8), Tensor(0.9)))
    },
    Case("AdamW", [0.7049811, -1.7019842, 2.698987]) { try AdamW($0, lr: $1) },
    Case("NAdam", [0.7018802, -1.7018802, 2.7018802]) { try NAdam($0, lr: $1) },
    Case("RAdam", [0.7701786, -1.8850893, 2.5403576]) { try RAdam($0, lr: $1) },
    Case("Adamax", [0.7546805, -1.7546805, 2.7546806]) { try Adamax($0, lr: $1) },
    Case("ASGD", [0.6999749, -1.8499424, 2.3999202]) { try ASGD($0, lr: $1) },
    Case("Adagrad", [0.7303789, -1.7303789, 2.7303791]) { try Adagrad($0, lr: $1) },
    Case("Adadelta", [0.9987928, -1.998793, 2.9987929]) { try Adadelta($0, lr: $1) },
    Case("RMSprop", [-1.6988271, 0.6988269, 0.3011725]) { try RMSprop($0, lr: $1) },
    Case("Rprop", [0.636, -1.6359999, 2.6360002]) { try Rprop($0, lr: $1) },
    Case("Adafactor", [0.409239, -1.4092391, 2.4092391]) { try Adafactor($0, lr: $1) },
  ]

  @Test(arguments: cases) func stepsAsPyTorch(_ test: Case) throws {
    let parameter = try Tensor([1.0, -2, 3]).requiresGrad_()
    let optimizer = try test.make([parameter], Tensor(0.1))
    for i in 1...3 {
      parameter.grad = try Tensor([0.5, -0.25, 1.0]) * i
      try optimizer.step()
    }
    try expectClose(parameter, test.expected, rtol: 2e-6, atol: 1e-6)
  }

  @Test func aScheduleWritesIntoTheTensor() throws {
    let rate = Tensor(0.1), parameter = try Tensor([1.0]).requiresGrad_()
    let optimizer = try SGD([parameter], lr: rate)
    let schedule = try StepLR(optimizer, stepSize: 1, gamma: 0.5)
    for expected in [(0.9, 0.05), (0.85, 0.025), (0.825, 0.0125)] {
      parameter.grad = Tensor([1.0])
      try optimizer.step()
      try schedule.step()
      try expectClose(parameter, [expected.0], rtol: 1e-6)
      let now = try rate.item()
      expectClose(now, expected.1, rtol: 1e-6)
    }
    #expect(optimizer.paramGroups[0]["lr"]?.tensorValue === rate)
    #expect(
      optimizer.description.contains(
        "\n    initial_lr: 0.10000000149011612\n    lr: 0.012500000186264515\n"))
  }

  @Test func aChangeInPlaceCounts() throws {
    let rate = Tensor(0.1), parameter = try Tensor([1.0]).requiresGrad_()
    let optimizer = try Adam([parameter], lr: rate)
    parameter.grad = Tensor([1.0])
    try optimizer.step()
    try rate.fill_(0)
    let before = try parameter.item()
    try optimizer.step()
    #expect(try parameter.item() == before)
  }

  @Test func aLoadedStateMayHoldTensors() throws {
    let parameter = try Tensor([1.0, -2, 3]).requiresGrad_()
    let optimizer = try Adam([parameter], lr: Tensor(0.1))
    let rate = Tensor(0.5)
    let saved: CheckpointValue = [
      "state": [:],
      "param_groups": [
        [
          "lr": .tensor(rate), "betas": .tuple([0.9, 0.999]), "eps": 1e-8, "weight_decay": 0,
          "amsgrad": false, "maximize": false, "params": [0],
        ]
      ],
    ]
    try optimizer.loadStateDict(saved)
    parameter.grad = Tensor([1.0, 1, 1])
    // The group has a copy, which the loaded value does not change.
    try rate.fill_(0)
    try optimizer.step()
    try expectClose(parameter, [0.5, -2.5, 2.5], rtol: 1e-6)
  }

  @Test func severalElementsAreRefused() throws {
    let parameter = try Tensor([1.0]).requiresGrad_()
    expectRefusal("…the option 'lr' of a parameter group is tensor([0.1000, 0.2000]); expected…") {
      try SGD([parameter], lr: Tensor([0.1, 0.2]))
    }
  }
}
