import Kindling
import Testing
import _TestExpectations

/// Whole models that PyTorch saved.
@Suite struct PyTorchModelTests {
  @Test(arguments: ["whole_conv", "whole_sequential"], [".pt", ".legacy.pt"])
  func pyTorchsModelsComeFromTheFileAlone(name: String, ending: String) throws {
    let entry = try #require(
      GoldenCheckpointTests.manifest.first { $0["file"]?.string == name + ending })
    let model = try loadModel(from: Golden.path("serialization/\(name)\(ending)"))
    #expect(model.description == entry["repr"]?.string)
    let arrays = try Golden.tensors("serialization/values.safetensors")
    let state = try model.stateDict()
    let items = try #require(entry["content"]?["items"]?.array)
    #expect(state.keys == items.compactMap { $0.array?[0].string })
    for (key, tensor) in state {
      try expectClose(tensor, arrays.tensor("\(name)\(ending)/\(key)"), key)
    }
    if arrays.has("\(name)/input") {
      let output = try noGrad { try model(arrays.tensor("\(name)/input")) }
      try expectClose(output, arrays.tensor("\(name)/output"), rtol: 1e-5, atol: 1e-6)
    }
  }

  /// Layers that are made from a PyTorch file print like those in PyTorch.
  @Test func layersOfPyTorchsComeFromTheFileAlone() throws {
    let layers = try loadModel(from: PyTorchValueTests.path("layers.pt"), as: ModuleList.self)
    let text = String(
      decoding: try FileBytes.read(PyTorchValueTests.path("layers.txt")), as: UTF8.self)
    #expect(layers.description + "\n" == text)
    let triplet = try #require(layers[15] as? TripletMarginLoss)
    #expect(triplet.margin == 0.5 && triplet.p == 1 && triplet.eps == 1e-4 && triplet.swap)
    let bag = try #require(layers[4] as? EmbeddingBag)
    #expect(bag.includeLastOffset && bag.mode == .sum)
    let attention = try #require(layers[1] as? MultiheadAttention)
    #expect(attention.kdim == 3 && attention.addZeroAttn && attention.biasK != nil)
    let pool = try #require(layers[13] as? FractionalMaxPool2d)
    #expect(pool.outputRatio == [0.5, 0.5] && pool.outputSize == nil)
  }

  /// Attributes that came to PyTorch's layers later have the values that it gives them.
  @Test func layersOfOlderVersionsAreFilledIn() throws {
    let layers = try loadModel(from: PyTorchValueTests.path("older_layers.pt"), as: ModuleList.self)
    let now = ModuleList([
      Conv2d(1, 2, 2), ConvTranspose1d(1, 2, 2), Softmax(), LogSoftmax(), Softmin(), AvgPool2d(2),
      AvgPool3d(2), MaxPool2d(2), CrossEntropyLoss(), CTCLoss(), GELU(), PReLU(),
      MultiheadAttention(2, 1), EmbeddingBag(2, 1), BatchNorm1d(1),
    ])
    #expect(layers.description == now.description)
    let average = try #require(layers[5] as? AvgPool2d)
    #expect(average.countIncludePad && !average.ceilMode && average.divisorOverride == nil)
    #expect(try #require(layers[8] as? CrossEntropyLoss).labelSmoothing == 0)
  }

  @Test func aBagKeepsItsScalingByFrequency() throws {
    let path = PyTorchValueTests.path("refused.pt")
    let bag = try loadModel(from: path, key: "frequency", as: EmbeddingBag.self)
    #expect(bag.scaleGradByFreq && bag.description.contains("scale_grad_by_freq=True"))
  }

  @Test(arguments: [
    ("adaptive", "AdaptiveMaxPool2d returns indices too"),
    ("fractional", "FractionalMaxPool2d returns indices too"),
    ("bag", "EmbeddingBag has an unknown mode"),
    ("attention", "embed_dim divisible by num_heads"),
    ("wide", "make 'in_proj_weight' of shape [-4611686018427387904, 4611686018427387904]"),
  ])
  func layersThatDifferAreRefused(key: String, words: String) {
    expectRefusal("…\(words)…") {
      try loadModel(from: PyTorchValueTests.path("refused.pt"), key: key, as: Module.self)
    }
  }
}
