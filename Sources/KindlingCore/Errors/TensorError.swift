/// Why an operation could not be done, as data and as a sentence.
///
/// The message names the operation, what it got and what would have worked, in PyTorch's words.
public struct TensorError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake was made.
  public enum Kind: String, Sendable {
    /// Shapes that do not fit together, or a size that cannot be.
    case shape
    /// An element type the operation does not take.
    case dtype
    /// A dimension or an element index out of range.
    case index
    /// An argument outside its domain.
    case value
    /// A device that is absent, or tensors on different devices.
    case device
    /// More memory than there is, or than the allocator's cap allows.
    case memory
    /// A misuse of the graph: a second backward, a modified saved tensor, an in-place leaf update.
    case autograd
    /// Something Kindling does not do.
    case unsupported
  }

  /// What kind of mistake was made.
  public let kind: Kind
  /// The operation that refused, for example `matmul`; empty where none is meant.
  public let operation: String
  /// The full sentence.
  public let message: String

  /// An error of `kind`; `message` stands alone, `operation` is prefixed when it is not empty.
  public init(_ kind: Kind, _ operation: String = "", _ message: String) {
    self.kind = kind
    self.operation = operation
    self.message = message
  }

  /// The operation, where there is one, and the message.
  public var description: String { operation.isEmpty ? message : "\(operation): \(message)" }
}
