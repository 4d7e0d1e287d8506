/// A change of several tensors of one shape in place, written as an expression and computed in one pass
/// over memory: the step of an optimizer.
///
/// The closure gets the elements of the tensors to change, of those that are only read, and the
/// numbers of each call, and returns the new elements.
///
/// ```swift
/// let step = PointwiseUpdate(changing: 2, reading: 1, numbers: 2) { t, gradient, n in
///   let velocity = t[1] * n[0] + gradient[0]
///   return [t[0].add(velocity, alpha: n[1]), velocity]
/// }
/// try noGrad { try step([parameter, buffer], [gradient], numbers: [momentum, -lr]) }
/// ```
///
/// 16-bit floats are rounded after each operation, as by the single operations of tensors. Nothing is
/// recorded for `backward`.
public final class PointwiseUpdate: Sendable {
  private let expression: Pointwise.Expression
  private let programs: Pointwise.Programs
  private let changed: Int

  /// Creates an update of `changing` tensors with `reading` more and `numbers` numbers.
  ///
  /// `body` returns one value for each tensor to change.
  public init(
    changing: Int, reading: Int = 0, numbers: Int = 0,
    _ body: (
      _ changing: [Pointwise.Value], _ reading: [Pointwise.Value], _ numbers: [Pointwise.Value]
    ) -> [Pointwise.Value]
  ) {
    let changing = Pointwise.Expression.count(changing)
    let reading = Pointwise.Expression.count(reading)
    changed = changing
    expression = Pointwise.Expression(inputs: changing + reading, numbers: numbers) { inputs, n in
      body(Array(inputs.prefix(changing)), Array(inputs.dropFirst(changing)), n)
    }
    programs = Pointwise.Programs(expression, replacing: Array(0..<changing))
  }

  /// Changes the tensors of `changing`.
  ///
  /// - Throws: ``TensorError`` unless all tensors have one shape, floating dtype and device, and if a
  ///   tensor to change needs a gradient where gradients are recorded, or is expanded.
  public func callAsFunction(
    _ changing: [Tensor], _ reading: [Tensor] = [], numbers: [Double] = []
  ) throws {
    let name = "PointwiseUpdate"
    try require(
      changing.count == changed && changing.count + reading.count == expression.inputs
        && numbers.count == expression.numbers && expression.outputs.count == changed, .value, name,
      "changes \(expected: changed) tensors with \(expected: expression.inputs - changed) others and \(expected: expression.numbers) numbers, but got \(got: changing.count), \(got: reading.count) and \(got: numbers.count), and returns \(got: expression.outputs.count) values"
    )
    try require(
      !expression.isMixed, .value, name,
      "the expression uses values of another function's expression")
    guard let first = changing.first else { return }
    var inputs = reading.isEmpty ? changing : changing + reading
    for i in inputs.indices {
      let x = inputs[i]
      guard x.shape == first.shape, x.dtype == first.dtype, x.backend === first.backend else {
        throw TensorError(
          x.shape == first.shape ? .dtype : .shape, name,
          "expects tensors of shape \(expected: first.shape) and dtype \(expected: first.dtype) on \(expected: first.device), but got one of shape \(got: x.shape) and dtype \(got: x.dtype) on \(got: x.device)"
        )
      }
    }
    try require(
      first.dtype.isFloatingPoint, .dtype, name,
      "expects floating-point tensors, but got \(got: first.dtype)")
    try copyShared(&inputs)
    for x in changing {
      if isGradEnabled && x.requiresGrad {
        try x.checkInPlace(name)
        throw TensorError(
          .autograd, name, "records nothing for backward; wrap the update in noGrad { }")
      }
      try x.checkInference(name)
      if !x.isContiguous { try x.checkExpanded(name) }
    }
    for x in changing { x.storage.version += 1 }
    try first.backend.pointwise(
      programs, inputs, numbers: numbers, dtype: first.dtype, roundingEachStep: true, into: changing
    )
  }

  /// Replaces inputs that share memory with another one that changes by copies.
  private func copyShared(_ inputs: inout [Tensor]) throws {
    var shared: [Int] = []
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: inputs.count) {
      addresses in
      for i in inputs.indices { addresses[i] = inputs[i].storage.address }
      for i in inputs.indices {
        for other in 0..<changed where other != i && addresses[other] == addresses[i] {
          shared.append(i)
        }
      }
    }
    for i in Set(shared) { inputs[i] = try noGrad { try inputs[i].clone() } }
  }
}
