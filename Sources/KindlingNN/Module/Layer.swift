public import KindlingCore

/// A module that maps a tensor to a tensor; ``Sequential`` chains such modules.
///
/// Implement `forward(_:)` and call the layer: `try model(x)` runs `forward` and the hooks,
/// `try model.forward(x)` runs `forward` alone.
public protocol Layer: Module {
  /// Returns the output of the layer for the input `x`.
  func forward(_ x: Tensor) throws -> Tensor
}

extension Layer {
  /// Returns the result of ``forward(_:)`` and runs the hooks.
  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    if callsPlainly { return try CallDepth.bounded(self) { try forward(x) } }
    return try call([x]) { try forward($0[0]) }
  }
}

/// A module that compares a prediction with a target.
///
/// Calling the module runs its hooks; calling `forward` does not.
public protocol Loss: Module {
  /// Returns the loss of `input` with respect to `target`.
  func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor
  /// The reduction to apply to the losses; by default `.mean`.
  var reduction: Reduction { get }
}

extension Loss {
  /// The default reduction, the mean.
  public var reduction: Reduction { .mean }

  /// Returns the result of ``forward(_:_:)`` and runs the hooks.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    if callsPlainly { return try CallDepth.bounded(self) { try forward(input, target) } }
    return try call([input, target]) { try forward($0[0], $0[1]) }
  }
}
