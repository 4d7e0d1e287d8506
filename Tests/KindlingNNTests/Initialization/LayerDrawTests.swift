import Kindling
import Testing
import _TestExpectations

/// Default initialisations of layers: PyTorch's draws, bit for bit, and what it leaves to be drawn.
@Suite(.serialized) struct LayerDrawTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let code: String
    let build: @Sendable (DType) -> Module
    var testDescription: String { code }
  }

  static let cases = [
    Case(code: "nn.Linear(4, 10)") { Linear(4, 10, dtype: $0) },
    Case(code: "nn.Linear(20, 30, bias=False)") { Linear(20, 30, bias: false, dtype: $0) },
    Case(code: "nn.Sequential(nn.Linear(28*28, 16), nn.ReLU(), nn.Linear(16, 10))") {
      Sequential(Linear(28 * 28, 16, dtype: $0), ReLU(), Linear(16, 10, dtype: $0))
    },
    Case(code: "nn.Embedding(11, 6)") { Embedding(11, 6, dtype: $0) },
    Case(code: "nn.Embedding(11, 6, padding_idx=2)") { Embedding(11, 6, paddingIdx: 2, dtype: $0) },
    Case(code: "nn.BatchNorm2d(5)") { BatchNorm2d(5, dtype: $0) },
    Case(code: "nn.LayerNorm((4, 3))") { LayerNorm([4, 3], dtype: $0) },
    Case(code: "nn.GroupNorm(2, 6)") { GroupNorm(2, 6, dtype: $0) },
    Case(code: "nn.PReLU(3)") { PReLU(3, dtype: $0) },
    Case(code: "nn.Bilinear(3, 4, 5)") { Bilinear(3, 4, 5, dtype: $0) },
    Case(code: "nn.EmbeddingBag(7, 5)") { EmbeddingBag(7, 5, dtype: $0) },
    Case(code: "nn.MultiheadAttention(8, 2)") { MultiheadAttention(8, 2, dtype: $0) },
    Case(code: "nn.MultiheadAttention(8, 2, bias=False, kdim=6, vdim=4)") {
      MultiheadAttention(8, 2, bias: false, kdim: 6, vdim: 4, dtype: $0)
    },
    Case(code: "nn.MultiheadAttention(8, 4, add_bias_kv=True)") {
      MultiheadAttention(8, 4, addBiasKV: true, dtype: $0)
    },
  ]

  @Test(arguments: cases, [DType.float32, .float64])
  func drawsAsPyTorch(_ test: Case, _ dtype: DType) throws {
    let file = try Golden.tensors("rng.safetensors")
    let records = try #require(try Golden.json("rng.json")["layers"]?.array)
    let record = try #require(
      records.first { $0["code"]?.string == test.code && $0["dtype"]?.string == "\(dtype)" })
    try withDefaultGenerator(Generator(seed: try #require(record["seed"]?.int))) {
      let state = try test.build(dtype).stateDict()
      let expected = try #require(record["state_dict"]?.array)
      #expect(state.keys == expected.compactMap { $0.array?.first?.string })
      for (entry, value) in zip(expected, state.values) {
        let name = try #require(entry.array?.last?.string)
        try expectClose(value, file.tensor(name), name)
      }
      let rest = try file.tensor(try #require(record["rand_after"]?.string))
      try expectClose(Tensor.rand([2], dtype: dtype), rest, "the draws afterwards")
    }
  }
}
