import Kindling
import Testing
import _TestExpectations

/// The gradients of the functions of `F` against differences.
@Suite struct FunctionGradientTests {
  static let activations = [
    GradientCase("leaky_relu") { try F.leakyRelu($0[0], negativeSlope: 0.2) },
    GradientCase("prelu", [2, 3, 2], [3]) { try F.prelu($0[0], $0[1]) },
    GradientCase("prelu, one slope", [4], [1]) { try F.prelu($0[0], $0[1]) },
    GradientCase("rrelu") { try F.rrelu($0[0]) },
    GradientCase("hardtanh") { try F.hardtanh($0[0]) },
    GradientCase("relu6") { try F.relu6($0[0]) },
    GradientCase("threshold") { try F.threshold($0[0], 0.1, 2) },
    GradientCase("hardshrink") { try F.hardshrink($0[0]) },
    GradientCase("softshrink") { try F.softshrink($0[0]) },
    GradientCase("hardswish") { try F.hardswish($0[0] * 2) },
    GradientCase("hardsigmoid") { try F.hardsigmoid($0[0] * 2) },
    GradientCase("gelu") { try F.gelu($0[0]) },
    GradientCase("gelu tanh") { try F.gelu($0[0], approximate: .tanh) },
    GradientCase("silu") { try F.silu($0[0]) },
    GradientCase("mish") { try F.mish($0[0]) },
    GradientCase("elu") { try F.elu($0[0], alpha: 0.7) },
    GradientCase("selu") { try F.selu($0[0]) },
    GradientCase("celu") { try F.celu($0[0], alpha: 0.7) },
    GradientCase("softplus") { try F.softplus($0[0], beta: 2, threshold: 3) },
    GradientCase("logsigmoid") { try F.logsigmoid($0[0]) },
    GradientCase("softsign") { try F.softsign($0[0]) },
    GradientCase("tanhshrink") { try F.tanhshrink($0[0]) },
    GradientCase("glu", [2, 4]) { try F.glu($0[0]) },
    GradientCase("softmin") { try F.softmin($0[0], dim: 1) },
    GradientCase("gelu in place") { try F.silu($0[0] * 1, inplace: true) },
  ]

  static let normalizations = [
    GradientCase("batch_norm", [3, 2, 9], [2], [2]) {
      try F.batchNorm($0[0], nil, nil, weight: $0[1], bias: $0[2], training: true)
    },
    GradientCase("batch_norm of rows", [5, 3], [3], [3]) {
      try F.batchNorm($0[0], nil, nil, weight: $0[1], bias: $0[2], training: true)
    },
    GradientCase("batch_norm, running statistics", [3, 2, 9], [2], [2]) {
      try F.batchNorm(
        $0[0], Tensor([0.1, 0.2], dtype: .float64), Tensor([1.5, 0.5], dtype: .float64),
        weight: $0[1], bias: $0[2])
    },
    GradientCase("batch_norm without weight", [2, 2, 2, 5]) {
      try F.batchNorm($0[0], nil, nil, training: true)
    },
    GradientCase("layer_norm", [3, 9], [9], [9]) {
      try F.layerNorm($0[0], [9], weight: $0[1], bias: $0[2])
    },
    GradientCase("layer_norm of short rows", [2, 2, 3], [2, 3], [2, 3]) {
      try F.layerNorm($0[0], [2, 3], weight: $0[1], bias: $0[2])
    },
    GradientCase("layer_norm, bias alone", [3, 9], [9]) {
      try F.layerNorm($0[0], [9], bias: $0[1])
    },
    GradientCase("group_norm", [2, 4, 3], [4], [4]) {
      try F.groupNorm($0[0], 2, weight: $0[1], bias: $0[2])
    },
    GradientCase("native_group_norm, statistics", [2, 4, 3]) {
      let y = try $0[0].nativeGroupNorm(nil, nil, 2, 4, 3, numGroups: 2, eps: 1e-5)
      return try y.mean * y.rstd
    },
    GradientCase("instance_norm", [2, 2, 5], [2], [2]) {
      try F.instanceNorm($0[0], weight: $0[1], bias: $0[2])
    },
    GradientCase("rms_norm", [3, 4], [4]) { try F.rmsNorm($0[0], [4], weight: $0[1]) },
    GradientCase("local_response_norm", [2, 4, 3]) {
      try F.localResponseNorm($0[0], 3, alpha: 0.5)
    },
    GradientCase("normalize", [2, 3, 2]) { try F.normalize($0[0]) },
    GradientCase("embedding", [4, 3]) {
      try F.embedding(Tensor([[1, 3], [1, 0]]), $0[0])
    },
  ]

  static let paddings = [
    GradientCase("pad constant", [2, 3]) { try F.pad($0[0], [1, -1, 2, 0], value: 3) },
    GradientCase("pad reflect", [1, 2, 3, 4]) { try F.pad($0[0], [1, 2, 2, -1], mode: .reflect) },
    GradientCase("pad replicate", [2, 3, 3]) { try F.pad($0[0], [-1, 2], mode: .replicate) },
    GradientCase("pad circular", [1, 2, 3, 4]) {
      try F.pad($0[0], [1, 2, 2, -1], mode: .circular)
    },
  ]

  static var signs: Tensor { get throws { try Tensor([1.0, -1.0], dtype: .float64) } }

