import Kindling
import Testing
import _TestExpectations

/// Files whose tensors go to a device whose memory the host cannot see.
@Suite(.serialized) struct DeviceLoadingTests {
  private static let backend: RemoteBackend = {
    let backend = RemoteBackend(1)
    Device.register(backend)
    return backend
  }()
  private var device: Device { Self.backend.device }

  private func withFile(
    _ write: (_ path: String) throws -> Void, _ body: (_ path: String) throws -> Void
  ) throws {
    try FileBytes.withTemporaryFolder { folder in
      try write("\(folder)/file.pth")
      try body("\(folder)/file.pth")
    }
  }

  @Test(arguments: [CheckpointContainer.zip, .legacy])
  func stateDictsGoStraightThere(container: CheckpointContainer) throws {
    let model = withDefaultGenerator(Generator(seed: 1)) { Linear(3, 2) }
    try withFile({ try save(model.stateDict(), to: $0, container: container) }) { path in
      let before = Self.backend.transfers
      let state = try loadStateDict(from: path, device: device)
      let after = Self.backend.transfers
      #expect((after.reads - before.reads, after.writes - before.writes) == (0, 2))
      #expect(state.values.allSatisfy { $0.device == device })
      for (key, tensor) in try model.stateDict() {
        try expectClose(#require(state[key]).cpu(), tensor, rtol: 0, atol: 0, key)
      }
      let other = try Linear(3, 2).to(device)
      try other.loadStateDict(state)
      #expect(try other.weight.detach().cpu().equal(model.weight))
    }
  }

  @Test func whatSharesMemorySharesItThere() throws {
    let x = try Tensor.arange(12).reshape(3, 4)
    let value: CheckpointValue = [
      "all": .tensor(x), "row": .tensor(try x[1]), "t": .tensor(try x.t()),
    ]
    try withFile({ try save(value, to: $0) }) { path in
      let before = Self.backend.transfers.writes
      let loaded = try load(path, device: device)
      #expect(Self.backend.transfers.writes == before + 1)
      let all = try #require(loaded["all"]?.tensorValue),
        row = try #require(loaded["row"]?.tensorValue)
      try row.fill_(7)
      #expect(try all.cpu()[1].toArray(as: Int.self) == [7, 7, 7, 7])
      #expect(try #require(loaded["t"]?.tensorValue).cpu()[0].toArray(as: Int.self) == [0, 7, 8])
    }
  }

  @Test func wholeModelsGoThereAndCompute() throws {
    let model = withDefaultGenerator(Generator(seed: 2)) {
      Sequential(Linear(3, 4), BatchNorm1d(4), ReLU(), Linear(4, 2)).eval()
    }
    try withFile({ try save(model, to: $0) }) { path in
      let loaded = try loadModel(from: path, device: device)
      #expect(
        loaded.parameters().allSatisfy { $0.device == device && $0.isLeaf && $0.requiresGrad })
      #expect(loaded.buffers().allSatisfy { $0.device == device })
      let x = try Tensor([[1.0, -2.0, 3.0]])
      try expectClose(
        loaded(x.to(device)).detach().cpu(), model(x).detach(), rtol: 1e-6, atol: 1e-7)
      #expect(
        try loadModelState(from: path, device: device).values.allSatisfy { $0.device == device })
      #expect(try loadModel(from: path).parameters().allSatisfy { $0.device == .cpu })
    }
  }

  @Test func aDeviceThatIsNotThereIsNamed() throws {
    try withFile({ try save(Linear(1, 1).stateDict(), to: $0) }) { path in
      expectRefusal("…privateuseone:9…", that: { ($0 as? TensorError)?.kind == .device }) {
        try loadStateDict(from: path, device: Device(.privateUse, 9))
      }
    }
  }
}
