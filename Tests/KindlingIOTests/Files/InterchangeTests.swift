import Kindling
import KindlingPlatform
import Testing
import _TestSupport

private let interchangeFolder = getenv("KINDLING_INTERCHANGE").map { String(cString: $0) }

/// The Swift half of `scripts/check-pytorch-interchange`, which names a folder of files that PyTorch,
/// safetensors and NumPy have just written and reads what this makes of them.
@Suite(.enabled(if: interchangeFolder != nil, "run by scripts/check-pytorch-interchange"))
struct InterchangeTests {

  /// The files of one kind, each with the path to write to.
  private func files(_ ending: String) throws -> [(from: String, to: String)] {
    let folder = try #require(interchangeFolder)
    let names = try FileBytes.list(folder).filter { $0.hasSuffix(ending) }
    #expect(!names.isEmpty)
    return names.map {
      ("\(folder)/\($0)", "\(folder)/\($0.dropLast(ending.count)).kindling\(ending)")
    }
  }

  @Test func writesBackCheckpoints() throws {
    for (from, to) in try files(".pt") {
      try save(load(from), to: to)
      try save(load(from), to: to + ".legacy", container: .legacy)
    }
  }

  @Test func writesBackWholeModels() throws {
    for (from, to) in try files(".model") {
      let model = try loadModel(from: from, as: Module.self)
      try save(model, to: to)
      try save(model, to: to + ".legacy", container: .legacy)
    }
  }

  @Test func writesBackArrays() throws {
    for (from, to) in try files(".safetensors") {
      try Safetensors.save(Safetensors.load(from), to: to, metadata: Safetensors.metadata(from))
    }
    for (from, to) in try files(".npy") { try NumPy.save(NumPy.load(from), to: to) }
    for (from, to) in try files(".npz") {
      try NumPy.savez(NumPy.loadz(from), to: to)
      try NumPy.savez(NumPy.loadz(from), to: to + ".compressed.npz", compressed: true)
    }
  }

  /// A model trained for a few steps by each optimizer, with the optimizer's state.
  @Test func writesOptimizersOfItsOwn() throws {
    let folder = try #require(interchangeFolder)
    for name in OptimizerTable.all.names {
      try withDefaultGenerator(Generator(seed: 1)) {
        let model = Sequential(
          Linear(3, 4, bias: name != "Muon"), Linear(4, 2, bias: name != "Muon"))
        let optimizer = try OptimizerTable.all.build(
          name, [ParamGroup(model.parameters())], Self.options[name] ?? [:])
        for _ in 0..<3 {
          let x = try Tensor.randn(5, 3)
          try optimizer.step {
            optimizer.zeroGrad()
            let loss = try model(x).pow(2).mean()
            try loss.backward()
            return loss
          }
        }
        try save(
          ["model": .init(model.stateDict()), "optimizer": optimizer.stateDict()],
          to: "\(folder)/\(name).optimizer")
      }
    }
  }

  private static let options: [String: [String: ArgumentValue]] = [
    "SGD": ["lr": 0.01, "momentum": 0.9], "Adam": ["amsgrad": true],
    "RMSprop": ["momentum": 0.5, "centered": true],
  ]
}
