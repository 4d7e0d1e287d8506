import Kindling

extension OperatorTable {
  /// Adds the losses of margins, likelihoods and sequences.
  mutating func addMarginLosses() {
    op("nn.functional.soft_margin_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.softMarginLoss(x, y, reduction: a.reduction())
    }
    op("nn.functional.margin_ranking_loss") { a in
      let (x, y, t) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      return try F.marginRankingLoss(
        x, y, t, margin: a.double(nil, "margin", default: 0), reduction: a.reduction())
    }
    op("nn.functional.multi_margin_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.multiMarginLoss(
        x, y, p: a.int(nil, "p", default: 1), margin: a.double(nil, "margin", default: 1),
        weight: a.optionalTensor(nil, "weight"), reduction: a.reduction())
    }
    op("nn.functional.multilabel_margin_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.multilabelMarginLoss(x, y, reduction: a.reduction())
    }
    op("nn.functional.multilabel_soft_margin_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.multilabelSoftMarginLoss(
        x, y, weight: a.optionalTensor(nil, "weight"), reduction: a.reduction())
    }
    op("nn.functional.triplet_margin_loss") { a in
      let (x, y, z) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      return try F.tripletMarginLoss(
        x, y, z, margin: a.double(nil, "margin", default: 1), p: a.double(nil, "p", default: 2),
        eps: a.double(nil, "eps", default: 1e-6), swap: a.bool(nil, "swap", default: false),
        reduction: a.reduction())
    }
    op("nn.functional.triplet_margin_with_distance_loss") { a in
      let (x, y, z) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      guard !a.has(nil, "distance_function") else { throw UnsupportedError("a distance function") }
      _ = a.value(nil, "distance_function")
      return try F.tripletMarginWithDistanceLoss(
        x, y, z, margin: a.double(nil, "margin", default: 1),
        swap: a.bool(nil, "swap", default: false), reduction: a.reduction())
    }
    op("nn.functional.cosine_embedding_loss") { a in
      let (x, y, t) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      return try F.cosineEmbeddingLoss(
        x, y, t, margin: a.double(nil, "margin", default: 0), reduction: a.reduction())
    }
    op("nn.functional.hinge_embedding_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.hingeEmbeddingLoss(
        x, y, margin: a.double(nil, "margin", default: 1), reduction: a.reduction())
    }
    op("nn.functional.gaussian_nll_loss") { a in
      let (x, y, v) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      return try F.gaussianNLLLoss(
        x, y, v, full: a.bool(nil, "full", default: false),
        eps: a.double(nil, "eps", default: 1e-6),
        reduction: a.reduction())
    }
    op("nn.functional.poisson_nll_loss") { a in
      let (x, y) = (try a.tensor(0), try a.tensor(1))
      return try F.poissonNLLLoss(
        x, y, logInput: a.bool(nil, "log_input", default: true),
        full: a.bool(nil, "full", default: false), eps: a.double(nil, "eps", default: 1e-8),
        reduction: a.reduction())
    }
    op("nn.functional.ctc_loss", domain: .logProbabilities) { a in
      try F.ctcLoss(
        a.tensor(0), a.tensor(1), a.lengths(2), a.lengths(3), blank: a.int(4, "blank", default: 0),
        reduction: a.reduction(), zeroInfinity: a.bool(nil, "zero_infinity", default: false))
    }
    op("nn.functional.linear_cross_entropy") { a in
      let (x, w, t) = (try a.tensor(0), try a.tensor(1), try a.tensor(2))
      return try F.linearCrossEntropy(
        x, w, t, linearBias: a.optionalTensor(nil, "linear_bias"),
        weight: a.optionalTensor(nil, "weight"), reduction: a.reduction(),
        ignoreIndex: a.optionalInt(nil, "ignore_index"),
        labelSmoothing: a.double(nil, "label_smoothing", default: 0))
    }
  }
}

extension Arguments {
  /// Returns lengths given as a tensor or as a list.
  fileprivate func lengths(_ position: Int) throws -> Tensor {
    isTensor(position) ? try tensor(position) : Tensor(try ints(position))
  }
}
