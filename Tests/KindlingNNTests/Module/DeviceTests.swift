import Kindling
import Testing
import _TestExpectations

/// Everything above the backend protocol, on a device whose memory the host cannot see.
@Suite(.serialized) struct DeviceTests {
  private let device: Device

  init() {
    RemoteBackend.register()
    device = RemoteBackend.shared.device
  }

  private var transfers: (reads: Int, writes: Int) { RemoteBackend.shared.transfers }

  private final class Classifier: Module, Layer {
    let flatten = Flatten()
    let linearReluStack = Sequential(
      Linear(28 * 28, 32), ReLU(), Linear(32, 32), ReLU(), Linear(32, 10))
    func forward(_ x: Tensor) throws -> Tensor { try linearReluStack(flatten(x)) }
  }

  /// Losses and parameters of `steps` steps with every batch on `device`.
  private func train(
    on device: Device, _ make: ([Tensor]) throws -> Optimizer
  ) throws -> (losses: [Double], parameters: [Tensor], reads: [Int]) {
    try withDefaultGenerator(Generator(seed: 3)) {
      let model = Classifier(), criterion = CrossEntropyLoss()
      try model.to(device)
      #expect(model.parameters().allSatisfy { $0.device == device && $0.isLeaf && $0.requiresGrad })
      let optimizer = try make(model.parameters())
      let data = try TensorDataset(Tensor.rand(48, 1, 28, 28), Tensor.randint(0, 10, [48]))
      var losses: [Double] = [], reads: [Int] = []
      for batch in try DataLoader(data, batchSize: 16, shuffle: true) {
        let (images, labels) = try batch.get()
        let (x, y) = try (images.to(device), labels.to(device))
        let before = transfers.reads
        let loss = try criterion(model(x), y)
        optimizer.zeroGrad()
        try loss.backward()
        try optimizer.step()
        reads.append(transfers.reads - before)
        losses.append(try loss.item())
      }
      return (losses, try model.parameters().map { try $0.detach().cpu() }, reads)
    }
  }

  @Test func classifierTrainsWithoutTheHostReadingAnything() throws {
    let makers: [([Tensor]) throws -> Optimizer] = [
      { try SGD($0, lr: 0.1, momentum: 0.9, weightDecay: 1e-3) }, { try Adam($0, lr: 1e-3) },
      { try RMSprop($0, lr: 1e-3, momentum: 0.5, centered: true) }, { try NAdam($0) },
      { try Rprop($0) },
    ]
    for make in makers {
      let host = try train(on: .cpu, make), remote = try train(on: device, make)
      #expect(remote.reads == [0, 0, 0])
      expectClose(remote.losses, host.losses, rtol: 1e-5, atol: 1e-6)
      for (a, b) in zip(remote.parameters, host.parameters) {
        try expectClose(a, b, rtol: 1e-4, atol: 1e-5, "parameter")
      }
    }
  }

  @Test func tensorsComeAndGo() throws {
    let x = try Tensor([[1.0, 2], [3, 4]]), before = transfers
    let there = try x.to(device)
    #expect(transfers.writes == before.writes + 1)
    #expect(there.device == device)
    #expect(there.device.description == "privateuseone:0")
    let sum = try (there.t().matmul(there) + 1).sum()
    #expect(transfers.reads == before.reads)
    let expected = try (x.t().matmul(x) + 1).sum().item()
    #expect(try sum.item() == expected)
    #expect(transfers.reads == before.reads + 1)
    #expect(try there[1].cpu().toArray(as: Double.self) == [3, 4])
    #expect(try Tensor.zeros(2, device: device).device == device)
    #expect(try there.to(device) === there)
  }

  @Test func loadersGoOverTensorsOfTheDevice() throws {
    try withDefaultGenerator(Generator(seed: 2)) {
      let x = try Tensor.rand(10, 3), y = try Tensor.randint(0, 4, [10])
      let data = try TensorDataset(x.to(device), y.to(device)), before = transfers.reads
      var rows: [Tensor] = []
      for batch in try DataLoader(data, batchSize: 4, shuffle: true) {
        let (a, b) = try batch.get()
        #expect(a.device == device && b.device == device)
        rows.append(a)
      }
      #expect(transfers.reads == before)
      let all = try Tensor.cat(rows).cpu()
      try expectClose(all.sum(), x.sum(), rtol: 1e-6, atol: 0, "all rows")
      #expect(all.shape == [10, 3])
    }
  }

  @Test func gradientsComeBackAcrossDevices() throws {
    let x = try Tensor([1.0, 2]).requiresGrad_()
    try (x.to(device) * 3).sum().backward()
    #expect(x.grad?.device == .cpu)
    #expect(try x.grad?.toArray(as: Double.self) == [3, 3])
  }

  @Test func tensorsNeverMoveByThemselves() throws {
    let a = Tensor([1.0]), b = try Tensor([1.0]).to(device)
    do {
      _ = try a + b
      Issue.record("expected an error")
    } catch let error as TensorError {
      #expect(error.kind == .device)
      #expect(error.message.contains("found cpu and privateuseone:0"))
    }
    let absent = Device(.privateUse, 9)
    #expect(!absent.isAvailable)
    #expect(throws: TensorError.self) { try a.to(absent) }
  }

  @Test func modelsMoveThereAndBack() throws {
    try withDefaultGenerator(Generator(seed: 1)) {
      let model = Linear(3, 2)
      let before = try model.weight.detach().clone(), weight = model.weight
      try model(Tensor.ones(1, 3)).sum().backward()
      try model.to(device)
      #expect(model.weight === weight)
      #expect(weight.grad?.device == device)
      #expect(try model.stateDict().values.allSatisfy { $0.device == device })
      try model.to(.cpu)
      #expect(try model.weight.detach().equal(before))
      #expect(weight.grad?.device == .cpu)
    }
  }
}
