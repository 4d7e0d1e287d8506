import Kindling
import Testing
import _TestExpectations

/// Weight averaging during ten steps of the reference, with its schedule: losses, rates, both models.
struct AveragedModelTests {
  static let records = (try? Golden.json("optim/averaging.json"))?.array ?? []

  @Test func referenceIsThere() { #expect(Self.records.count == 3) }

  private func makeModel() -> Sequential {
    Sequential(Linear(4, 6), BatchNorm1d(6), Tanh(), Linear(6, 2))
  }

  @Test(arguments: records) func matches(_ record: JSONValue) throws {
    let file = try Golden.tensors("optim/averaging.safetensors")
    let name = record["name"]?.string ?? ""
    func state(_ part: String) throws -> StateDict {
      let prefix = "\(name).\(part)."
      return try StateDict(
        file.names.filter { $0.hasPrefix(prefix) }.map {
          (String($0.dropFirst(prefix.count)), try file.tensor($0))
        })
    }
    let model = makeModel()
    try model.loadStateDict(state("init"))
    let averaging = record["decay"]?.double.map { Averaging.ema(decay: $0) } ?? .swa
    let averaged = try AveragedModel(model, averaging, useBuffers: name == "ema_buffers") {
      makeModel()
    }
    #expect(try averaged.stateDict().keys == record["averaged_keys"]?.array?.compactMap(\.string))
    let optimizer = try SGD(model.parameters(), lr: 0.1)
    let schedule = try SWALR(optimizer, swaLr: 0.02, annealEpochs: 4, annealStrategy: .linear)
    let x = try file.tensor("X"), y = try file.tensor("Y")
    for step in 0..<10 {
      let loss = try ((model(x) - y).pow(2)).mean()
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
      try averaged.updateParameters(model)
      let rate = record["lrs"]?.array?[step].double ?? .nan
      expectClose(optimizer.paramGroups[0].lr, rate, rtol: 1e-12, "rate \(step)")
      try schedule.step()
      let expected = record["losses"]?.array?[step].double ?? .nan
      try expectClose(loss.item(), expected, rtol: 1e-5, atol: 1e-6, "loss \(step)")
    }
    if record["update_bn"]?.bool == true {
      let batches = try (0..<4).map { i in
        Result<Tensor, any Error>.success(try x.narrow(0, 10 * i, 10))
      }
      try updateBN(batches, averaged)
      #expect(model.modules().compactMap { ($0 as? BatchNorm1d)?.momentum } == [0.1])
    }
    for (part, module) in [("model", model as Module), ("averaged", averaged)] {
      let found = try module.stateDict(), expected = try state(part)
      #expect(Set(found.keys) == Set(expected.keys))
      for (key, value) in expected {
        let own = try #require(found[key])
        #expect(own.dtype == value.dtype)
        try expectClose(own, value, rtol: 1e-5, atol: 1e-6, "\(part).\(key)")
      }
    }
  }

  @Test func copiesDrawNothing() throws {
    try withDefaultGenerator(Generator(seed: 4)) {
      let model = Linear(2, 2)
      let before = try Generator.default.getState()
      let averaged = try AveragedModel(model) { Linear(2, 2) }
      #expect(try Generator.default.getState().equal(before))
      let x = try Tensor.ones(1, 2)
      #expect(try averaged(x).equal(model(x)))
    }
  }

  @Test func refusals() throws {
    let model = Linear(2, 2)
    expectRefusal("Invalid decay value 1.5 provided. Please provide a value in [0,1] range.") {
      try AveragedModel(model, .ema(decay: 1.5)) { Linear(2, 2) }
    }
    expectRefusal("…size mismatch for weight…") { try AveragedModel(model) { Linear(2, 3) } }
    let averaged = try AveragedModel(model) { Linear(2, 2) }
    expectRefusal("updateParameters: …but those averaged have [[2, 2], [2]]") {
      try averaged.updateParameters(Linear(3, 2))
    }
    expectRefusal("no sample") {
      try updateBN(
        [Result<Tensor, any Error>.failure(TensorError(.value, "", "no sample"))],
        Sequential(BatchNorm1d(2)))
    }
  }

  @Test func averagesOfANegativeNumberOfModels() throws {
    let averaged = try AveragedModel(Linear(2, 2)) { Linear(2, 2) }
    var state = try averaged.stateDict()
    state["n_averaged"] = Tensor(-3)
    try averaged.loadStateDict(state)
    expectRefusal("updateParameters: n_averaged must not be negative, but is -3") {
      try averaged.updateParameters(Linear(2, 2))
    }
    state["n_averaged"] = Tensor(Int.max)
    try averaged.loadStateDict(state)
    try averaged.updateParameters(Linear(2, 2))
  }
}
