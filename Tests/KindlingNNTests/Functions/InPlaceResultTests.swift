import Kindling
import Testing
import _TestExpectations

/// The result of a layer or function may be written to in place, as in PyTorch: it is no view of
/// something that was computed on the way.
@Suite struct InPlaceResultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: [Int]
    let body: @Sendable (Tensor) throws -> Tensor

    init(_ name: String, _ shape: [Int], _ body: @escaping @Sendable (Tensor) throws -> Tensor) {
      testDescription = name
      self.shape = shape
      self.body = body
    }
  }

  private static func indices() throws -> Tensor { try Tensor([0, 2, 1, 1]).view(2, 2) }

  static let cases: [Case] = [
    Case("GroupNorm", [2, 4, 3, 3]) { try GroupNorm(2, 4)($0) },
    Case("GroupNorm without weights", [2, 4, 3, 3]) { try GroupNorm(2, 4, affine: false)($0) },
    Case("InstanceNorm2d", [2, 4, 3, 3]) { try InstanceNorm2d(4)($0) },
    Case("InstanceNorm2d of one sample", [4, 3, 3]) { try InstanceNorm2d(4, affine: true)($0) },
    Case("LayerNorm", [2, 4]) { try LayerNorm(4)($0) },
    Case("RMSNorm", [2, 4]) { try RMSNorm(4)($0) },
    Case("BatchNorm1d", [3, 4]) { try BatchNorm1d(4)($0) },
    Case("BatchNorm2d", [2, 4, 3, 3]) { try BatchNorm2d(4)($0) },
    Case("LocalResponseNorm", [2, 4, 3, 3]) { try LocalResponseNorm(2)($0) },
    Case("Embedding", [1]) { _ in try Embedding(5, 3)(indices()) },
    Case("Embedding, maxNorm", [1]) { _ in try Embedding(5, 3, maxNorm: 1)(indices()) },
    Case("EmbeddingBag", [1]) { _ in try EmbeddingBag(5, 3)(indices()) },
    Case("Conv1d", [2, 2, 5]) { try Conv1d(2, 3, 2)($0) },
    Case("Conv1d of one sample", [2, 5]) { try Conv1d(2, 3, 2)($0) },
    Case("Conv2d", [2, 2, 5, 5]) { try Conv2d(2, 3, 2)($0) },
    Case("Conv2d of one sample", [2, 5, 5]) { try Conv2d(2, 3, 2)($0) },
    Case("Conv3d", [1, 2, 3, 3, 3]) { try Conv3d(2, 3, 2)($0) },
    Case("ConvTranspose1d", [2, 2, 5]) { try ConvTranspose1d(2, 3, 2)($0) },
    Case("ConvTranspose2d", [2, 2, 3, 3]) { try ConvTranspose2d(2, 3, 2)($0) },
    Case("MaxPool1d", [2, 2, 4]) { try MaxPool1d(2)($0) },
    Case("MaxPool2d", [2, 2, 4, 4]) { try MaxPool2d(2)($0) },
    Case("MaxPool2d of one sample", [2, 4, 4]) { try MaxPool2d(2)($0) },
    Case("AvgPool1d", [2, 2, 4]) { try AvgPool1d(2)($0) },
    Case("AvgPool2d", [2, 2, 4, 4]) { try AvgPool2d(2)($0) },
    Case("LPPool2d", [2, 2, 4, 4]) { try LPPool2d(2, 2)($0) },
    Case("AdaptiveAvgPool1d", [2, 2, 4]) { try AdaptiveAvgPool1d(2)($0) },
    Case("AdaptiveAvgPool2d", [2, 2, 4, 4]) { try AdaptiveAvgPool2d(2)($0) },
    Case("AdaptiveAvgPool2d of one place", [2, 2, 4, 4]) { try AdaptiveAvgPool2d(1)($0) },
    Case("AdaptiveMaxPool1d", [2, 2, 4]) { try AdaptiveMaxPool1d(2)($0) },
    Case("AdaptiveMaxPool2d", [2, 2, 4, 4]) { try AdaptiveMaxPool2d(2)($0) },
    Case("Linear", [2, 4]) { try Linear(4, 3)($0) },
    Case("Linear of 3 dimensions", [2, 3, 4]) { try Linear(4, 3)($0) },
    Case("Linear of a vector", [4]) { try Linear(4, 3)($0) },
    Case("Bilinear", [2, 4]) { try Bilinear(4, 4, 3)($0, $0) },
    Case("MultiheadAttention", [3, 2, 4]) { try MultiheadAttention(4, 2)($0, $0, $0).output },
    Case("softmax", [2, 4]) { try F.softmax($0, dim: 1) },
    Case("logSoftmax", [2, 4]) { try F.logSoftmax($0, dim: 1) },
    Case("glu", [2, 4]) { try F.glu($0) },
    Case("prelu", [2, 4]) { try PReLU(4)($0) },
    Case("gelu", [2, 4]) { try F.gelu($0) },
    Case("silu", [2, 4]) { try F.silu($0) },
    Case("dropout", [2, 4]) { try F.dropout($0) },
    Case("dropout1d of one sample", [2, 4]) { try F.dropout1d($0) },
    Case("interpolate", [1, 2, 3, 3]) { try F.interpolate($0, size: [5, 4]) },
    Case("interpolate, bilinear", [1, 2, 3, 3]) {
      try F.interpolate($0, size: [5, 4], mode: .bilinear)
    },
    Case("interpolate, linear", [1, 2, 3]) { try F.interpolate($0, size: 5, mode: .linear) },
    Case("pad", [2, 4]) { try F.pad($0, [1, 1]) },
    Case("pad, reflect", [2, 4]) { try F.pad($0, [1, 1], mode: .reflect) },
    Case("unfold", [1, 2, 4, 4]) { try F.unfold($0, 2) },
    Case("fold", [1, 8, 4]) { try F.fold($0, [3, 3], 2) },
    Case("pixelShuffle", [1, 4, 2, 2]) { try F.pixelShuffle($0, 2) },
    Case("gridSample", [1, 1, 3, 3]) {
      try F.gridSample($0, .zeros(1, 2, 2, 2), alignCorners: false)
    },
    Case("affineGrid", [1, 2, 3]) { try F.affineGrid($0, [1, 1, 2, 2], alignCorners: false) },
    Case("cosineSimilarity", [2, 4]) { try F.cosineSimilarity($0, $0 + 1) },
    Case("pairwiseDistance", [2, 4]) { try F.pairwiseDistance($0, $0 + 1) },
    Case("crossEntropy", [2, 4]) { try F.crossEntropy($0, Tensor([0, 1]), reduction: .none) },
    Case("scaledDotProductAttention", [1, 2, 3, 4]) { try F.scaledDotProductAttention($0, $0, $0) },
    Case("matmul", [2, 3, 4]) { try $0.matmul(.ones(4, 2)) },
    Case("matmul of vectors", [4]) { try $0.matmul(.ones(4)) },
    Case("einsum", [2, 3]) { try Tensor.einsum("ij,kj->ik", $0, $0 + 1) },
    Case("cdist", [2, 3]) { try $0.cdist($0 + 1) },
    Case("norm", [2, 3]) { try $0.norm(dim: 1) },
    Case("logsumexp", [2, 3]) { try $0.logsumexp(dim: 1) },
    Case("gather", [2, 3]) { try $0.gather(1, .zeros(2, 1, dtype: .int64)) },
    Case("index", [2, 3]) { try $0[Tensor([0, 1]), Tensor([1, 2])] },
    Case("sort", [2, 3]) { try $0.sort().values },
    Case("cumsum", [2, 3]) { try $0.cumsum(dim: 1) },
    Case("prod", [2, 3]) { try $0.prod(dim: 1) },
    Case("var", [2, 3]) { try $0.var() },
  ]

  static let savers: Set<String> = [
    "softmax", "logSoftmax", "pairwiseDistance", "norm", "logsumexp", "prod", "cdist",
  ]

  @Test(arguments: cases, [false, true]) func isWritable(_ test: Case, requiresGrad: Bool) throws {
    try withDefaultGenerator(Generator(seed: 1)) {
      let x = try Tensor.rand(test.shape).requiresGrad_(requiresGrad)
      let y = try test.body(x * 1)
      let before = try y.detach().clone()
      let factor = try Tensor(2.0).requiresGrad_()
      try y.mul_(factor)
      // What saved its result refuses in backward, as in PyTorch.
      if requiresGrad && Self.savers.contains(test.testDescription) {
        expectRefusal("…has been modified by an inplace operation…") { try y.sum().backward() }
        return
      }
      #expect(try y.equal(before * 2))
      try y.sum().backward()
      let expected = try before.sum().item(), got = try factor.grad?.item()
      expectClose(got, expected, atol: 1e-4 * max(1, abs(expected)))
    }
  }
}
