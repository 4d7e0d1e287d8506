/// The reason that an operation failed, as a kind and a message.
///
/// The message names the operation, what it received and what it accepts, in PyTorch's words.
public struct TensorError: KindlingError {
  /// The kind of the mistake.
  public enum Kind: String, Sendable {
    /// Shapes that do not match, or an invalid size.
    case shape
    /// An element type that the operation does not support.
    case dtype
    /// A dimension or an element index out of range.
    case index
    /// An argument outside its domain.
    case value
    /// A device that is absent, or tensors on different devices.
    case device
    /// More memory than is available, or than the allocator's limit allows.
    case memory
    /// A misuse of the graph: a second backward, a modified saved tensor, an in-place leaf update.
    case autograd
    /// A feature that Kindling does not support.
    case unsupported
  }

  /// The kind of the mistake.
  public let kind: Kind
  /// The operation that failed, for example `matmul`; empty if the error belongs to none.
  public let operation: String
  /// The message and its values.
  public let content: ErrorMessage

  /// Creates an error; the description starts with `operation` unless it is empty.
  public init(_ kind: Kind, _ operation: String = "", _ message: ErrorMessage) {
    self.kind = kind
    self.operation = operation
    content = message
  }

  /// Creates an error from a text without values.
  @_disfavoredOverload
  public init(_ kind: Kind, _ operation: String = "", _ message: String) {
    self.init(kind, operation, ErrorMessage(message))
  }

  /// The operation, if there is one, and the message.
  public var description: String { operation.isEmpty ? message : "\(operation): \(message)" }
}

/// Throws a ``TensorError`` unless `condition` holds (in PyTorch's C++ code: `TORCH_CHECK`).
///
/// The operation and the message are computed only for the error.
@inlinable @inline(__always)
package func require(
  _ condition: Bool, _ kind: TensorError.Kind, _ operation: @autoclosure () -> String,
  _ message: @autoclosure () -> ErrorMessage
) throws(TensorError) {
  if !condition { throw TensorError(kind, operation(), message()) }
}

/// Returns the value, or throws a ``TensorError`` if there is none.
@inlinable @inline(__always)
package func require<Value>(
  _ value: Value?, _ kind: TensorError.Kind, _ operation: @autoclosure () -> String,
  _ message: @autoclosure () -> ErrorMessage
) throws(TensorError) -> Value {
  if let value { return value }
  throw TensorError(kind, operation(), message())
}
