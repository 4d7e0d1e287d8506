/// The reason that an operation failed, as a kind and a message.
///
/// The message names the operation, what it received and what it accepts, in PyTorch's words.
public struct TensorError: Error, Sendable, CustomStringConvertible {
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
  /// The full sentence.
  public let message: String

  /// Creates an error; the description starts with `operation` unless it is empty.
  public init(_ kind: Kind, _ operation: String = "", _ message: String) {
    self.kind = kind
    self.operation = operation
    self.message = message
  }

  /// The operation, if there is one, and the message.
  public var description: String { operation.isEmpty ? message : "\(operation): \(message)" }
}
