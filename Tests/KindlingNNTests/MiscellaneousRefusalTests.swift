import Kindling
import Testing

/// What the losses, the changes of size and the attentions refuse, in PyTorch's words.
struct MiscellaneousRefusalTests {
  private let x = try? Tensor.ones(2, 3), image = try? Tensor.ones(1, 4, 4, 4)

  @Test func losses() throws {
    let x = try #require(x), one = Tensor([1.0, 1.0])
    expectRefusal("should have same dimension") { _ = try F.marginRankingLoss(x, one, one) }
    expectRefusal("only p == 1 and p == 2 supported") {
      _ = try F.multiMarginLoss(x, Tensor([0, 1]), p: 3)
    }
    expectRefusal("target out of range: 9") { _ = try F.multiMarginLoss(x, Tensor([0, 9])) }
    expectRefusal("Expected target size [2], but got [3]") {
      _ = try F.multiMarginLoss(x, Tensor([0, 1, 2]))
    }
    expectRefusal("inconsistent weight size") {
      _ = try F.multiMarginLoss(x, Tensor([0, 1]), weight: one)
    }
    expectRefusal("target of int64") { _ = try F.multiMarginLoss(x, one) }
    expectRefusal("out of range: 3 of 3") {
      _ = try F.multilabelMarginLoss(x, Tensor([[3, 0, 0], [0, 0, 0]]))
    }
    expectRefusal("inconsistent target size") { _ = try F.multilabelMarginLoss(x, Tensor([0, 1])) }
    expectRefusal("multi-target not supported") { _ = try F.cosineEmbeddingLoss(x, x, x) }
    expectRefusal("1D target tensor expects 2D input") {
      _ = try F.cosineEmbeddingLoss(one, one, one)
    }
    expectRefusal("margin must be greater than 0, got 0.0") {
      _ = try F.tripletMarginLoss(x, x, x, margin: 0)
    }
    expectRefusal("anchor 2D, positive 2D, and negative 1D") {
      _ = try F.tripletMarginLoss(x, x, one)
    }
    expectRefusal("var has negative") { _ = try F.gaussianNLLLoss(x, x, x.neg()) }
    expectRefusal("var is of incorrect size") { _ = try F.gaussianNLLLoss(x, x, Tensor.ones(3)) }
    expectRefusal("expected linear_bias shape [4]") {
      _ = try F.linearCrossEntropy(x, Tensor.ones(4, 3), Tensor([0, 1]), linearBias: one)
    }
    expectRefusal("dimensionality 1 or 2, got 3") {
      _ = try F.linearCrossEntropy(Tensor.ones(1, 2, 3), Tensor.ones(4, 3), Tensor([0]))
    }
    expectRefusal("last dimensions (in_features)") {
      _ = try F.linearCrossEntropy(x, Tensor.ones(4, 2), Tensor([0, 1]))
    }
    expectRefusal("common dtype is Long") {
      _ = try F.cosineSimilarity(Tensor([1]), Tensor([1]), dim: 0)
    }
    expectRefusal("pdist only supports 2D tensors, got: 1D") { _ = try F.pdist(one) }
    expectRefusal("non-negative p") { _ = try F.pdist(x, p: -1) }
  }

  @Test func ctc() throws {
    let logs = try Tensor.zeros(4, 2, 3), targets = try Tensor([[1, 2], [1, 1]])
    let (steps, sizes) = (Tensor([4, 4]), Tensor([2, 2]))
    expectRefusal("expected log_probs of shape") {
      _ = try F.ctcLoss(Tensor([1.0]), targets, steps, sizes)
    }
    expectRefusal("blank must be in label range") {
      _ = try F.ctcLoss(logs, targets, steps, sizes, blank: 3)
    }
    expectRefusal("value at most 4, but got value 5") {
      _ = try F.ctcLoss(logs, targets, Tensor([5, 4]), sizes)
    }
    expectRefusal("batch_size (2)") { _ = try F.ctcLoss(logs, targets, Tensor([4]), sizes) }
    expectRefusal("for argument #2 'targets'") {
      _ = try F.ctcLoss(logs, targets, steps, Tensor([3, 2]))
    }
    expectRefusal("label 7 is out of range") {
      _ = try F.ctcLoss(logs, Tensor([[1, 7], [1, 1]]), steps, sizes)
    }
    // A target longer than its input has no alignment.
    let short = try F.ctcLoss(logs, targets, Tensor([1, 4]), sizes, reduction: .none)
    #expect(try short[0].item() == .infinity)
    let zero = try F.ctcLoss(
      logs, targets, Tensor([1, 4]), sizes, reduction: .none, zeroInfinity: true)
    #expect(try zero[0].item() == 0)
  }

