import Kindling

extension ModuleTable {
  /// Adds the losses of `modules_loss` that compare elements or classes.
  mutating func addLosses() {
    loss("MSELoss") { a in try MSELoss(reduction: a.reduction(2)) }
    loss("L1Loss") { a in try L1Loss(reduction: a.reduction(2)) }
    loss("SmoothL1Loss") { a in
      try SmoothL1Loss(reduction: a.reduction(2), beta: a.double(3, "beta", default: 1))
    }
    loss("HuberLoss") { a in
      try HuberLoss(reduction: a.reduction(0), delta: a.double(1, "delta", default: 1))
    }
    loss("KLDivLoss") { a in
      try KLDivLoss(reduction: a.reduction(2), logTarget: a.bool(3, "log_target", default: false))
    }
    loss("BCELoss") { a in
      try BCELoss(weight: a.optionalTensor(0, "weight"), reduction: a.reduction(3))
    }
    loss("BCEWithLogitsLoss") { a in
      try BCEWithLogitsLoss(
        weight: a.optionalTensor(0, "weight"), reduction: a.reduction(3),
        posWeight: a.optionalTensor(4, "pos_weight"))
    }
    loss("NLLLoss") { a in
      try NLLLoss(
        weight: a.optionalTensor(0, "weight"), ignoreIndex: a.int(2, "ignore_index", default: -100),
        reduction: a.reduction(4))
    }
    loss("CrossEntropyLoss") { a in
      try CrossEntropyLoss(
        weight: a.optionalTensor(0, "weight"), ignoreIndex: a.int(2, "ignore_index", default: -100),
        reduction: a.reduction(4), labelSmoothing: a.double(5, "label_smoothing", default: 0))
    }
    loss("PoissonNLLLoss") { a in
      try PoissonNLLLoss(
        logInput: a.bool(0, "log_input", default: true), full: a.bool(1, "full", default: false),
        eps: a.double(3, "eps", default: 1e-8), reduction: a.reduction(5))
    }
  }

  /// Adds the losses that have parameters.
  mutating func addParametricLosses() {
    loss("LinearCrossEntropyLoss") { a in
      try LinearCrossEntropyLoss(
        a.int(0, "in_features"), a.int(1, "num_classes"),
        outFeatures: a.ints(nil, "out_features", default: []),
        bias: a.bool(nil, "bias", default: false), weight: a.optionalTensor(nil, "weight"),
        reduction: a.reduction(nil), ignoreIndex: a.optionalInt(nil, "ignore_index"),
        labelSmoothing: a.scalar(nil, "label_smoothing", default: 0.0))
    }
    module("AdaptiveLogSoftmaxWithLoss") { a in
      let module = try AdaptiveLogSoftmaxWithLoss(
        a.int(0, "in_features"), a.int(1, "n_classes"), cutoffs: a.ints(2, "cutoffs"),
        divValue: a.double(3, "div_value", default: 4),
        headBias: a.bool(4, "head_bias", default: false))
      return BuiltModule(
        module,
        methods: [
          "log_prob": { c in try module.logProb(c.tensor(0, "input")) },
          "predict": { c in try module.predict(c.tensor(0, "input")) },
        ]
      ) { c in
        let result = try module(c.tensor(0, "input_"), c.tensor(1, "target_"))
        return [result.output, result.loss]
      }
    }
  }

  /// Adds the losses with a margin.
  mutating func addMarginLosses() {
    loss("HingeEmbeddingLoss") { a in
      try HingeEmbeddingLoss(margin: a.double(0, "margin", default: 1), reduction: a.reduction(3))
    }
    loss("SoftMarginLoss") { a in try SoftMarginLoss(reduction: a.reduction(2)) }
    loss("MultiLabelMarginLoss") { a in try MultiLabelMarginLoss(reduction: a.reduction(2)) }
    loss("MultiLabelSoftMarginLoss") { a in
      try MultiLabelSoftMarginLoss(
        weight: a.optionalTensor(0, "weight"), reduction: a.reduction(3))
    }
    loss("MultiMarginLoss") { a in
      try MultiMarginLoss(
        p: a.int(0, "p", default: 1), margin: a.double(1, "margin", default: 1),
        weight: a.optionalTensor(2, "weight"), reduction: a.reduction(5))
    }
    module("MarginRankingLoss") { a in
      let module = try MarginRankingLoss(
        margin: a.double(0, "margin", default: 0), reduction: a.reduction(3))
      return BuiltModule(module) { c in
        try module(c.tensor(0, "input1"), c.tensor(1, "input2"), c.tensor(2, "target"))
      }
    }
    module("CosineEmbeddingLoss") { a in
      let module = try CosineEmbeddingLoss(
        margin: a.double(0, "margin", default: 0), reduction: a.reduction(3))
      return BuiltModule(module) { c in
        try module(c.tensor(0, "input1"), c.tensor(1, "input2"), c.tensor(2, "target"))
      }
    }
    module("TripletMarginLoss") { a in
      let module = try TripletMarginLoss(
        margin: a.double(0, "margin", default: 1), p: a.double(1, "p", default: 2),
        eps: a.double(2, "eps", default: 1e-6), swap: a.bool(3, "swap", default: false),
        reduction: a.reduction(6))
      return BuiltModule(module) { c in
        try module(c.tensor(0, "anchor"), c.tensor(1, "positive"), c.tensor(2, "negative"))
      }
    }
    module("TripletMarginWithDistanceLoss") { a in
      let margin = try a.double(nil, "margin", default: 1)
      let swap = try a.bool(nil, "swap", default: false), reduction = try a.reduction(nil)
      let module: TripletMarginWithDistanceLoss
      if case .module? = a.value(nil, "distance_function") {
        guard let distance = try a.module(nil, "distance_function").module as? any Loss else {
          throw UnsupportedError("distance_function")
        }
        module = TripletMarginWithDistanceLoss(
          distanceFunction: distance, margin: margin, swap: swap, reduction: reduction)
      } else if let distance = try a.distance(nil, "distance_function") {
        module = TripletMarginWithDistanceLoss(
          distanceFunction: distance, margin: margin, swap: swap, reduction: reduction)
      } else {
        module = TripletMarginWithDistanceLoss(margin: margin, swap: swap, reduction: reduction)
      }
      return BuiltModule(module) { c in
        try module(c.tensor(0, "anchor"), c.tensor(1, "positive"), c.tensor(2, "negative"))
      }
    }
  }

  /// Adds the losses of distributions and of sequences.
  mutating func addLikelihoodLosses() {
    module("GaussianNLLLoss") { a in
      let module = try GaussianNLLLoss(
        full: a.bool(nil, "full", default: false), eps: a.double(nil, "eps", default: 1e-6),
        reduction: a.reduction(nil))
      return BuiltModule(module) { c in
        try module(c.tensor(0, "input"), c.tensor(1, "target"), c.tensor(2, "var"))
      }
    }
    module("CTCLoss") { a in
      let module = try CTCLoss(
        blank: a.int(0, "blank", default: 0), reduction: a.reduction(1),
        zeroInfinity: a.bool(2, "zero_infinity", default: false))
      return BuiltModule(module) { c in
        try module(
          c.tensor(0, "log_probs"), c.tensor(1, "targets"), c.lengths(2, "input_lengths"),
          c.lengths(3, "target_lengths"))
      }
    }
  }
}

extension Arguments {
  /// Returns lengths given as a tensor or as integers.
  fileprivate func lengths(_ position: Int, _ name: String) throws -> Tensor {
    isList(position, name) ? Tensor(try ints(position, name)) : try tensor(position, name)
  }
}
