import Kindling
import Testing
import _TestSupport

/// Normalisations: graphs, running statistics, refusals.
///
/// Values are the conformance suites' matter.
struct NormalizationTests {
  private func leaf(_ shape: Int...) throws -> Tensor {
    try withDefaultGenerator(Generator(seed: 3)) { try Tensor.randn(shape).requiresGrad_() }
  }

  @Test func recordsWhatPyTorchRecords() throws {
    let x = try leaf(4, 6, 5, 5)
    let w = try Tensor.ones(6).requiresGrad_(), b = try Tensor.zeros(6).requiresGrad_()
    func check(_ y: Tensor, _ name: String, inputs: [String?]) {
      #expect(y.gradFn?.name == name)
      #expect(y.gradFn?.nextFunctions.map { $0?.node.name } == inputs)
    }
    let leaf = "AccumulateGrad"
    check(
      try F.batchNorm(x, nil, nil, weight: w, bias: b, training: true), "NativeBatchNormBackward0",
      inputs: [leaf, leaf, leaf])
    check(
      try F.batchNorm(x, Tensor.zeros(6), Tensor.ones(6)), "NativeBatchNormBackward0",
      inputs: [leaf, nil, nil])
    check(
      try F.layerNorm(
        x, [5, 5], weight: Tensor.ones(5, 5).requiresGrad_(), bias: Tensor.zeros(5, 5)),
      "NativeLayerNormBackward0", inputs: [leaf, leaf, nil])
    check(
      try F.groupNorm(x, 3, weight: w, bias: b), "NativeGroupNormBackward0",
      inputs: [leaf, leaf, leaf])
    check(
      try F.instanceNorm(x, weight: w, bias: b), "ViewBackward0",
      inputs: ["NativeBatchNormBackward0"])
    check(
      try F.embedding(Tensor([1, 2]), Tensor.randn(3, 4).requiresGrad_()), "EmbeddingBackward0",
      inputs: [leaf])
  }

