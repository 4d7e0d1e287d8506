import CKernels

/// The reduction of ``Tensor/scatter(_:_:_:reduce:)-(_,_,Tensor,_)`` and related operations.
public enum ScatterReduction: String, Sendable {
  case sum, prod, mean, amax, amin
  /// PyTorch's older names for `sum` and `prod`.
  case add, multiply

  var operation: ScatterOp {
    switch self {
    case .sum, .mean, .add: .add
    case .prod, .multiply: .mul
    case .amax: .max
    case .amin: .min
    }
  }
}

/// Operations that take an index for each element along one dimension.
extension Tensor {
  /// Gathers elements along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim` 0
  /// (PyTorch: `torch.gather`).
  ///
  /// `index` is int64 and has as many dimensions as this tensor. It is no larger, except along
  /// `dim`.
  ///
  /// - Throws: ``TensorError`` `.index` if an index is not in `0..<size`.
  public func gather(_ dim: Int, _ index: Tensor) throws -> Tensor {
    let plan = try ScatterPlan("gather", self, dim, index)
    let result = try Tensor(uninitialized: index.shape, dtype, on: backend, "gather")
    try backend.take(self, plan.rows(of: self), into: result)
    let d = plan.dim
    return try result.recorded(
      "GatherBackward0",
      Input(self, saving: index, self) { [shape] g, s in
        try g.newZeros(shape).scatterAdd(d, s[0], g)
      })
  }

  /// Gathers elements like ``gather(_:_:)``, with broadcasting except along `dim`
  /// (PyTorch: `torch.take_along_dim`).
  ///
  /// If `dim` is nil, both tensors are flattened.
  public func takeAlongDim(_ indices: Tensor, dim: Int? = nil) throws -> Tensor {
    guard let dim else { return try reshape(-1).gather(0, indices.reshape(-1)) }
    try require(
      indices.ndim == ndim, .shape, "takeAlongDim",
      "input and indices should have the same number of dimensions, but got \(got: ndim) dimensions for input, and \(got: indices.ndim) dimensions for indices"
    )
    try require(
      indices.dtype == .int64, .dtype, "takeAlongDim",
      "dtype of indices should be Long but got \(got: indices.dtype.scalarName)")
    let d = try Layout.wrapStrictly(dim, ndim, "takeAlongDim")
    var (own, other) = (shape, indices.shape)
    (own[d], other[d]) = (1, 1)
    var common = try Layout.broadcast(own, other, "takeAlongDim")
    common[d] = shape[d]
    let wide = try expand(common)
    common[d] = indices.shape[d]
    // Negative indices wrap around.
    let wrapped = shape[d] > 0 && indices.numel > 0 ? try indices.remainder(shape[d]) : indices
    return try wide.gather(d, wrapped.expand(common))
  }

  // MARK: Scatter

