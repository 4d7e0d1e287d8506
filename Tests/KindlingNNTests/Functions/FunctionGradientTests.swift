import Kindling
import Testing

/// A differentiable function of `F`, checked against differences in float64.
struct FunctionCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [[Int]]
  let twice: Bool
  let body: @Sendable ([Tensor]) throws -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [Int]..., twice: Bool = true,
    _ body: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    self.name = name
    self.shapes = shapes.isEmpty ? [[2, 3]] : shapes
    self.twice = twice
    self.body = body
  }

  /// Leaves without a pattern, and with no element at a kink.
  func leaves() throws -> [Tensor] {
    try shapes.enumerated().map { seed, shape in
      let count: Int = shape.reduce(1, *)
      let values = (0..<count).map { (i: Int) -> Double in
        let unit = Double((i * 7919 + seed * 104_729 + 31) % 997) / 997
        return -2 + 4 * unit + 0.00123
      }
      return try Tensor(values, dtype: .float64).reshape(shape).requiresGrad_()
    }
  }
}

struct FunctionGradientTests {
  static let activations = [
    FunctionCase("leaky_relu") { try F.leakyRelu($0[0], negativeSlope: 0.2) },
    FunctionCase("prelu", [2, 3, 2], [3]) { try F.prelu($0[0], $0[1]) },
    FunctionCase("prelu, one slope", [4], [1]) { try F.prelu($0[0], $0[1]) },
    FunctionCase("rrelu") { try F.rrelu($0[0]) },
    FunctionCase("hardtanh") { try F.hardtanh($0[0]) },
    FunctionCase("relu6") { try F.relu6($0[0]) },
    FunctionCase("threshold") { try F.threshold($0[0], 0.1, 2) },
    FunctionCase("hardshrink") { try F.hardshrink($0[0]) },
    FunctionCase("softshrink") { try F.softshrink($0[0]) },
    FunctionCase("hardswish") { try F.hardswish($0[0] * 2) },
    FunctionCase("hardsigmoid") { try F.hardsigmoid($0[0] * 2) },
    FunctionCase("gelu") { try F.gelu($0[0]) },
    FunctionCase("gelu tanh") { try F.gelu($0[0], approximate: .tanh) },
    FunctionCase("silu") { try F.silu($0[0]) },
    FunctionCase("mish") { try F.mish($0[0]) },
    FunctionCase("elu") { try F.elu($0[0], alpha: 0.7) },
    FunctionCase("selu") { try F.selu($0[0]) },
    FunctionCase("celu") { try F.celu($0[0], alpha: 0.7) },
    FunctionCase("softplus") { try F.softplus($0[0], beta: 2, threshold: 3) },
    FunctionCase("logsigmoid") { try F.logsigmoid($0[0]) },
    FunctionCase("softsign") { try F.softsign($0[0]) },
    FunctionCase("tanhshrink") { try F.tanhshrink($0[0]) },
    FunctionCase("glu", [2, 4]) { try F.glu($0[0]) },
    FunctionCase("softmin") { try F.softmin($0[0], dim: 1) },
    FunctionCase("gelu in place") { try F.silu($0[0] * 1, inplace: true) },
  ]