  @Test func batchNormKeepsStatistics() throws {
    let x = try Tensor([[1.0, 2.0], [3.0, 6.0], [5.0, 1.0]])
    let norm = BatchNorm1d(2)
    _ = try norm(x)
    // 0.9 · old + 0.1 · new; the variance is unbiased.
    try assertClose(
      try #require(norm.runningMean), Tensor([0.3, 0.3]), rtol: 1e-6, atol: 0, "mean")
    try assertClose(
      try #require(norm.runningVar), Tensor([1.3, 1.6]), rtol: 1e-6, atol: 0, "variance")
    #expect(try norm.numBatchesTracked?.item() == 1)
    let mean = BatchNorm1d(2, momentum: nil)
    for factor in [1.0, 3.0] { _ = try mean(x * factor) }
    try assertClose(try #require(mean.runningMean), Tensor([6.0, 6.0]), "cumulative mean")
    norm.eval()
    let before = try norm.stateDict().values.map { try $0.clone() }
    let y = try norm(x)
    try assertClose(
      y, (x - 0.3) / (Tensor([1.3, 1.6]) + 1e-5).sqrt(), rtol: 1e-5, atol: 1e-6, "evaluation")
    for (a, b) in zip(before, try norm.stateDict().values) { #expect(try a.equal(b)) }
    let plain = BatchNorm1d(2, affine: false, trackRunningStats: false)
    #expect(try plain.stateDict().keys.isEmpty)
    let fresh = try plain(x)
    try assertClose(try plain.eval()(x), fresh, "no statistics: the batch's own")
  }

  @Test func instanceNormKeepsStatistics() throws {
    let x = try leaf(3, 2, 8).detach()
    let norm = InstanceNorm1d(2, affine: true, trackRunningStats: true)
    let y = try norm(x)
    #expect(try y.mean(dim: 2).abs().max().item() < 1e-5)
    try assertClose(
      try #require(norm.runningMean), x.mean(dims: [0, 2]) * 0.1, rtol: 1e-4, atol: 1e-6, "mean")
    #expect(try InstanceNorm2d(3)(x.view(3, 2, 8)).shape == [3, 2, 8])
  }

  @Test func embeddingScalesAndPads() throws {
    let table = try Tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]]).requiresGrad_()
    let y = try F.embedding(Tensor([0, 0, 1]), table, maxNorm: 1)
    try assertClose(y, Tensor([[0.6, 0.8], [0.6, 0.8], [0.3, 0.4]]), "rows")
    try assertClose(table.detach()[2], Tensor([6.0, 8.0]), "a row that was not looked up")
    let weight = try Tensor.ones(3, 2).requiresGrad_()
    try F.embedding(Tensor([0, 2, 2, -0]), weight, paddingIdx: -3, scaleGradByFreq: true)
      .sum().backward()
    try assertClose(
      try #require(weight.grad), Tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), "gradient")
    let layer = try Embedding(pretrained: table.detach())
    #expect(!layer.weight.requiresGrad)
    #expect(try Embedding(4, 2, paddingIdx: 1).weight[1].abs().sum().item() == 0)
  }

  @Test func refuses() throws {
    let x = try Tensor.ones(2, 3)
    expectRefusal("expected 2D or 3D input (got 4D input)") {
      _ = try BatchNorm1d(3)(Tensor.ones(2, 3, 4, 5))
    }
    expectRefusal("expected 4D input (got 2D input)") { _ = try BatchNorm2d(3)(x) }
    expectRefusal("expected 5D input (got 2D input)") { _ = try BatchNorm3d(3)(x) }
    expectRefusal("running_mean should contain 4 elements not 3") {
      _ = try BatchNorm2d(3)(Tensor.ones(2, 4, 5, 5))
    }
    expectRefusal("Expected more than 1 value per channel when training, got input size [1, 3]") {
      _ = try BatchNorm1d(3)(Tensor.ones(1, 3))
    }
    expectRefusal("must be defined in evaluation mode") { _ = try F.batchNorm(x, nil, nil) }
    expectRefusal("weight should contain 3 elements not 4") {
      _ = try F.batchNorm(x, nil, nil, weight: Tensor.ones(4), training: true)
    }
    expectRefusal("mixed dtype") { _ = try BatchNorm1d(3)(x.to(.float64)) }
    expectRefusal("not implemented for 'Long'") { _ = try BatchNorm1d(3)(x.to(.int64)) }
    expectRefusal("must not be negative") { _ = try BatchNorm1d(-3)(x) }
    expectRefusal("expected input with shape [*, 4], but got input of size[2, 3]") {
      _ = try LayerNorm(4)(x)
    }
    expectRefusal("weight of shape [4] and normalized_shape = [3]") {
      _ = try F.layerNorm(x, [3], weight: Tensor.ones(4))
    }
    expectRefusal("at least 1-dimensional") { _ = try F.layerNorm(x, []) }
    expectRefusal("mixed dtype") { _ = try LayerNorm(3)(x.to(.float64)) }
    expectRefusal("not implemented for 'Long'") { _ = try F.layerNorm(x.to(.int64), [3]) }
    expectRefusal("divisible by num_groups") { _ = try GroupNorm(2, 3)(x) }
    expectRefusal("Expected num groups to be greater than 0, got 0") { _ = try F.groupNorm(x, 0) }
    expectRefusal("Expected at least 2 dimensions") { _ = try F.groupNorm(Tensor.ones(3), 1) }
    expectRefusal("Expected HxW to be greater than 0") {
      _ = try F.groupNorm(Tensor.ones(2, 3, 0), 1)
    }
    expectRefusal("more than 1 spatial element") { _ = try F.instanceNorm(x) }
    expectRefusal("to match num_features (3), but got: 2") {
      _ = try InstanceNorm1d(3, affine: true)(Tensor.ones(1, 2, 4))
    }
    expectRefusal("Expected 3D or higher") { _ = try F.localResponseNorm(x, 2) }
    expectRefusal("size must be greater than 0") {
      _ = try F.localResponseNorm(Tensor.ones(1, 2, 3), 0)
    }
    expectRefusal("3 embeddings") { _ = try Embedding(3, 2)(Tensor([3])) }
    expectRefusal("index out of range in self: -1") { _ = try Embedding(3, 2)(Tensor([-1])) }
    expectRefusal("Long, Int; but got Float") { _ = try Embedding(3, 2)(Tensor([1.0])) }
    expectRefusal("Padding_idx must be within num_embeddings") {
      _ = try Embedding(3, 2, paddingIdx: 3)(Tensor([1]))
    }
    expectRefusal("'weight' must be 2-D") { _ = try F.embedding(Tensor([0]), Tensor.ones(3)) }
    expectRefusal("2-dimensional") { _ = try Embedding(pretrained: Tensor.ones(3)) }
  }

  @Test func statisticsOfNoSamplesAreNaN() throws {
    let layer = InstanceNorm2d(3, trackRunningStats: true)
    #expect(try layer(Tensor.zeros(0, 3, 2, 2)).shape == [0, 3, 2, 2])
    for statistic in [layer.runningMean, layer.runningVar] {
      #expect(try #require(statistic).isnan().all().item() == 1)
    }
  }
}
