import Kindling

extension OperatorTable {
  /// `elementwise_unary`, `elementwise_binary` and `special`.
  mutating func addElementwise() {
    unary("exp") { try $0.exp() }

    op("add") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.tensor(0).add(a.tensor(1, "other"), alpha: alpha)
        : try a.tensor(0).add(a.scalar(1, "other"), alpha: alpha)
    }
    op("__radd__") { a in
      a.isTensor(1) ? try a.tensor(1) + a.tensor(0) : try a.tensor(0).add(a.scalar(1))
    }
    binary("mul", "__rmul__") { try $0.mul($1) } scalar: { try $0.mul($1) }
  }
}