  static let normalizations = [
    FunctionCase("batch_norm", [3, 2, 9], [2], [2]) {
      try F.batchNorm($0[0], nil, nil, weight: $0[1], bias: $0[2], training: true)
    },
    FunctionCase("batch_norm of rows", [5, 3], [3], [3]) {
      try F.batchNorm($0[0], nil, nil, weight: $0[1], bias: $0[2], training: true)
    },
    FunctionCase("batch_norm, running statistics", [3, 2, 9], [2], [2]) {
      try F.batchNorm(
        $0[0], Tensor([0.1, 0.2], dtype: .float64), Tensor([1.5, 0.5], dtype: .float64),
        weight: $0[1], bias: $0[2])
    },
    FunctionCase("batch_norm without weight", [2, 2, 2, 5]) {
      try F.batchNorm($0[0], nil, nil, training: true)
    },
    FunctionCase("layer_norm", [3, 9], [9], [9]) {
      try F.layerNorm($0[0], [9], weight: $0[1], bias: $0[2])
    },
    FunctionCase("layer_norm of short rows", [2, 2, 3], [2, 3], [2, 3]) {
      try F.layerNorm($0[0], [2, 3], weight: $0[1], bias: $0[2])
    },
    FunctionCase("layer_norm, bias alone", [3, 9], [9]) {
      try F.layerNorm($0[0], [9], bias: $0[1])
    },
    FunctionCase("group_norm", [2, 4, 3], [4], [4]) {
      try F.groupNorm($0[0], 2, weight: $0[1], bias: $0[2])
    },
    FunctionCase("native_group_norm, statistics", [2, 4, 3]) {
      let y = try $0[0].nativeGroupNorm(nil, nil, 2, 4, 3, numGroups: 2, eps: 1e-5)
      return try y.mean * y.rstd
    },
    FunctionCase("instance_norm", [2, 2, 5], [2], [2]) {
      try F.instanceNorm($0[0], weight: $0[1], bias: $0[2])
    },
    FunctionCase("rms_norm", [3, 4], [4]) { try F.rmsNorm($0[0], [4], weight: $0[1]) },
    FunctionCase("local_response_norm", [2, 4, 3]) {
      try F.localResponseNorm($0[0], 3, alpha: 0.5)
    },
    FunctionCase("normalize", [2, 3, 2]) { try F.normalize($0[0]) },
    FunctionCase("embedding", [4, 3]) {
      try F.embedding(Tensor([[1, 3], [1, 0]]), $0[0])
    },
  ]

  static let paddings = [
    FunctionCase("pad constant", [2, 3]) { try F.pad($0[0], [1, -1, 2, 0], value: 3) },
    FunctionCase("pad reflect", [1, 2, 3, 4]) { try F.pad($0[0], [1, 2, 2, -1], mode: .reflect) },
    FunctionCase("pad replicate", [2, 3, 3]) { try F.pad($0[0], [-1, 2], mode: .replicate) },
    FunctionCase("pad circular", [1, 2, 3, 4]) {
      try F.pad($0[0], [1, 2, 2, -1], mode: .circular)
    },
  ]

  static var signs: Tensor { get throws { try Tensor([1.0, -1.0], dtype: .float64) } }

  static let losses = [
    FunctionCase("soft_margin_loss", [2]) { try F.softMarginLoss($0[0], signs) },
    FunctionCase("margin_ranking_loss", [2], [2]) {
      try F.marginRankingLoss($0[0], $0[1], signs, margin: 0.3)
    },
    FunctionCase("hinge_embedding_loss", [2]) { try F.hingeEmbeddingLoss($0[0], signs) },
    FunctionCase("multi_margin_loss", [2, 4]) {
      try F.multiMarginLoss($0[0], Tensor([1, 3]), p: 2, margin: 1.1)
    },
    FunctionCase("multilabel_margin_loss", [2, 4]) {
      try F.multilabelMarginLoss($0[0], Tensor([[1, 3, -1, 0], [2, -1, 0, 0]]), reduction: .sum)
    },
    FunctionCase("multilabel_soft_margin_loss", [2, 3]) {
      try F.multilabelSoftMarginLoss($0[0], Tensor([[1.0, 0, 1], [0, 1, 0]], dtype: .float64))
    },
    FunctionCase("triplet_margin_loss", [2, 3], [2, 3], [2, 3]) {
      try F.tripletMarginLoss($0[0], $0[1], $0[2], margin: 3, swap: true)
    },
    FunctionCase("cosine_embedding_loss", [2, 3], [2, 3]) {
      try F.cosineEmbeddingLoss($0[0], $0[1], signs, margin: -1)
    },
    FunctionCase("gaussian_nll_loss", [2, 3], [2, 3]) {
      try F.gaussianNLLLoss($0[0], $0[1], Tensor.full([2, 3], 0.7, dtype: .float64), full: true)
    },
    FunctionCase("poisson_nll_loss", [2, 3]) {
      try F.poissonNLLLoss($0[0], Tensor.full([2, 3], 2.0, dtype: .float64), full: true)
    },
    FunctionCase("linear_cross_entropy", [2, 3], [4, 3], [4]) {
      try F.linearCrossEntropy($0[0], $0[1], Tensor([1, 3]), linearBias: $0[2])
    },
    FunctionCase("ctc_loss", [4, 2, 3], twice: false) {
      let logs = try $0[0].logSoftmax(dim: 2)
      return try F.ctcLoss(
        logs, Tensor([[1, 2], [1, 1]]), Tensor([4, 4]), Tensor([2, 2]), reduction: .sum)
    },
    FunctionCase("cosine_similarity", [2, 3], [2, 3]) { try F.cosineSimilarity($0[0], $0[1]) },
    FunctionCase("pairwise_distance", [2, 3], [2, 3]) { try F.pairwiseDistance($0[0], $0[1]) },
    FunctionCase("pdist", [4, 3]) { try F.pdist($0[0]) },
  ]

