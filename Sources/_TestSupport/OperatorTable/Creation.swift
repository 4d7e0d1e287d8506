import Kindling

extension OperatorTable {
  /// Adds the operators of `creation`.
  mutating func addCreation() {
    shaped("zeros") { try Tensor.zeros($0, dtype: $1, requiresGrad: $2) }
    shaped("ones") { try Tensor.ones($0, dtype: $1, requiresGrad: $2) }
    op("full") { a in
      try a.placement()
      return try Tensor.full(
        a.ints(0, "size"), a.scalar(1, "fill_value"), dtype: a.dtype(nil),
        requiresGrad: a.gradient())
    }
    op("scalar_tensor") { a in
      try a.placement()
      return try Tensor.scalarTensor(
        a.scalar(0, "s"), dtype: a.dtype(nil), requiresGrad: a.gradient())
    }
    op("eye") { a in
      try a.placement()
      return try Tensor.eye(
        a.int(0, "n"), a.optionalInt(1, "m"), dtype: a.dtype(nil), requiresGrad: a.gradient())
    }
    op("zeros_like") { a in
      try a.placement()
      return try Tensor.zeros(like: a.tensor(0), dtype: a.dtype(nil))
    }
    op("ones_like") { a in
      try a.placement()
      return try Tensor.ones(like: a.tensor(0), dtype: a.dtype(nil))
    }
    op("full_like") { a in
      try a.placement()
      return try Tensor.full(like: a.tensor(0), a.scalar(1, "fill_value"), dtype: a.dtype(nil))
    }
    op("new_zeros") { a in
      try a.placement()
      return try a.tensor(0).newZeros(a.ints(1, "size"), dtype: a.dtype(nil))
    }
    op("new_ones") { a in
      try a.placement()
      return try a.tensor(0).newOnes(a.ints(1, "size"), dtype: a.dtype(nil))
    }
    op("new_full") { a in
      try a.placement()
      return try a.tensor(0).newFull(
        a.ints(1, "size"), a.scalar(2, "fill_value"), dtype: a.dtype(nil))
    }
    op("new_tensor", samples: [[.matrix, .row]]) { a in
      try a.tensor(0).newTensor(a.tensor(1), dtype: a.dtype(nil))
    }
    op("result_type", samples: [[.matrix, .row]]) { a in
      Tensor.resultType(try a.tensor(0), try a.tensor(1)).byteSize
    }
    op("fill") { a in
      let copy = try a.tensor(0).clone()
      return a.isTensor(1, "value")
        ? try copy.fill_(a.tensor(1, "value")) : try copy.fill_(a.scalar(1, "value"))
    }
    op("zero_") { a in try a.tensor(0).clone().zero_() }
    addRanges()
    addWindows()
  }

  private mutating func shaped(
    _ name: String, _ make: @escaping @Sendable ([Int], DType?, Bool) throws -> Tensor
  ) {
    op(name) { a in
      try a.placement()
      return try make(a.variadicInts(from: 0, "size"), a.dtype(nil), a.gradient())
    }
  }

  private mutating func addRanges() {
    op("arange") { a in
      try a.placement()
      let (dtype, gradient) = (try a.dtype(nil), try a.gradient())
      let first = try a.scalar(0, "start")
      guard a.has(1, "end") else {
        return try Tensor.arange(first, dtype: dtype, requiresGrad: gradient)
      }
      return try Tensor.arange(
        first, a.scalar(1, "end"), a.scalar(2, "step", default: .int(1)), dtype: dtype,
        requiresGrad: gradient)
    }
    op("linspace") { a in
      try a.placement()
      return try Tensor.linspace(
        a.bound(0, "start"), a.bound(1, "end"), steps: a.int(2, "steps"), dtype: a.dtype(nil),
        requiresGrad: a.gradient())
    }
    op("logspace") { a in
      try a.placement()
      return try Tensor.logspace(
        a.bound(0, "start"), a.bound(1, "end"), steps: a.int(2, "steps"),
        base: a.double(3, "base", default: 10), dtype: a.dtype(nil), requiresGrad: a.gradient())
    }
    triangle("tril_indices") { try Tensor.trilIndices($0, $1, offset: $2, dtype: $3) }
    triangle("triu_indices") { try Tensor.triuIndices($0, $1, offset: $2, dtype: $3) }
  }

  private mutating func triangle(
    _ name: String, _ make: @escaping @Sendable (Int, Int, Int, DType) throws -> Tensor
  ) {
    op(name) { a in
      try a.placement()
      return try make(
        a.int(0, "row"), a.int(1, "col"), a.int(2, "offset", default: 0), a.dtype(nil) ?? .int64)
    }
  }

  private mutating func addWindows() {
    typealias Window = @Sendable (Int, Arguments, Bool, DType?, Bool) throws -> Tensor
    let windows: [(String, Window)] = [
      ("hann", { try SignalWindow.hann($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      ("hamming", { try SignalWindow.hamming($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      ("blackman", { try SignalWindow.blackman($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      ("nuttall", { try SignalWindow.nuttall($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      ("bartlett", { try SignalWindow.bartlett($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      ("cosine", { try SignalWindow.cosine($0, sym: $2, dtype: $3, requiresGrad: $4) }),
      (
        "general_hamming",
        {
          try SignalWindow.generalHamming(
            $0, alpha: $1.double(nil, "alpha", default: 0.54), sym: $2, dtype: $3, requiresGrad: $4)
        }
      ),
      (
        "general_cosine",
        {
          try SignalWindow.generalCosine(
            $0, a: $1.optionalDoubles(nil, "a") ?? [], sym: $2, dtype: $3, requiresGrad: $4)
        }
      ),
      (
        "exponential",
        {
          try SignalWindow.exponential(
            $0, center: $1.optionalDouble(nil, "center"), tau: $1.double(nil, "tau", default: 1),
            sym: $2, dtype: $3, requiresGrad: $4)
        }
      ),
      (
        "gaussian",
        {
          try SignalWindow.gaussian(
            $0, std: $1.double(nil, "std", default: 1), sym: $2, dtype: $3, requiresGrad: $4)
        }
      ),
      (
        "kaiser",
        {
          try SignalWindow.kaiser(
            $0, beta: $1.double(nil, "beta", default: 12), sym: $2, dtype: $3, requiresGrad: $4)
        }
      ),
    ]
    for (name, make) in windows {
      op("signal.windows.\(name)") { a in
        try a.placement()
        return try make(
          a.int(0, "M"), a, a.bool(nil, "sym", default: true), a.dtype(nil), a.gradient())
      }
    }
  }
}

extension Arguments {
  /// Returns whether the result requires a gradient.
  fileprivate func gradient() throws -> Bool { try bool(nil, "requires_grad", default: false) }

  /// Returns a number, also from a 0-dimensional tensor.
  fileprivate func bound(_ position: Int, _ name: String) throws -> Scalar {
    guard isTensor(position, name) else { return try scalar(position, name) }
    let bound = try tensor(position, name)
    guard bound.ndim == 0 else {
      throw TensorError(
        .shape, "linspace",
        "only supports 0-dimensional start and end tensors, but got \(bound.shape)")
    }
    return .double(try bound.item())
  }
}