  static let losses = [
    GradientCase("soft_margin_loss", [2]) { try F.softMarginLoss($0[0], signs) },
    GradientCase("margin_ranking_loss", [2], [2]) {
      try F.marginRankingLoss($0[0], $0[1], signs, margin: 0.3)
    },
    GradientCase("hinge_embedding_loss", [2]) { try F.hingeEmbeddingLoss($0[0], signs) },
    GradientCase("multi_margin_loss", [2, 4]) {
      try F.multiMarginLoss($0[0], Tensor([1, 3]), p: 2, margin: 1.1)
    },
    GradientCase("multilabel_margin_loss", [2, 4]) {
      try F.multilabelMarginLoss($0[0], Tensor([[1, 3, -1, 0], [2, -1, 0, 0]]), reduction: .sum)
    },
    GradientCase("multilabel_soft_margin_loss", [2, 3]) {
      try F.multilabelSoftMarginLoss($0[0], Tensor([[1.0, 0, 1], [0, 1, 0]], dtype: .float64))
    },
    GradientCase("triplet_margin_loss", [2, 3], [2, 3], [2, 3]) {
      try F.tripletMarginLoss($0[0], $0[1], $0[2], margin: 3, swap: true)
    },
    GradientCase("cosine_embedding_loss", [2, 3], [2, 3]) {
      try F.cosineEmbeddingLoss($0[0], $0[1], signs, margin: -1)
    },
    GradientCase("gaussian_nll_loss", [2, 3], [2, 3]) {
      try F.gaussianNLLLoss($0[0], $0[1], Tensor.full([2, 3], 0.7, dtype: .float64), full: true)
    },
    GradientCase("poisson_nll_loss", [2, 3]) {
      try F.poissonNLLLoss($0[0], Tensor.full([2, 3], 2.0, dtype: .float64), full: true)
    },
    GradientCase("linear_cross_entropy", [2, 3], [4, 3], [4]) {
      try F.linearCrossEntropy($0[0], $0[1], Tensor([1, 3]), linearBias: $0[2])
    },
    GradientCase("ctc_loss", [4, 2, 3], twice: false) {
      let logs = try $0[0].logSoftmax(dim: 2)
      return try F.ctcLoss(
        logs, Tensor([[1, 2], [1, 1]]), Tensor([4, 4]), Tensor([2, 2]), reduction: .sum)
    },
    GradientCase("cosine_similarity", [2, 3], [2, 3]) { try F.cosineSimilarity($0[0], $0[1]) },
    GradientCase("pairwise_distance", [2, 3], [2, 3]) { try F.pairwiseDistance($0[0], $0[1]) },
    GradientCase("pdist", [4, 3]) { try F.pdist($0[0]) },
  ]

  static let images = [
    GradientCase("pixel_shuffle", [1, 4, 2, 2]) { try F.pixelShuffle($0[0], 2) },
    GradientCase("pixel_unshuffle", [1, 1, 4, 2]) { try F.pixelUnshuffle($0[0], 2) },
    GradientCase("channel_shuffle", [1, 4, 2]) { try F.channelShuffle($0[0], 2) },
    GradientCase("interpolate nearest", [1, 1, 3, 2]) { try F.interpolate($0[0], size: [4, 5]) },
    GradientCase("interpolate bilinear", [1, 1, 3, 2]) {
      try F.interpolate($0[0], size: [4, 5], mode: .bilinear, alignCorners: true)
    },
    GradientCase("interpolate bicubic", [1, 1, 3, 2]) {
      try F.interpolate($0[0], scaleFactor: 1.7, mode: .bicubic)
    },
    GradientCase("interpolate antialias", [1, 1, 4, 5]) {
      try F.interpolate($0[0], size: [2, 2], mode: .bilinear, antialias: true)
    },
    GradientCase("interpolate linear", [1, 2, 4]) {
      try F.interpolate($0[0], size: 3, mode: .linear)
    },
    GradientCase("interpolate area", [1, 1, 4]) { try F.interpolate($0[0], size: 2, mode: .area) },
    GradientCase("grid_sample", [1, 2, 3, 3], [1, 2, 2, 2]) {
      try F.gridSample($0[0], $0[1] * 0.45, alignCorners: true)
    },
    GradientCase("grid_sample bicubic", [1, 1, 3, 3], [1, 2, 2, 2]) {
      try F.gridSample($0[0], $0[1] * 0.45, mode: .bicubic, paddingMode: .border)
    },
    GradientCase("affine_grid", [1, 2, 3]) { try F.affineGrid($0[0], [1, 1, 2, 3]) },
    GradientCase("scaled_dot_product_attention", [1, 1, 2, 3], [1, 1, 3, 3], [1, 1, 3, 2]) {
      try F.scaledDotProductAttention($0[0], $0[1], $0[2])
    },
    GradientCase("scaled_dot_product_attention, causal", [2, 3], [2, 3], [2, 3]) {
      try F.scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true)
    },
    GradientCase("bilinear", [2, 2], [2, 3], [2, 2, 3], [2]) {
      try F.bilinear($0[0], $0[1], $0[2], $0[3])
    },
    GradientCase("embedding_bag", [4, 2]) {
      try F.embeddingBag(Tensor([[0, 2], [3, 3]]), $0[0])
    },
    GradientCase("embedding_bag max", [4, 2]) {
      try F.embeddingBag(Tensor([0, 2, 3]), $0[0], offsets: Tensor([0, 2]), mode: .max)
    },
    GradientCase("embedding_bag sum", [4, 2], [3]) {
      try F.embeddingBag(
        Tensor([0, 2, 3]), $0[0], offsets: Tensor([0, 2]), mode: .sum, perSampleWeights: $0[1])
    },
  ]

  @Test(arguments: activations + normalizations + paddings + losses + images)
  func agreesWithDifferences(_ test: GradientCase) throws { try test.check() }
}