  @Test func sizes() throws {
    let image = try #require(image)
    expectRefusal("same number of spatial dimensions") {
      _ = try F.interpolate(image, size: [1, 2, 3])
    }
    expectRefusal("either size or scale_factor should be defined") { _ = try F.interpolate(image) }
    expectRefusal("only one of size or scale_factor") {
      _ = try F.interpolate(image, size: [2], scaleFactor: [2])
    }
    expectRefusal("Got 4D input, but linear mode needs 3D input") {
      _ = try F.interpolate(image, size: 2, mode: .linear)
    }
    expectRefusal("align_corners option can only be set") {
      _ = try F.interpolate(image, size: 2, alignCorners: true)
    }
    expectRefusal("Only 3D, 4D and 5D input") { _ = try F.interpolate(Tensor.ones(2, 2), size: 2) }
    expectRefusal("greater than 0") { _ = try F.interpolate(image, size: [0, 1]) }
    expectRefusal("makes no size of 4") { _ = try F.interpolate(image, scaleFactor: Double.nan) }
    expectRefusal("Anti-alias option is restricted") {
      _ = try F.interpolate(image, size: 2, antialias: true)
    }
    expectRefusal("is larger than half of the memory there is") {
      _ = try F.interpolate(image, size: [1, 1 << 30])
    }
    expectRefusal("same batch size") { _ = try F.gridSample(image, Tensor.ones(2, 3, 3, 2)) }
    expectRefusal("size 2 in last dimension") {
      _ = try F.gridSample(image, Tensor.ones(1, 3, 3, 3))
    }
    expectRefusal("2D affine matrices of shape 1x2x3") {
      _ = try F.affineGrid(Tensor.ones(1, 2, 2), [1, 1, 2, 2])
    }
    expectRefusal("divisible by the square of upscale_factor") {
      _ = try F.pixelShuffle(Tensor.ones(3, 2, 2), 2)
    }
    expectRefusal("positive upscale_factor, but got 0") { _ = try F.pixelShuffle(image, 0) }
    expectRefusal("height to be divisible by downscale_factor") {
      _ = try F.pixelUnshuffle(image, 3)
    }
    expectRefusal("Got 4 channels and 3 groups") { _ = try F.channelShuffle(image, 3) }
    expectRefusal("needs 1 or 4 numbers of padding") { _ = try ZeroPad2d([1, 2])(image) }
    // Coordinates that are no numbers do not lead out of the image.
    let nowhere = try Tensor.full([1, 1, 2, 2], Double.nan)
    #expect(try F.gridSample(image, nowhere).shape == [1, 4, 1, 2])
    let far = try Tensor.full([1, 1, 2, 2], Double.infinity)
    #expect(
      try F.gridSample(image, far, mode: .nearest, paddingMode: .border).shape == [1, 4, 1, 2])
  }

  @Test func attention() throws {
    let q = try Tensor.ones(1, 2, 3, 4), flat = try Tensor.ones(3, 4)
    expectRefusal("at least 2 dimensional") {
      _ = try F.scaledDotProductAttention(Tensor([1.0]), q, q)
    }
    expectRefusal("Explicit attn_mask should not be set when is_causal=True") {
      _ = try F.scaledDotProductAttention(q, q, q, attnMask: Tensor.zeros(3, 3), isCausal: true)
    }
    expectRefusal("to have the same dtype") {
      _ = try F.scaledDotProductAttention(q, q.to(.float64), q)
    }
    expectRefusal("input1 size does not match weight size: got 4 but expected 5") {
      _ = try F.bilinear(flat, flat, Tensor.ones(2, 5, 4))
    }
    let attention = MultiheadAttention(4, 2)
    expectRefusal("unbatched 2D or batched 3D") { _ = try attention(q, q, q) }
    expectRefusal("Need attn_mask if specifying the is_causal hint") {
      _ = try attention(flat, flat, flat, isCausal: true)
    }
    expectRefusal("should be [3, 3]") {
      _ = try attention(flat, flat, flat, attnMask: Tensor.zeros(2, 2))
    }
    expectRefusal("embed_dim divisible by num_heads") {
      _ = try MultiheadAttention(4, 3)(flat, flat, flat)
    }
    let table = try Tensor.ones(3, 2)
    expectRefusal("offsets has to be a 1D Tensor") { _ = try F.embeddingBag(Tensor([1]), table) }
    expectRefusal("offsets[0] has to be 0") {
      _ = try F.embeddingBag(Tensor([1]), table, offsets: Tensor([1]))
    }
    expectRefusal("must not be greater than the input's length") {
      _ = try F.embeddingBag(Tensor([1]), table, offsets: Tensor([0, 2]))
    }
    expectRefusal("only supported for mode='sum'") {
      _ = try F.embeddingBag(Tensor([[1]]), table, perSampleWeights: Tensor([[1.0]]))
    }
    expectRefusal("3 embeddings") { _ = try F.embeddingBag(Tensor([[3]]), table) }
  }

  @Test func attentionAgreesBothWays() throws {
    try withDefaultGenerator(Generator(seed: 2)) {
      let attention = MultiheadAttention(6, 2, batchFirst: true)
      let x = try Tensor.randn(2, 4, 6), mask = try Tensor.ones(4, 4, dtype: .bool).triu(1)
      let a = try attention(x, x, x, attnMask: mask)
      let b = try attention(x, x, x, needWeights: false, attnMask: mask)
      #expect(try a.output.allclose(b.output, rtol: 1e-4, atol: 1e-6))
      #expect(a.weights?.shape == [2, 4, 4] && b.weights == nil)
      #expect(a.output.shape == [2, 4, 6])
    }
  }

  @Test func numbersBeyondAllMemory() throws {
    let image = try #require(image)
    expectRefusal("larger than any memory") {
      _ = try F.conv3d(
        Tensor.ones(1, 4, 4, 4), Tensor.ones(1, 1, 4, 4, 4), padding: .same, dilation: 1 << 22)
    }
    expectRefusal("Expected 0 · 2 · 9223372036854775806 elements") {
      _ = try Tensor.ones(0, 2).nativeGroupNorm(
        nil, nil, 0, 2, .max - 1, numGroups: 1, eps: 1e-5)
    }
    // Scales may lead anywhere: the nearest element there is counts.
    for mode in [UpsampleMode.nearest, .bilinear, .bicubic] {
      for factor in [1e-30, 1e-300, 1e30] {
        _ = try? F.interpolate(image, scaleFactor: factor, mode: mode, antialias: mode != .nearest)
      }
    }
  }

  @Test func windowsLargerThanVolumes() throws {
    let volume = try Tensor.ones(1, 1, 2, 4, 4)
    for padding in [0, 1] {
      for ceilMode in [false, true] {
        expectRefusal("input image [2, 4, 4] smaller than kernel size [3, 3, 3]") {
          _ = try F.avgPool3d(volume, 3, padding: padding, ceilMode: ceilMode)
        }
      }
    }
    #expect(try F.maxPool3d(volume, 3, ceilMode: true).shape == [1, 1, 1, 2, 2])
    #expect(try F.avgPool2d(Tensor.ones(1, 1, 2, 2), 3, ceilMode: true).shape == [1, 1, 1, 1])
  }

  @Test func emptyBatches() throws {
    let empty = try Tensor.ones(0, 3, 3, 3)
    expectRefusal("expected at least one sample where there is a weight") {
      _ = try InstanceNorm2d(3, affine: true)(empty)
    }
    #expect(try InstanceNorm2d(3)(empty).shape == [0, 3, 3, 3])
    let layer = ConvTranspose2d(3, 2, 2, outputPadding: 1)
    #expect(try layer(empty).shape == [0, 2, 5, 5])
    expectRefusal("output padding must be smaller") {
      _ = try layer(Tensor.ones(1, 3, 3, 3))
    }
  }

  @Test func divergenceOfNumbers() throws {
    for reduction in [Reduction.batchmean, .mean, .sum] {
      let loss = try F.klDiv(Tensor(-0.5), Tensor(0.3), reduction: reduction)
      #expect(abs(try loss.item() + 0.2112) < 1e-4)
    }
  }
}
