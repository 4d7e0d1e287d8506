/// An object of a Python class that Kindling has no counterpart of, such as a path, a date, a
/// `Namespace` or a sparse tensor.
///
/// It is what the file says of the object, as data: nothing has been run to read it. Saving it writes
/// the same description, of which Python makes the same object.
public final class OpaqueValue: Sendable {
  /// How the file describes an object.
  public enum Form: Sendable {
    /// The class or function itself, by its name.
    case reference
    /// What a call of the class or function with the arguments gives.
    case call
    /// A new object of the class, whose attributes follow as the state.
    case object
    /// Memory that tensors view, of the class that the name says; the argument is a tensor of all its
    /// elements.
    case storage
    /// The object that this value is part of: it refers to itself.
    case cycle
  }

  /// The name of the class or function, with its module: `argparse.Namespace`.
  public var className: String { name.full }
  package let name: PythonName
  /// How the file describes the object.
  public let form: Form
  /// The arguments that the object is made of.
  public let arguments: CheckpointParts<CheckpointValue>
  /// The arguments with names.
  public let keywords: CheckpointParts<CheckpointPair>
  /// The state that the object is given when it is made: most often a dictionary of its attributes.
  public var state: CheckpointValue? { attributes.first }
  /// The state, if there is one, as parts, which are released without recursion.
  private let attributes: CheckpointParts<CheckpointValue>
  /// The elements of an object that is a list, such as a `deque`.
  public let elements: CheckpointParts<CheckpointValue>
  /// The pairs of an object that is a dictionary, such as a `defaultdict`.
  public let pairs: CheckpointParts<CheckpointPair>

  /// An object as a file describes it.
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

/// A class or function of Python's: the module that it lies in, and its name there.
package struct PythonName: Sendable, Equatable {
  package let module: String
  package let name: String

  package init(_ module: String, _ name: String) { (self.module, self.name) = (module, name) }

  /// The name with its module.
  package var full: String { "\(module).\(name)" }
}
