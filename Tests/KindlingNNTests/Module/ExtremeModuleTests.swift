import Kindling
import Testing
import _TestSupport

/// Sizes that nobody means end as errors.
@Suite struct ExtremeModuleTests {
  @Test func refuses() throws {
    let wide = try Tensor.zeros([1 << 40, 0]), ids = try Tensor([0, 1]).reshape(1, 2)
    expectRefusal("embedding_bag: cannot allocate") { _ = try F.embeddingBag(ids, wide) }
    let many = try Tensor([0]).expand([1 << 40, 1]).narrow(1, 0, 0)
    expectRefusal("embedding_bag: cannot allocate") {
      _ = try F.embeddingBag(many, Tensor.zeros(3, 2))
    }
    let empty = try Tensor.zeros(1, 2, 0)
    expectRefusal("embed_dim divisible by num_heads") {
      _ = try MultiheadAttention(0, .max)(empty, empty, empty)
    }
    expectRefusal("larger than half of the memory") {
      _ = try F.interpolate(
        Tensor.zeros(1, 1, 1, 1).expand([1, 1, 2, 1 << 40]), size: [2, 2], mode: .bilinear,
        antialias: true)
    }
    expectRefusal("larger than half of the memory") {
      _ = try Tensor.zeros(1, dtype: .bool).expand([1 << 40]).toArray(as: Double.self)
    }
  }

  @Test func paddingOfTablesOfNegativeLengths() throws {
    let ids = try Tensor([0, 1]).reshape(1, 2)
    for index in [Int.max, .min, -1, 0] {
      expectRefusal("Padding_idx must be within num_embeddings") {
        _ = try Embedding(.min, 2, paddingIdx: index)(ids)
      }
      expectRefusal("Padding_idx must be within num_embeddings") {
        _ = try EmbeddingBag(.min, 2, paddingIdx: index)(ids)
      }
    }
  }

  @Test func windowsOverMoreChannelsThanThereAre() throws {
    let x = try Tensor.ones(1, 2, 1, 1).requiresGrad_()
    let y = try CrossMapLRN2d(.max)(x)
    #expect(try y.equal(Tensor.ones(1, 2, 1, 1)))
    #expect(throws: TensorError.self) { try y.sum().backward() }
  }

  /// PyTorch 0.3 had vectors of one element where there are numbers now.
  @Test func numbersMayComeAsVectors() throws {
    let norm = BatchNorm1d(2)
    var state = try norm.stateDict()
    state["num_batches_tracked"] = Tensor([7])
    try norm.loadStateDict(state)
    #expect(try norm.stateDict()["num_batches_tracked"]?.item(as: Int.self) == 7)
    state["num_batches_tracked"] = Tensor([7, 8])
    expectRefusal("size mismatch for num_batches_tracked") { try norm.loadStateDict(state) }
  }

  @Test func numbersPrintAsTheyWereGiven() {
    #expect("\(Dropout(0))" == "Dropout(p=0, inplace=False)")
    #expect("\(Dropout(0.0))" == "Dropout(p=0.0, inplace=False)")
    #expect("\(Hardswish(inplace: true))" == "Hardswish()")
    #expect("\(Hardsigmoid(inplace: true))" == "Hardsigmoid()")
  }

  @Test func averagesOfANegativeNumberOfModels() throws {
    let averaged = try AveragedModel(Linear(2, 2)) { Linear(2, 2) }
    var state = try averaged.stateDict()
    state["n_averaged"] = Tensor(-3)
    try averaged.loadStateDict(state)
    expectRefusal("n_averaged must not be negative, but is -3") {
      try averaged.updateParameters(Linear(2, 2))
    }
    state["n_averaged"] = Tensor(Int.max)
    try averaged.loadStateDict(state)
    try averaged.updateParameters(Linear(2, 2))
  }
}
