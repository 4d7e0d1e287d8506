import Kindling

extension OperatorTable {
  /// Adds the operators of the suites `nn_…`.
  mutating func addNN() {
    addActivations()
    addLosses()
    addMarginLosses()
    addNormalization()
    addMiscellaneous()
    op("nn.functional.linear") { a in
      try F.linear(
        a.tensor(0), a.tensor(1, "weight"), a.optionalTensor(2, "bias"))
    }
    op("nn.functional.one_hot") { a in
      try F.oneHot(a.tensor(0), numClasses: a.int(1, "num_classes", default: -1))
    }
    op("nn.functional.dropout") { a in
      try F.dropout(
        a.tensor(0), p: a.double(1, "p", default: 0.5),
        training: a.bool(2, "training", default: true))
    }
  }

  private mutating func addLosses() {
    op("nn.functional.cross_entropy") { a in
      try F.crossEntropy(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        ignoreIndex: a.int(nil, "ignore_index", default: -100), reduction: a.reduction(),
        labelSmoothing: a.double(nil, "label_smoothing", default: 0))
    }
    op("nn.functional.nll_loss") { a in
      try F.nllLoss(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        ignoreIndex: a.int(nil, "ignore_index", default: -100), reduction: a.reduction())
    }
    op("nn.functional.binary_cross_entropy") { a in
      try F.binaryCrossEntropy(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        reduction: a.reduction())
    }
    op("nn.functional.binary_cross_entropy_with_logits") { a in
      try F.binaryCrossEntropyWithLogits(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        reduction: a.reduction(), posWeight: a.optionalTensor(nil, "pos_weight"))
    }
    op("nn.functional.kl_div") { a in
      try F.klDiv(
        a.tensor(0), a.tensor(1, "target"), reduction: a.reduction(),
        logTarget: a.bool(nil, "log_target", default: false))
    }
    op("nn.functional.mse_loss") { a in
      try F.mseLoss(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        reduction: a.reduction())
    }
    op("nn.functional.l1_loss") { a in
      try F.l1Loss(
        a.tensor(0), a.tensor(1, "target"), weight: a.optionalTensor(nil, "weight"),
        reduction: a.reduction())
    }
    op("nn.functional.smooth_l1_loss") { a in
      try F.smoothL1Loss(
        a.tensor(0), a.tensor(1, "target"), reduction: a.reduction(),
        beta: a.double(nil, "beta", default: 1))
    }
    op("nn.functional.huber_loss") { a in
      try F.huberLoss(
        a.tensor(0), a.tensor(1, "target"), reduction: a.reduction(),
        delta: a.double(nil, "delta", default: 1))
    }
  }
}

extension Arguments {
  /// Returns the reduction of a loss, by PyTorch's name.
  func reduction() throws -> Reduction {
    let name = try string(nil, "reduction", default: "mean")
    guard let reduction = Reduction(rawValue: name) else {
      throw TensorError(.value, "reduction", "\(name) is not a valid value for reduction")
    }
    return reduction
  }
}
