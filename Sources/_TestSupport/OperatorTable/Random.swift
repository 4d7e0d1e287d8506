import Kindling

extension OperatorTable {
  /// Adds the random operators; each call starts from the same seed.
  mutating func addRandom() {
    addDraws()
    addFills()
  }

  private mutating func addDraws() {
    op("empty", samples: [[[2, 3]], [[]]]) { a in
      try Tensor.empty(a.ints(0), dtype: a.dtype(nil)).zero_()
    }
    op("empty_like", samples: [[.matrix]]) { a in try Tensor.empty(like: a.tensor(0)).zero_() }
    op("new_empty", samples: [[.matrix, [4]]]) { a in
      try a.tensor(0).newEmpty(a.ints(1), dtype: a.dtype(nil)).zero_()
    }
    op("rand", samples: [[[2, 3]], [[0]]]) { a in
      try Tensor.rand(a.ints(0), generator: a.seed, dtype: a.dtype(nil))
    }
    op("rand_like", samples: [[.matrix]]) { a in
      try Tensor.rand(like: a.tensor(0), generator: a.seed, dtype: a.dtype(nil))
    }
    op("randn", samples: [[[2, 3]], [[20]]]) { a in
      try Tensor.randn(a.ints(0), generator: a.seed, dtype: a.dtype(nil))
    }
    op("randn_like", samples: [[.matrix]]) { a in
      try Tensor.randn(like: a.tensor(0), generator: a.seed, dtype: a.dtype(nil))
    }
    op("randint", samples: [[-2, 5, [2, 3]], [0, 1, [0]]]) { a in
      try Tensor.randint(
        a.int(0), a.int(1), a.ints(2), generator: a.seed, dtype: a.dtype(nil) ?? .int64)
    }
    op("randint_like", samples: [[.matrix, 0, 9]]) { a in
      try Tensor.randint(
        like: a.tensor(0), a.int(1), a.int(2), generator: a.seed, dtype: a.dtype(nil))
    }
    op("randperm", samples: [[5], [0]]) { a in
      try Tensor.randperm(a.int(0), generator: a.seed, dtype: a.dtype(nil) ?? .int64)
    }
    op(
      "normal",
      samples: [[.matrix, .row], [.row, 0.5], [0.0, .row], [0.0, 1.0, [2, 3]]],
      // PyTorch's gradient of random draws is zero.
      domain: .nowhere
    ) { a in
      switch (a.isTensor(0), a.isTensor(1)) {
      case (true, true): return try Tensor.normal(a.tensor(0), a.tensor(1), generator: a.seed)
      case (true, false): return try Tensor.normal(a.tensor(0), a.double(1), generator: a.seed)
      case (false, true): return try Tensor.normal(a.double(0), a.tensor(1), generator: a.seed)
      case (false, false):
        return try Tensor.normal(a.double(0), a.double(1), a.ints(2), generator: a.seed)
      }
    }
    op("bernoulli", samples: [[.matrix], [.row, 0.25]]) { a in
      try a.optionalDouble(1).map { try a.tensor(0).bernoulli($0, generator: a.seed) }
        ?? a.tensor(0).bernoulli(generator: a.seed)
    }
    op("poisson", samples: [[.matrix]]) { a in
      try a.tensor(0).poisson(generator: a.seed)
    }
    op("binomial", samples: [[.matrix, .row]]) { a in
      try Tensor.binomial(a.tensor(0), a.tensor(1), generator: a.seed)
    }
    op("multinomial", samples: [[.row, 2], [.matrix, 5, true]]) { a in
      try a.tensor(0).multinomial(
        a.int(1), replacement: a.bool(2, default: false), generator: a.seed)
    }
    op("nn.functional.gumbel_softmax", samples: [[.matrix], [.row, 0.5]]) { a in
      try withDefaultGenerator(a.seed) {
        try F.gumbelSoftmax(
          a.tensor(0), tau: a.double(1, default: 1), hard: a.bool(2, default: false),
          dim: a.int(3, default: -1))
      }
    }
  }

  private mutating func addFills() {
    op("uniform_", samples: [[.matrix], [.row, -1.0, 2.0]]) { a in
      try a.tensor(0).uniform_(
        a.double(1, default: 0), a.double(2, default: 1), generator: a.seed)
    }
    op("normal_", samples: [[.matrix], [.row, -1.0, 2.0]]) { a in
      try a.tensor(0).normal_(a.double(1, default: 0), a.double(2, default: 1), generator: a.seed)
    }
    op("log_normal_", samples: [[.matrix], [.row, -1.0, 2.0]]) { a in
      try a.tensor(0).logNormal_(
        a.double(1, default: 1), a.double(2, default: 2), generator: a.seed)
    }
    op("exponential_", samples: [[.matrix, 1.5]]) { a in
      try a.tensor(0).exponential_(a.double(1, default: 1), generator: a.seed)
    }
    op("geometric_", samples: [[.matrix, 0.5]]) { a in
      try a.tensor(0).geometric_(a.double(1), generator: a.seed)
    }
    op("cauchy_", samples: [[.matrix, 0.0, 1.0]]) { a in
      try a.tensor(0).cauchy_(a.double(1, default: 0), a.double(2, default: 1), generator: a.seed)
    }
    op("random_", samples: [[.matrix], [.row, 5], [.row, -3, 7]]) { a in
      let x = try a.tensor(0)
      switch (try a.optionalInt(1), try a.optionalInt(2)) {
      case (nil, _): return try x.random_(generator: a.seed)
      case (let to?, nil): return try x.random_(to, generator: a.seed)
      case (let from?, let to?): return try x.random_(from, to, generator: a.seed)
      }
    }
    op("bernoulli_", samples: [[.matrix], [.matrix, 0.25], [.matrix, .row]]) { a in
      if a.isTensor(1) { return try a.tensor(0).bernoulli_(a.tensor(1), generator: a.seed) }
      return try a.tensor(0).bernoulli_(a.double(1, default: 0.5), generator: a.seed)
    }
  }
}

extension Arguments {
  fileprivate var seed: Generator { Generator(seed: 0) }
}
