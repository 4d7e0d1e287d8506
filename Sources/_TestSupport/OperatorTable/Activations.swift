import Kindling

extension OperatorTable {
  /// Adds the operators of `nn_activations`.
  mutating func addActivations() {
    unary("nn.functional.relu") { try F.relu($0) }
    op("softmax") { a in try a.tensor(0).softmax(dim: a.int(1, "dim"), dtype: a.dtype(nil)) }
    op("log_softmax") { a in try a.tensor(0).logSoftmax(dim: a.int(1, "dim"), dtype: a.dtype(nil)) }
    op("nn.functional.softmin") { a in
      try F.softmin(a.tensor(0), dim: a.optionalInt(1, "dim"), dtype: a.dtype(nil))
    }
    unary("nn.functional.hardswish") { try F.hardswish($0) }
    unary("nn.functional.hardsigmoid") { try F.hardsigmoid($0) }
    unary("nn.functional.relu6") { try F.relu6($0) }
    unary("nn.functional.selu") { try F.selu($0) }
    unary("nn.functional.silu") { try F.silu($0) }
    unary("nn.functional.mish") { try F.mish($0) }
    unary("nn.functional.logsigmoid") { try F.logsigmoid($0) }
    unary("nn.functional.softsign") { try F.softsign($0) }
    unary("nn.functional.tanhshrink") { try F.tanhshrink($0) }
    op("nn.functional.leaky_relu") { a in
      try F.leakyRelu(a.tensor(0), negativeSlope: a.double(1, "negative_slope", default: 0.01))
    }
    op("nn.functional.glu") { a in try F.glu(a.tensor(0), dim: a.int(1, "dim", default: -1)) }
    op("nn.functional.elu") { a in
      try F.elu(a.tensor(0), alpha: a.double(1, "alpha", default: 1))
    }
    op("nn.functional.celu") { a in
      try F.celu(a.tensor(0), alpha: a.double(1, "alpha", default: 1))
    }
    op("nn.functional.prelu") { a in try F.prelu(a.tensor(0), a.tensor(1, "weight")) }
    op("nn.functional.rrelu") { a in
      try F.rrelu(
        a.tensor(0), lower: a.double(1, "lower", default: 1.0 / 8),
        upper: a.double(2, "upper", default: 1.0 / 3),
        training: a.bool(nil, "training", default: false))
    }
    op("nn.functional.threshold") { a in
      try F.threshold(a.tensor(0), a.double(1, "threshold"), a.double(2, "value"))
    }
    op("nn.functional.softshrink") { a in
      try F.softshrink(a.tensor(0), lambd: a.double(1, "lambd", default: 0.5))
    }
    op("nn.functional.hardshrink") { a in
      try F.hardshrink(a.tensor(0), lambd: a.double(1, "lambd", default: 0.5))
    }
    op("nn.functional.hardtanh") { a in
      try F.hardtanh(
        a.tensor(0), minVal: a.double(1, "min_val", default: -1),
        maxVal: a.double(2, "max_val", default: 1))
    }
    op("nn.functional.gelu") { a in
      let x = try a.tensor(0), name = try a.string(nil, "approximate", default: "none")
      guard let approximate = GELUApproximation(rawValue: name) else {
        throw TensorError(.value, "gelu", "approximate argument must be either none or tanh.")
      }
      return try F.gelu(x, approximate: approximate)
    }
    op("nn.functional.softplus") { a in
      try F.softplus(
        a.tensor(0), beta: a.double(1, "beta", default: 1),
        threshold: a.double(2, "threshold", default: 20))
    }
  }
}