  static let images = [
    FunctionCase("pixel_shuffle", [1, 4, 2, 2]) { try F.pixelShuffle($0[0], 2) },
    FunctionCase("pixel_unshuffle", [1, 1, 4, 2]) { try F.pixelUnshuffle($0[0], 2) },
    FunctionCase("channel_shuffle", [1, 4, 2]) { try F.channelShuffle($0[0], 2) },
    FunctionCase("interpolate nearest", [1, 1, 3, 2]) { try F.interpolate($0[0], size: [4, 5]) },
    FunctionCase("interpolate bilinear", [1, 1, 3, 2]) {
      try F.interpolate($0[0], size: [4, 5], mode: .bilinear, alignCorners: true)
    },
    FunctionCase("interpolate bicubic", [1, 1, 3, 2]) {
      try F.interpolate($0[0], scaleFactor: 1.7, mode: .bicubic)
    },
    FunctionCase("interpolate antialias", [1, 1, 4, 5]) {
      try F.interpolate($0[0], size: [2, 2], mode: .bilinear, antialias: true)
    },
    FunctionCase("interpolate linear", [1, 2, 4]) {
      try F.interpolate($0[0], size: 3, mode: .linear)
    },
    FunctionCase("interpolate area", [1, 1, 4]) { try F.interpolate($0[0], size: 2, mode: .area) },
    FunctionCase("grid_sample", [1, 2, 3, 3], [1, 2, 2, 2]) {
      try F.gridSample($0[0], $0[1] * 0.45, alignCorners: true)
    },
    FunctionCase("grid_sample bicubic", [1, 1, 3, 3], [1, 2, 2, 2]) {
      try F.gridSample($0[0], $0[1] * 0.45, mode: .bicubic, paddingMode: .border)
    },
    FunctionCase("affine_grid", [1, 2, 3]) { try F.affineGrid($0[0], [1, 1, 2, 3]) },
    FunctionCase("scaled_dot_product_attention", [1, 1, 2, 3], [1, 1, 3, 3], [1, 1, 3, 2]) {
      try F.scaledDotProductAttention($0[0], $0[1], $0[2])
    },
    FunctionCase("scaled_dot_product_attention, causal", [2, 3], [2, 3], [2, 3]) {
      try F.scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true)
    },
    FunctionCase("bilinear", [2, 2], [2, 3], [2, 2, 3], [2]) {
      try F.bilinear($0[0], $0[1], $0[2], $0[3])
    },
    FunctionCase("embedding_bag", [4, 2]) {
      try F.embeddingBag(Tensor([[0, 2], [3, 3]]), $0[0])
    },
    FunctionCase("embedding_bag max", [4, 2]) {
      try F.embeddingBag(Tensor([0, 2, 3]), $0[0], offsets: Tensor([0, 2]), mode: .max)
    },
    FunctionCase("embedding_bag sum", [4, 2], [3]) {
      try F.embeddingBag(
        Tensor([0, 2, 3]), $0[0], offsets: Tensor([0, 2]), mode: .sum, perSampleWeights: $0[1])
    },
  ]

  @Test(arguments: activations + normalizations + paddings + losses + images)
  func agreesWithDifferences(_ test: FunctionCase) throws {
    let leaves = try test.leaves()
    do {
      try gradcheck(test.body, leaves)
      if test.twice { try gradgradcheck(test.body, leaves) }
    } catch {
      Issue.record("\(test.name): \(error)")
    }
  }
}
