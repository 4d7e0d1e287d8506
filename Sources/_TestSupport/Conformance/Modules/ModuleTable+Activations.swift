import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_activation`.
  mutating func addActivations() {
    layer("Sigmoid") { _ in Sigmoid() }
    layer("Tanh") { _ in Tanh() }
    layer("Softsign") { _ in Softsign() }
    layer("Tanhshrink") { _ in Tanhshrink() }
    layer("LogSigmoid") { _ in LogSigmoid() }
    layer("Softmax2d") { _ in Softmax2d() }
    layer("Softmax") { a in try Softmax(dim: a.optionalInt(0, "dim")) }
    layer("LogSoftmax") { a in try LogSoftmax(dim: a.optionalInt(0, "dim")) }
    layer("Softmin") { a in try Softmin(dim: a.optionalInt(0, "dim")) }
    layer("GLU") { a in try GLU(a.int(0, "dim", default: -1)) }
    layer("GELU") { a in try GELU(approximate: a.choice(0, "approximate", default: .none)) }
    layer("ReLU") { a in try ReLU(inplace: a.inplace(0)) }
    layer("ReLU6") { a in try ReLU6(inplace: a.inplace(0)) }
    layer("SiLU") { a in try SiLU(inplace: a.inplace(0)) }
    layer("Mish") { a in try Mish(inplace: a.inplace(0)) }
    layer("SELU") { a in try SELU(inplace: a.inplace(0)) }
    layer("Hardswish") { a in try Hardswish(inplace: a.inplace(0)) }
    layer("Hardsigmoid") { a in try Hardsigmoid(inplace: a.inplace(0)) }
    layer("ELU") { a in
      try ELU(alpha: a.scalar(0, "alpha", default: 1.0), inplace: a.inplace(1))
    }
    layer("CELU") { a in
      try CELU(alpha: a.scalar(0, "alpha", default: 1.0), inplace: a.inplace(1))
    }
    layer("LeakyReLU") { a in
      try LeakyReLU(a.scalar(0, "negative_slope", default: 0.01), inplace: a.inplace(1))
    }
    layer("Hardshrink") { a in try Hardshrink(a.scalar(0, "lambd", default: 0.5)) }
    layer("Softshrink") { a in try Softshrink(a.scalar(0, "lambd", default: 0.5)) }
    layer("Hardtanh") { a in
      try Hardtanh(
        a.scalar(0, "min_val", default: -1.0), a.scalar(1, "max_val", default: 1.0),
        inplace: a.inplace(2))
    }
    layer("Softplus") { a in
      try Softplus(
        beta: a.scalar(0, "beta", default: 1.0), threshold: a.scalar(1, "threshold", default: 20.0))
    }
    layer("Threshold") { a in
      try Threshold(a.scalar(0, "threshold"), a.scalar(1, "value"), inplace: a.inplace(2))
    }
    layer("RReLU") { a in
      try RReLU(
        a.scalar(0, "lower", default: .double(1 / 8)),
        a.scalar(1, "upper", default: .double(1 / 3)),
        inplace: a.inplace(2))
    }
    layer("PReLU") { a in
      try PReLU(
        a.int(0, "num_parameters", default: 1), initial: a.double(1, "init", default: 0.25))
    }
  }
}

extension Arguments {
  /// Returns whether the module modifies its input.
  func inplace(_ position: Int) throws -> Bool { try bool(position, "inplace", default: false) }
}
