import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// Networks of the zoo in files of whole models.
@Suite struct WholeVisionModelTests {
  private static let models: [@Sendable () -> any Layer] = [
    { resnet18(numClasses: 3) }, { resnet50(numClasses: 2) },
    { Sequential(resnet18(numClasses: 4), ReLU()) },
  ]

  @Test(arguments: models.indices)
  func comeBack(index: Int) throws {
    let model = withDefaultGenerator(Generator(seed: 1)) { Self.models[index]() }
    model.eval()
    try FileBytes.withTemporaryFolder { folder in
      try save(model, to: "\(folder)/model.pth")
      let loaded = try loadModel(from: "\(folder)/model.pth")
      #expect(loaded.description == model.description)
      let (a, b) = (try loaded.stateDict(), try model.stateDict())
      #expect(a.keys == b.keys)
      for (key, tensor) in b { #expect(try #require(a[key]).equal(tensor), "\(key)") }
      let x = try withDefaultGenerator(Generator(seed: 2)) { try Tensor.rand(1, 3, 32, 32) }
      #expect(try noGrad { try loaded(x).equal(model(x)) })
    }
  }

  /// The files name torchvision's classes, so that it finds them.
  @Test func areNamedAsTorchvisionNamesThem() throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(resnet18(numClasses: 2), to: "\(folder)/model.pth")
      let text = "an object of class torchvision.models.resnet.ResNet"
      expectRefusal("…\(text)…read it with loadModel(from:)…") { try load("\(folder)/model.pth") }
    }
  }

  /// Submodules are what the classes say, or the file is refused.
  @Test func partsThatDoNotFitAreRefused() throws {
    let model = resnet18(numClasses: 2)
    ModuleRegistry.registerVisionModels()
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/model.pth"
      try save(model, to: path)
      var bytes = try FileBytes.read(path)
      // The classifier becomes a layer that holds no numbers.
      let name = Array("ctorch.nn.modules.linear\nLinear\n".utf8)
      let place = try #require(
        bytes.indices.dropLast(name.count).first { bytes[$0...].starts(with: name) })
      let other = Array("ctorch.nn.modules.linear\nLineaR\n".utf8)
      bytes.replaceSubrange(place..<place + name.count, with: other)
      try FileBytes.write(bytes, to: path)
      expectRefusal("…torch.nn.modules.linear.LineaR is not registered…") {
        try loadModel(from: path, verify: false)
      }
    }
  }
}
