public import KindlingCore

/// A module from tensor to tensor: what ``Sequential`` chains.
///
/// Write `forward(_:)` and call the layer: `try model(x)` runs `forward` with the hooks around it,
/// `try model.forward(x)` runs it alone.
public protocol Layer: Module {
  /// The layer's computation.
  func forward(_ x: Tensor) throws -> Tensor
}

extension Layer {
  /// The result of ``forward(_:)``, with the hooks run around it.
  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    if callsPlainly { return try CallDepth.bounded(self) { try forward(x) } }
    return try call([x]) { try forward($0[0]) }
  }
}

/// A module that compares a prediction with what it should be.
///
/// As with ``Layer``, calling the module runs its hooks and calling `forward` does not.
public protocol Loss: Module {
  /// The loss of `input`, which should be `target`.
  func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor
  /// Whether losses of samples become their mean, their sum or stay apart; `.mean` where a loss of
  /// your own does not say.
  var reduction: Reduction { get }
}

extension Loss {
  /// The mean.
  public var reduction: Reduction { .mean }

  /// The result of ``forward(_:_:)``, with the hooks run around it.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    if callsPlainly { return try CallDepth.bounded(self) { try forward(input, target) } }
    return try call([input, target]) { try forward($0[0], $0[1]) }
  }
}
