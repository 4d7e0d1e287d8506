import Kindling
import Testing
import _TestExpectations

/// Bags of embeddings: what they refuse.
@Suite struct EmbeddingBagTests {
  @Test func refusals() throws {
    let table = try Tensor.ones(3, 2)
    expectRefusal("…offsets has to be a 1D Tensor…") { try F.embeddingBag(Tensor([1]), table) }
    expectRefusal("embedding_bag: offsets[0] has to be 0…") {
      try F.embeddingBag(Tensor([1]), table, offsets: Tensor([1]))
    }
    expectRefusal("embedding_bag: …must not be greater than the input's length…") {
      try F.embeddingBag(Tensor([1]), table, offsets: Tensor([0, 2]))
    }
    expectRefusal("embedding_bag: …only supported for mode='sum'…") {
      try F.embeddingBag(Tensor([[1]]), table, perSampleWeights: Tensor([[1.0]]))
    }
    expectRefusal("embedding: …3 embeddings") { try F.embeddingBag(Tensor([[3]]), table) }
  }

  @Test func refusesTablesBeyondAllMemory() throws {
    let wide = try Tensor.zeros([1 << 40, 0]), ids = try Tensor([0, 1]).reshape(1, 2)
    expectRefusal("embedding_bag: cannot allocate…") { try F.embeddingBag(ids, wide) }
    let many = try Tensor([0]).expand([1 << 40, 1]).narrow(1, 0, 0)
    expectRefusal("embedding_bag: cannot allocate…") {
      try F.embeddingBag(many, Tensor.zeros(3, 2))
    }
  }

  @Test func paddingOfTablesOfNegativeLengths() throws {
    let ids = try Tensor([0, 1]).reshape(1, 2)
    for index in [Int.max, .min, -1, 0] {
      expectRefusal("…Padding_idx must be within num_embeddings…") {
        try Embedding(.min, 2, paddingIdx: index)(ids)
      }
      expectRefusal("…Padding_idx must be within num_embeddings…") {
        try EmbeddingBag(.min, 2, paddingIdx: index)(ids)
      }
    }
  }
}
