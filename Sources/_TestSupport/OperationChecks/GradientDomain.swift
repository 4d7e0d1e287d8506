import Kindling

/// The arguments for which an operator's gradient is the derivative of its result.
package enum GradientDomain: Sendable {
  case everywhere
  /// None: PyTorch defines the gradient of random draws as zero, and that of an overwritten element
  /// as that of its successor.
  case nowhere
  /// Contiguous arguments: the operator exposes their memory, of which other layouts cover only a
  /// part.
  case contiguous
  /// Regular matrices, which can only be expanded along batch dimensions.
  case regular
  /// Arguments that together form one regular matrix.
  case whole
  /// Symmetric matrices: the gradient covers all elements, though only one half is read.
  case symmetric
  /// Triangular matrices, as the argument at this position.
  case triangular(Int)
  /// Log-probabilities.
  case logProbabilities

  /// Returns the point of the domain for `x`, the argument at `position`, as a differentiable
  /// function.
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

  /// Returns whether arguments may have the memory layout `layout`.
  func allows(_ layout: ArgumentLayout) -> Bool {
    switch self {
    case .nowhere: false
    case .contiguous: layout == .contiguous
    default: true
    }
  }

  /// The number of trailing dimensions, those of matrices, that must not be expanded.
  var wholeDimensions: Int {
    switch self {
    case .regular, .symmetric, .triangular: 2
    case .whole: .max
    default: 0
    }
  }
}

/// The memory layout of an argument.
package enum ArgumentLayout: String, Sendable, CaseIterable {
  case contiguous, transposed, expanded, sliced

  /// Returns a leaf and a view of it that equals `x` in this layout.
  ///
  /// The result is `nil` if `x` has too few dimensions. An expanded argument repeats its first part
  /// along `dim`.
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
