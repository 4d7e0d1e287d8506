import Kindling
import Testing
import _TestExpectations

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
    try expectClose(
      try #require(norm.runningMean), Tensor([0.3, 0.3]), rtol: 1e-6, atol: 0, "mean")
    try expectClose(
      try #require(norm.runningVar), Tensor([1.3, 1.6]), rtol: 1e-6, atol: 0, "variance")
    #expect(try norm.numBatchesTracked?.item() == 1)
    let mean = BatchNorm1d(2, momentum: nil)
    for factor in [1.0, 3.0] { _ = try mean(x * factor) }
    try expectClose(#require(mean.runningMean), Tensor([6.0, 6.0]), "cumulative mean")
    norm.eval()
    let before = try norm.stateDict().values.map { try $0.clone() }
    let y = try norm(x)
    try expectClose(
      y, (x - 0.3) / (Tensor([1.3, 1.6]) + 1e-5).sqrt(), rtol: 1e-5, atol: 1e-6, "evaluation")
    for (a, b) in zip(before, try norm.stateDict().values) { #expect(try a.equal(b)) }
    let plain = BatchNorm1d(2, affine: false, trackRunningStats: false)
    #expect(try plain.stateDict().keys.isEmpty)
    let fresh = try plain(x)
    try expectClose(plain.eval()(x), fresh, "no statistics: the batch's own")
  }

  @Test func instanceNormKeepsStatistics() throws {
    let x = try leaf(3, 2, 8).detach()
    let norm = InstanceNorm1d(2, affine: true, trackRunningStats: true)
    let y = try norm(x)
    #expect(try y.mean(dim: 2).abs().max().item() < 1e-5)
    try expectClose(
      try #require(norm.runningMean), x.mean(dims: [0, 2]) * 0.1, rtol: 1e-4, atol: 1e-6, "mean")
    #expect(try InstanceNorm2d(3)(x.view(3, 2, 8)).shape == [3, 2, 8])
  }

  @Test func embeddingScalesAndPads() throws {
    let table = try Tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]]).requiresGrad_()
    let y = try F.embedding(Tensor([0, 0, 1]), table, maxNorm: 1)
    try expectClose(y, Tensor([[0.6, 0.8], [0.6, 0.8], [0.3, 0.4]]), "rows")
    try expectClose(table.detach()[2], Tensor([6.0, 8.0]), "a row that was not looked up")
    let weight = try Tensor.ones(3, 2).requiresGrad_()
    try F.embedding(Tensor([0, 2, 2, -0]), weight, paddingIdx: -3, scaleGradByFreq: true)
      .sum().backward()
    try expectClose(
      try #require(weight.grad), Tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), "gradient")
    let layer = try Embedding(pretrained: table.detach())
    #expect(!layer.weight.requiresGrad)
    #expect(try Embedding(4, 2, paddingIdx: 1).weight[1].abs().sum().item() == 0)
  }

  @Test func refuses() throws {
    let x = try Tensor.ones(2, 3)
    expectRefusal("BatchNorm1d: expected 2D or 3D input (got 4D input)") {
      try BatchNorm1d(3)(Tensor.ones(2, 3, 4, 5))
    }
    expectRefusal("BatchNorm2d: expected 4D input (got 2D input)") { try BatchNorm2d(3)(x) }
    expectRefusal("BatchNorm3d: expected 5D input (got 2D input)") { try BatchNorm3d(3)(x) }
    expectRefusal("batch_norm: running_mean should contain 4 elements not 3") {
      try BatchNorm2d(3)(Tensor.ones(2, 4, 5, 5))
    }
    expectRefusal("…Expected more than 1 value per channel when training, got input size [1, 3]") {
      try BatchNorm1d(3)(Tensor.ones(1, 3))
    }
    expectRefusal("…must be defined in evaluation mode") { try F.batchNorm(x, nil, nil) }
    expectRefusal("batch_norm: weight should contain 3 elements not 4") {
      try F.batchNorm(x, nil, nil, weight: Tensor.ones(4), training: true)
    }
    expectRefusal("batch_norm: mixed dtype…") { try BatchNorm1d(3)(x.to(.float64)) }
    expectRefusal("batch_norm: …not implemented for 'Long'…") { try BatchNorm1d(3)(x.to(.int64)) }
    expectRefusal("BatchNorm: …must not be negative…") { try BatchNorm1d(-3)(x) }
    expectRefusal("layer_norm: …expected input with shape [*, 4], but got input of size[2, 3]") {
      try LayerNorm(4)(x)
    }
    expectRefusal("layer_norm: …weight of shape [4] and normalized_shape = [3]") {
      try F.layerNorm(x, [3], weight: Tensor.ones(4))
    }
    expectRefusal("layer_norm: …at least 1-dimensional…") { try F.layerNorm(x, []) }
    expectRefusal("layer_norm: mixed dtype…") { try LayerNorm(3)(x.to(.float64)) }
    expectRefusal("layer_norm: …not implemented for 'Long'…") { try F.layerNorm(x.to(.int64), [3]) }
    expectRefusal("GroupNorm: …divisible by num_groups…") { try GroupNorm(2, 3)(x) }
    expectRefusal("…Expected num groups to be greater than 0, got 0") { try F.groupNorm(x, 0) }
    expectRefusal("…Expected at least 2 dimensions…") { try F.groupNorm(Tensor.ones(3), 1) }
    expectRefusal("group_norm: Expected HxW to be greater than 0, got 0") {
      try F.groupNorm(Tensor.ones(2, 3, 0), 1)
    }
    expectRefusal("instance_norm: …more than 1 spatial element…") { try F.instanceNorm(x) }
    expectRefusal("InstanceNorm1d: …to match num_features (3), but got: 2…") {
      try InstanceNorm1d(3, affine: true)(Tensor.ones(1, 2, 4))
    }
    expectRefusal("local_response_norm: Expected 3D or higher…") { try F.localResponseNorm(x, 2) }
    expectRefusal("local_response_norm: size must be greater than 0, but got 0") {
      try F.localResponseNorm(Tensor.ones(1, 2, 3), 0)
    }
    expectRefusal("embedding: …3 embeddings") { try Embedding(3, 2)(Tensor([3])) }
    expectRefusal("…index out of range in self: -1…") { try Embedding(3, 2)(Tensor([-1])) }
    expectRefusal("embedding: …Long, Int; but got Float…") { try Embedding(3, 2)(Tensor([1.0])) }
    expectRefusal("embedding: Padding_idx must be within num_embeddings, but it is 3 of 3") {
      try Embedding(3, 2, paddingIdx: 3)(Tensor([1]))
    }
    expectRefusal("…'weight' must be 2-D…") { try F.embedding(Tensor([0]), Tensor.ones(3)) }
    expectRefusal("Embedding: …2-dimensional…") { try Embedding(pretrained: Tensor.ones(3)) }
  }

  @Test func statisticsOfNoSamplesAreNaN() throws {
    let layer = InstanceNorm2d(3, trackRunningStats: true)
    #expect(try layer(Tensor.zeros(0, 3, 2, 2)).shape == [0, 3, 2, 2])
    for statistic in [layer.runningMean, layer.runningVar] {
      #expect(try #require(statistic).isnan().all().item() == 1)
    }
  }

  @Test func emptyBatches() throws {
    let empty = try Tensor.ones(0, 3, 3, 3)
    expectRefusal("instance_norm: expected at least one sample where there is a weight…") {
      try InstanceNorm2d(3, affine: true)(empty)
    }
    #expect(try InstanceNorm2d(3)(empty).shape == [0, 3, 3, 3])
    let layer = ConvTranspose2d(3, 2, 2, outputPadding: 1)
    #expect(try layer(empty).shape == [0, 2, 5, 5])
    expectRefusal("conv_transpose2d: output padding must be smaller…") {
      try layer(Tensor.ones(1, 3, 3, 3))
    }
  }

  @Test func refusesSizesBeyondAllMemory() throws {
    expectRefusal("group_norm: Expected 0 · 2 · 9223372036854775806 elements…") {
      try Tensor.ones(0, 2).nativeGroupNorm(
        nil, nil, 0, 2, .max - 1, numGroups: 1, eps: 1e-5)
    }
  }

  @Test func normalisationsOfOneValueAreRefused() throws {
    let words = "Expected more than 1 value per channel when training, got input size"
    expectRefusal("…\(words) [1, 2]…") { try F.groupNorm(Tensor.ones(1, 2), 2) }
    expectRefusal("…\(words) [1, 4, 1]…") { try GroupNorm(4, 4)(Tensor.ones(1, 4, 1)) }
    for shape in [[1, 4], [2, 2], [1, 2, 2], [0, 2]] {
      #expect(try F.groupNorm(Tensor.ones(shape), 2).shape == shape)
    }
    expectRefusal("…\(words) [1, 3]…") {
      try F.batchNorm(Tensor.ones(1, 3), nil, nil, training: true)
    }
    expectRefusal("instance_norm: Expected more than 1 spatial element when training…") {
      try F.instanceNorm(Tensor.ones(1, 3, 1))
    }
  }

  @Test func refusesAnEpsOfZero() throws {
    let x = try Tensor.randn(2, 3)
    expectRefusal("batch_norm: eps must be positive during training, but got 0.0") {
      try F.batchNorm(x, nil, nil, training: true, eps: 0)
    }
  }

  @Test func windowsOverMoreChannelsThanThereAre() throws {
    let x = try Tensor.ones(1, 2, 1, 1).requiresGrad_()
    let y = try CrossMapLRN2d(.max)(x)
    #expect(try y.equal(Tensor.ones(1, 2, 1, 1)))
    #expect(throws: TensorError.self) { try y.sum().backward() }
  }

  @Test func batchNormalizationsBecomeSynchronized() throws {
    let inner = BatchNorm2d(4, eps: 1e-3, momentum: nil, bias: false)
    let old = BatchNorm1d(3)
    let model = Sequential(
      Conv1d(2, 3, 2), old, Sequential(["norm": inner, "act": ReLU()]))
    inner.eval()
    let weight = try #require(old.weight)
    #expect(try SyncBatchNorm.convertSyncBatchnorm(model) === model)
    #expect(
      "\(model)" == """
        Sequential(
          (0): Conv1d(2, 3, kernel_size=(2,), stride=(1,))
          (1): SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
          (2): Sequential(
            (norm): SyncBatchNorm(4, eps=0.001, momentum=None, affine=True, bias=False, track_running_stats=True)
            (act): ReLU()
          )
        )
        """)
    #expect(try model[1, as: SyncBatchNorm.self].weight === weight)
    #expect(try !model.getSubmodule("2.norm").isTraining)
    #expect(try SyncBatchNorm.convertSyncBatchnorm(old) is SyncBatchNorm)
  }

  @Test func storedNormalizationsStayWhereTheyAre() throws {
    final class Block: Module {
      let first = Sequential(BatchNorm1d(2))
      let norm = BatchNorm1d(2)
    }
    let block = Block()
    expectRefusal("convertSyncBatchnorm: 'norm' is a stored property…") {
      try SyncBatchNorm.convertSyncBatchnorm(block)
    }
    #expect(try block.first[0] is BatchNorm1d)
  }
}
