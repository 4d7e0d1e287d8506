/// An object of a Python class without a counterpart in Kindling, such as a path, a date, a
/// `Namespace` or a sparse tensor.
///
/// It is the description in the file, as data: no code is run to read it. Saving it writes the same
/// description, from which Python creates the same object.
public final class OpaqueValue: Sendable {
  /// The form of an object's description in the file.
  public enum Form: Sendable {
    /// The class or function itself, by name.
    case reference
    /// The result of calling the class or function with the arguments.
    case call
    /// A new object of the class, with its attributes as the state.
    case object
    /// The memory of tensors, with the class in the name; the argument is a tensor of all its
    /// elements.
    case storage
    /// A reference to the enclosing object.
    case cycle
  }

  /// The name of the class or function, with its module: `argparse.Namespace`.
  public var className: String { name.full }
  package let name: PythonName
  /// The form of the description.
  public let form: Form
  /// The positional arguments.
  public let arguments: CheckpointParts<CheckpointValue>
  /// The keyword arguments.
  public let keywords: CheckpointParts<CheckpointPair>
  /// The state set on the new object, usually a dictionary of its attributes.
  public var state: CheckpointValue? { attributes.first }
  /// The state, if there is one, stored as parts, which are released without recursion.
  private let attributes: CheckpointParts<CheckpointValue>
  /// The elements of a list-like object, such as a `deque`.
  public let elements: CheckpointParts<CheckpointValue>
  /// The pairs of a dictionary-like object, such as a `defaultdict`.
  public let pairs: CheckpointParts<CheckpointPair>

  /// Creates an object from its description in a file.
  package init(
    _ name: PythonName, _ form: Form, arguments: [CheckpointValue] = [],
    keywords: [CheckpointPair] = [], state: CheckpointValue? = nil,
    elements: [CheckpointValue] = [], pairs: [CheckpointPair] = []
  ) {
    (self.name, self.form) = (name, form)
    attributes = CheckpointParts(state.map { [$0] } ?? [])
    (self.arguments, self.elements) = (CheckpointParts(arguments), CheckpointParts(elements))
    (self.keywords, self.pairs) = (CheckpointParts(keywords), CheckpointParts(pairs))
  }
}

/// A Python class or function: its module and its name there.
package struct PythonName: Sendable, Equatable {
  package let module: String
  package let name: String

  package init(_ module: String, _ name: String) { (self.module, self.name) = (module, name) }

  /// The qualified name.
  package var full: String { "\(module).\(name)" }
}