  /// Copies the tensor and sets `out[index[i][j]][j] = source[i][j]` for `dim` 0
  /// (PyTorch: `torch.scatter`).
  public func scatter(
    _ dim: Int, _ index: Tensor, _ source: Tensor, reduce: ScatterReduction? = nil
  ) throws -> Tensor {
    try scattered(dim, index, source, reduce, into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``scatter(_:_:_:reduce:)-(_,_,Tensor,_)`` in place (PyTorch: `Tensor.scatter_`).
  @discardableResult
  public func scatter_(
    _ dim: Int, _ index: Tensor, _ source: Tensor, reduce: ScatterReduction? = nil
  ) throws -> Tensor {
    try inPlace("scatter_", [source, index], sharing: .none) {
      try $0.scattered(dim, index, source, reduce, into: $1.alias())
    }
  }

  private func scattered(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction?, into out: Tensor
  ) throws -> Tensor {
    let plan = try ScatterPlan("scatter", self, dim, index, source)
    let values = try noGrad { try plan.covered(source) }
    try out.backend.put(
      reduce?.operation ?? .set, values.forPutting(as: out), plan.rows(of: out), into: out)
    if reduce != nil { return try out.withoutGradient("scatter", self, source) }
    let d = plan.dim, sourceShape = source.shape
    return try out.recorded(
      "ScatterBackward0", Input(self, saving: index) { g, s in try g.scatter(d, s[0], 0) },
      Input(source, saving: index) { g, s in try g.gather(d, s[0]).padded(to: sourceShape) })
  }

  /// Copies the tensor and sets `out[index[i][j]][j] = value` for `dim` 0
  /// (PyTorch: `torch.scatter`).
  public func scatter<S: TensorScalar>(
    _ dim: Int, _ index: Tensor, _ value: S, reduce: ScatterReduction? = nil
  ) throws -> Tensor {
    try scattered(
      dim, index, value.scalar, reduce, into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``scatter(_:_:_:reduce:)-(_,_,S,_)`` in place (PyTorch: `Tensor.scatter_`).
  @discardableResult
  public func scatter_<S: TensorScalar>(
    _ dim: Int, _ index: Tensor, _ value: S, reduce: ScatterReduction? = nil
  ) throws -> Tensor {
    try inPlace("scatter_", [index], sharing: .none) {
      try $0.scattered(dim, index, value.scalar, reduce, into: $1.alias())
    }
  }

  private func scattered(
    _ dim: Int, _ index: Tensor, _ value: Scalar, _ reduce: ScatterReduction?, into out: Tensor
  ) throws -> Tensor {
    let plan = try ScatterPlan("scatter", self, dim, index)
    try value.check(fits: dtype, "scatter")
    let number = try Tensor.wrapped(value, like: self).forPutting(as: out)
    try out.backend.put(reduce?.operation ?? .set, number, plan.rows(of: out), into: out)
    if reduce != nil { return try out.withoutGradient("scatter", self) }
    let d = plan.dim
    return try out.recorded(
      "ScatterBackward1", Input(self, saving: index) { g, s in try g.scatter(d, s[0], 0) })
  }

  /// Records a node that throws in `backward`: PyTorch has no gradient for `scatter(reduce:)`.
  private func withoutGradient(_ operation: String, _ inputs: Tensor...) throws -> Tensor {
    try recorded(
      "NotImplemented",
      inputs.map { input in
        Input(input) { _, _ in
          throw TensorError(
            .autograd, operation,
            "the derivative for 'scatter' with reduce is not implemented; use scatterReduce")
        }
      })
  }

  /// Copies the tensor and adds `source[i][j]` to `out[index[i][j]][j]` for `dim` 0
  /// (PyTorch: `torch.scatter_add`).
  public func scatterAdd(_ dim: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
    try scatteredSum(dim, index, source, into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``scatterAdd(_:_:_:)`` in place (PyTorch: `Tensor.scatter_add_`).
  @discardableResult
  public func scatterAdd_(_ dim: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
    try inPlace("scatterAdd_", [source, index], sharing: .none) {
      try $0.scatteredSum(dim, index, source, into: $1.alias())
    }
  }

  private func scatteredSum(
    _ dim: Int, _ index: Tensor, _ source: Tensor, into out: Tensor
  ) throws -> Tensor {
    let plan = try ScatterPlan("scatterAdd", self, dim, index, source)
    let values = try noGrad { try plan.covered(source) }
    try out.backend.put(.add, values.forPutting(as: out), plan.rows(of: out), into: out)
    let d = plan.dim, sourceShape = source.shape
    return try out.recorded(
      "ScatterAddBackward0", Input(self) { g, _ in g },
      Input(source, saving: index) { g, s in try g.gather(d, s[0]).padded(to: sourceShape) })
  }

  /// Pads this tensor with zeros at the ends to `shape`: the gradient of a source of which only the
  /// front corner was used.
  func padded(to shape: [Int]) throws -> Tensor {
    if self.shape == shape { return self }
    let corner = self.shape
    return try placed(in: shape, "SliceBackwardBackward0") {
      var part = $0
      for (d, size) in corner.enumerated() { part = try part.narrow(d, 0, size) }
      return part
    }
  }

  // MARK: Flat indices

  /// Returns the elements at row-major positions `index`, in the shape of `index`
  /// (PyTorch: `torch.take`).
  public func take(_ index: Tensor) throws -> Tensor {
    let rows = try Rows(at: flatPlaces("take", index, in: self))
    let result = try Tensor(uninitialized: index.shape, dtype, on: backend, "take")
    try backend.take(self, rows, into: result)
    return try result.recorded(
      "TakeBackward0",
      Input(self, saving: index, self) { [shape] g, s in
        try g.newZeros(shape).put(s[0], g, accumulate: true)
      })
  }

  /// Copies the tensor and writes `source` to the row-major positions `index`
  /// (PyTorch: `torch.put`).
  public func put(_ index: Tensor, _ source: Tensor, accumulate: Bool = false) throws -> Tensor {
    try putFlat(index, source, accumulate, into: noGrad { try clone() })
  }

  /// Applies ``put(_:_:accumulate:)`` in place (PyTorch: `Tensor.put_`).
  @discardableResult
  public func put_(_ index: Tensor, _ source: Tensor, accumulate: Bool = false) throws -> Tensor {
    try inPlace("put_", [source, index], sharing: .none) {
      try $0.putFlat(index, source, accumulate, into: $1.alias())
    }
  }

  private func putFlat(
    _ index: Tensor, _ source: Tensor, _ accumulate: Bool, into out: Tensor
  ) throws -> Tensor {
    try require(
      source.dtype == dtype, .dtype, "put",
      "expected self and source to have the same dtype, but got \(got: dtype) and \(got: source.dtype)"
    )
    try require(
      index.numel == source.numel, .shape, "put",
      "expected source and index to have the same number of elements, but got source.numel() = \(got: source.numel), index.numel() = \(got: index.numel)"
    )
    let rows = try Rows(at: flatPlaces("put", index, in: out))
    try out.backend.put(accumulate ? .add : .set, source.forPutting(as: out), rows, into: out)
    let sourceShape = source.shape
    return try out.recorded(
      "PutBackward0",
      Input(self, saving: index) { g, s in
        accumulate ? g : try g.put(s[0], g.newZeros(s[0].shape))
      },
      Input(source, saving: index, source) { g, s in try g.take(s[0]).reshape(sourceShape) })
  }

  private func flatPlaces(
    _ operation: String, _ index: Tensor, in target: Tensor
  ) throws -> HostBuffer<Int> {
    try require(
      index.dtype == .int64, .dtype, operation,
      "expected a long tensor for index, but got \(got: index.dtype)")
    let places = try index.hostElements(as: Int.self, operation)
    let contiguous = target.isContiguous, shape = target.shape, strides = target.strides
    try places.withElements { places in
      for i in places.indices {
        var rest = places[i]
        try require(
          rest >= -numel && rest < numel, .index, operation,
          "out of range: tried to access index \(rest) on a tensor of \(numel) elements.")
        if rest < 0 { rest += numel }
        places[i] = rest
        if contiguous { continue }
        var offset = 0
        for d in shape.indices.reversed() {
          offset += rest % shape[d] * strides[d]
          rest /= shape[d]
        }
        places[i] = offset
      }
    }
    return places
  }
}

/// A validated tensor of indices along one dimension.
struct ScatterPlan {
  let dim: Int
  private let places: HostBuffer<Int>
  private let indexShape: [Int]
  /// The number of leading dimensions with their own indices; along the others the indices repeat.
  private let leading: Int

  init(
    _ operation: String, _ x: Tensor, _ dim: Int, _ index: Tensor, _ source: Tensor? = nil
  ) throws {
    let d = try Layout.wrap(dim, x.ndim, operation)
    self.dim = d
    indexShape = index.shape
    if let source, source.dtype != x.dtype {
      throw TensorError(
        .dtype, operation,
        "expected self.dtype to be equal to src.dtype, but got \(got: x.dtype) and \(got: source.dtype)"
      )
    }
    guard index.numel > 0 else {
      (places, leading) = (try HostBuffer(count: 0, operation), 0)
      return
    }
    try require(
      index.dtype == .int64 || index.dtype == .int32, .dtype, operation,
      "expected dtype int32/int64 for index, but got \(got: index.dtype)")
    let rank = Swift.max(x.ndim, 1)
    guard Swift.max(index.ndim, 1) == rank, Swift.max(source?.ndim ?? rank, 1) == rank else {
      throw TensorError(
        .shape, operation,
        "index tensor must have the same number of dimensions as self\(source == nil ? "" : " and src"), but got index \(got: index.shape) and self \(got: x.shape)\(source.map { " and src \($0.shape)" } ?? "")"
      )
    }
    func sizes(_ t: Tensor) -> [Int] { t.ndim == 0 ? [1] : t.shape }
    let (own, wanted) = (sizes(x), sizes(index))
    for k in wanted.indices {
      if k != d && wanted[k] > own[k] || source.map({ wanted[k] > sizes($0)[k] }) ?? false {
        throw TensorError(
          .shape, operation,
          "expected index \(index.shape) to be no larger than self \(x.shape) apart from dimension \(d)\(source.map { " and to be no larger size than src \($0.shape)" } ?? "")"
        )
      }
    }
    var leading = index.ndim, distinct = index
    while leading > d + 1 && (index.strides[leading - 1] == 0 || index.shape[leading - 1] == 1) {
      leading -= 1
      distinct = try distinct.narrow(leading, 0, 1)
    }
    self.leading = leading
    // Indices that share memory with the destination are read in advance.
    places =
      try index.storage === x.storage
      ? distinct.hostElements(operation) : distinct.hostElementsForReading(operation)
    if let bad = places.first(outside: 0..<own[d]) {
      throw TensorError(
        .index, operation, "index \(bad) is out of bounds for dimension \(d) with size \(own[d])")
    }
  }

  /// Returns the positions of the elements in the memory of `x`, one for each index.
  func rows(of x: Tensor) throws -> Rows {
    if x.ndim == 0 || places.isEmpty {
      return try Rows(at: HostBuffer(repeating: 0, count: places.count, "index"))
    }
    // A 0-dimensional index is treated as a vector of one.
    let shape = indexShape.isEmpty ? [1] : indexShape, leading = Swift.max(leading, 1)
    return try Rows(
      at: Places(places, along: dim, Array(shape[..<leading]), x.strides),
      shape: Array(shape[leading...]), strides: Array(x.strides[leading...]))
  }

  /// Returns the corner of `source` that the indices cover.
  func covered(_ source: Tensor) throws -> Tensor {
    if places.isEmpty { return try source.newEmpty([0]) }
    var part = source
    for (d, size) in indexShape.enumerated() where part.ndim > d {
      part = try part.narrow(d, 0, size)
    }
    return part
  }
}
