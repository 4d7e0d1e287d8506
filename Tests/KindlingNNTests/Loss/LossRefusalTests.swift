import Kindling
import Testing
import _TestExpectations

/// The errors of the losses, with PyTorch's texts, and their values at the edges.
@Suite struct LossRefusalTests {
  @Test func refusals() throws {
    let x = try Tensor.ones(2, 3), one = Tensor([1.0, 1.0])
    expectRefusal("…should have same dimension…") { try F.marginRankingLoss(x, one, one) }
    expectRefusal("multi_margin_loss: only p == 1 and p == 2 supported, but got 3") {
      try F.multiMarginLoss(x, Tensor([0, 1]), p: 3)
    }
    expectRefusal("…target out of range: 9…") { try F.multiMarginLoss(x, Tensor([0, 9])) }
    expectRefusal("multi_margin_loss: …Expected target size [2], but got [3]…") {
      try F.multiMarginLoss(x, Tensor([0, 1, 2]))
    }
    expectRefusal("multi_margin_loss: inconsistent weight size, expected 3 but got [2]") {
      try F.multiMarginLoss(x, Tensor([0, 1]), weight: one)
    }
    expectRefusal("multi_margin_loss: …target of int64…") { try F.multiMarginLoss(x, one) }
    expectRefusal("multilabel_margin_loss: argument #2 'target' is out of range: 3 of 3 classes") {
      try F.multilabelMarginLoss(x, Tensor([[3, 0, 0], [0, 0, 0]]))
    }
    expectRefusal("…inconsistent target size…") { try F.multilabelMarginLoss(x, Tensor([0, 1])) }
    expectRefusal("…multi-target not supported") { try F.cosineEmbeddingLoss(x, x, x) }
    expectRefusal("cosine_embedding_loss: 1D target tensor expects 2D input…") {
      try F.cosineEmbeddingLoss(one, one, one)
    }
    expectRefusal("triplet_margin_loss: margin must be greater than 0, got 0.0") {
      try F.tripletMarginLoss(x, x, x, margin: 0)
    }
    expectRefusal("triplet_margin_loss: …anchor 2D, positive 2D, and negative 1D…") {
      try F.tripletMarginLoss(x, x, one)
    }
    expectRefusal("gaussian_nll_loss: var has negative…") { try F.gaussianNLLLoss(x, x, x.neg()) }
    expectRefusal("…var is of incorrect size…") { try F.gaussianNLLLoss(x, x, Tensor.ones(3)) }
    expectRefusal("linear_cross_entropy: expected linear_bias shape [4], got [2]") {
      try F.linearCrossEntropy(x, Tensor.ones(4, 3), Tensor([0, 1]), linearBias: one)
    }
    expectRefusal("linear_cross_entropy: expected input with dimensionality 1 or 2, got 3") {
      try F.linearCrossEntropy(Tensor.ones(1, 2, 3), Tensor.ones(4, 3), Tensor([0]))
    }
    expectRefusal("linear_cross_entropy: …last dimensions (in_features)…") {
      try F.linearCrossEntropy(x, Tensor.ones(4, 2), Tensor([0, 1]))
    }
    expectRefusal("cosine_similarity: …common dtype is Long") {
      try F.cosineSimilarity(Tensor([1]), Tensor([1]), dim: 0)
    }
    expectRefusal("pdist: pdist only supports 2D tensors, got: 1D") { try F.pdist(one) }
    expectRefusal("pdist: pdist only supports non-negative p values") { try F.pdist(x, p: -1) }
  }

  @Test func ctcRefusals() throws {
    let logs = try Tensor.zeros(4, 2, 3), targets = try Tensor([[1, 2], [1, 1]])
    let (steps, sizes) = (Tensor([4, 4]), Tensor([2, 2]))
    expectRefusal("ctc_loss: expected log_probs of shape [T, N, C] or [T, C], but got [1]") {
      try F.ctcLoss(Tensor([1.0]), targets, steps, sizes)
    }
    expectRefusal("ctc_loss: blank must be in label range, 0 to 2, but got 3") {
      try F.ctcLoss(logs, targets, steps, sizes, blank: 3)
    }
    expectRefusal("ctc_loss: Expected input_lengths to have value at most 4, but got value 5") {
      try F.ctcLoss(logs, targets, Tensor([5, 4]), sizes)
    }
    expectRefusal("ctc_loss: …batch_size (2)…") { try F.ctcLoss(logs, targets, Tensor([4]), sizes) }
    expectRefusal("ctc_loss: …for argument #2 'targets'") {
      try F.ctcLoss(logs, targets, steps, Tensor([3, 2]))
    }
    expectRefusal("ctc_loss: target label 7 is out of range for 3 classes") {
      try F.ctcLoss(logs, Tensor([[1, 7], [1, 1]]), steps, sizes)
    }
    // A target longer than its input has no alignment.
    let short = try F.ctcLoss(logs, targets, Tensor([1, 4]), sizes, reduction: .none)
    #expect(try short[0].item() == .infinity)
    let zero = try F.ctcLoss(
      logs, targets, Tensor([1, 4]), sizes, reduction: .none, zeroInfinity: true)
    #expect(try zero[0].item() == 0)
  }

  @Test func argumentsOutsideTheirRangeAreRefused() throws {
    let x = try Tensor.randn(2, 3), p = Tensor([0.2, 0.1]), nan = Double.nan
    expectRefusal(
      "…all elements of target should be between 0 and 1, but they are between 1.0 and 3.0"
    ) { try F.binaryCrossEntropy(p, Tensor([1.0, 3.0])) }
    expectRefusal("binary_cross_entropy: all elements of target should be between 0 and 1…") {
      try F.binaryCrossEntropy(p, Tensor([nan, 0]))
    }
    expectRefusal("binary_cross_entropy: all elements of input should be between 0 and 1…") {
      try F.binaryCrossEntropy(Tensor([nan, 0]), p)
    }
    expectRefusal("…eps must be non-negative, got: -1.0") { try F.cosineSimilarity(x, x, eps: -1) }
    expectRefusal("ctc_loss: Expected input_lengths to have value at least 0, but got value -1") {
      try F.ctcLoss(
        Tensor.zeros(5, 1, 3), Tensor([[1, 2]]), Tensor([-1]), Tensor([2]))
    }
    expectRefusal("ctc_loss: Expected target_lengths to have value at least 0, but got value -1") {
      try F.ctcLoss(
        Tensor.zeros(5, 1, 3), Tensor([[1, 2]]), Tensor([5]), Tensor([-1]))
    }
    #expect(try F.binaryCrossEntropy(Tensor([0.0, 1]), Tensor([1.0, 1])).item() == 50)
  }

  @Test func divergenceOfNumbers() throws {
    for reduction in [Reduction.batchmean, .mean, .sum] {
      let loss = try F.klDiv(Tensor(-0.5), Tensor(0.3), reduction: reduction)
      #expect(abs(try loss.item() + 0.2112) < 1e-4)
    }
  }

  @Test func lengthsOfSequencesAsNumbers() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let logProbs = try Tensor.randn(6, 2, 4).logSoftmax(dim: 2)
      let loss = try CTCLoss()(logProbs, Tensor([[1, 2], [3, 1]]), [6, 5], [2, 1])
      try expectClose(loss.item(), 3.892674207687378, atol: 1e-5)
    }
  }
}
