import Kindling

/// Where an operator's gradient is the derivative of what it computes.
package enum GradientDomain: Sendable {
  case everywhere
  /// Nowhere: PyTorch defines the gradient of what is drawn to be zero, and that of an element which
  /// was overwritten to be the one of its successor.
  case nowhere
  /// On contiguous arguments: the operator shows the memory behind them, of which other layouts show
  /// a part.
  case contiguous
  /// On matrices that are regular, so that they cannot be expanded but along batches.
  case regular
  /// On arguments that stand for one regular matrix as a whole.
  case whole
  /// On symmetric matrices: the gradient is one of all elements, though one half alone is read.
  case symmetric
  /// On triangular matrices, which the argument at this position is.
  case triangular(Int)
  /// On logarithms of probabilities.
  case logProbabilities

  /// The point that `x`, the argument at `position`, stands for, as a differentiable function.
  func point(_ x: Tensor, _ position: Int, _ call: CallArguments) throws -> Tensor {
    switch self {
    case .everywhere, .nowhere, .contiguous, .regular, .whole: return x
    case .symmetric: return position == 0 ? try (x + x.transpose(-2, -1)) / 2 : x
    case .triangular(let place):
      guard position == place else { return x }
      let upper = call.keyword.first { $0.name == "upper" }?.value
      if case .bool(true)? = upper { return try x.triu() }
      return try x.tril()
    case .logProbabilities: return position == 0 ? try x.logSoftmax(dim: -1) : x
    }
  }

  /// Whether arguments can lie in memory as `layout` says.
  func allows(_ layout: ArgumentLayout) -> Bool {
    switch self {
    case .nowhere: false
    case .contiguous: layout == .contiguous
    default: true
    }
  }

  /// How many dimensions at the end, those of matrices, have to stay whole.
  var wholeDimensions: Int {
    switch self {
    case .regular, .symmetric, .triangular: 2
    case .whole: .max
    default: 0
    }
  }
}

/// How the elements of an argument lie in memory.
package enum ArgumentLayout: String, Sendable, CaseIterable {
  case contiguous, transposed, expanded, sliced

  /// What shows `x` in this layout: values of its own, and a view of them that equals `x`.
  ///
  /// Nil where `x` has too few dimensions. An expanded argument repeats its first part along `dim`.
  func leaf(_ x: Tensor, _ dim: Int, _ domain: GradientDomain) throws -> (
    leaf: Tensor, view: @Sendable (Tensor) throws -> Tensor
  )? {
    switch self {
    case .contiguous: return (try x.clone(), { $0 })
    case .transposed:
      guard x.ndim > 1 else { return nil }
      return (try x.transpose(-2, -1).clone(), { try $0.transpose(-2, -1) })
    case .expanded:
      guard dim < x.ndim - domain.wholeDimensions, x.shape[dim] > 1 else { return nil }
      return (try x.narrow(dim, 0, 1).clone(), { [shape = x.shape] in try $0.expand(shape) })
    case .sliced:
      guard x.ndim > 0 else { return nil }
      return (try x.repeatInterleave(2, dim: -1), { try $0.slice(-1, 1, nil, step: 2) })
    }
  }
}
