public import KindlingCore

/// What a mark may stand on: `Tensor`, or `Tensor?` for one that can be absent.
public protocol MarkedTensor {
  /// The tensor, if there is one.
  var markedTensor: Tensor? { get }
  /// The same with the tensor made a parameter.
  var asMarkedParameter: Self { get }
  /// `tensor` as such a value.
  static func marked(_ tensor: Tensor) -> Self
}

extension Tensor: MarkedTensor {
  /// The tensor itself.
  public var markedTensor: Tensor? { self }
  /// The tensor made a parameter: a leaf that requires gradients.
  public var asMarkedParameter: Tensor { asParameter() }
  /// `tensor` itself.
  public static func marked(_ tensor: Tensor) -> Tensor { tensor }
}

extension MarkedTensor {
  /// Whether the tensor is the result of a recorded operation.
  var isComputed: Bool { markedTensor.map { !$0.isLeaf } ?? false }
}

extension Optional: MarkedTensor where Wrapped == Tensor {
  /// The tensor, if there is one.
  public var markedTensor: Tensor? { self }
  /// The tensor made a parameter, if there is one.
  public var asMarkedParameter: Tensor? { map { $0.asParameter() } }
  /// `tensor` itself.
  public static func marked(_ tensor: Tensor) -> Tensor? { tensor }
}

/// Marks a stored property of a ``Module`` as a parameter (PyTorch: `nn.Parameter`).
///
/// The tensor becomes a leaf that requires gradients. A frozen parameter that is assigned stays
/// frozen. A computed tensor, such as `weight * 2`, cannot become a parameter: the next call of the
/// module throws. ``Module/functionalCall(_:_:)`` lets one take a parameter's place. Its key in state dicts is the property's name in snake_case, or the one given:
/// `@Parameter("weight_ih_l0") var weight = …`.
@propertyWrapper
public final class Parameter<Value: MarkedTensor>: TensorSlot {
  @exclusivity(unchecked) private var value: Value
  package let key: String?
  package private(set) var isComputed = false
  package weak var owner: Module?
  package var parametrization: ParametrizationList?

  /// A parameter that starts as `wrappedValue`, called `key` in state dicts.
  public init(wrappedValue: Value, _ key: String? = nil) {
    isComputed = wrappedValue.isComputed
    value = isComputed ? wrappedValue : wrappedValue.asMarkedParameter
    self.key = key
  }

  /// The tensor; a leaf that is assigned becomes a parameter.
  public var wrappedValue: Value {
    get { parametrization?.current.map(Value.marked) ?? value }
    set {
      if let parametrization, let tensor = newValue.markedTensor {
        return parametrization.assign(tensor)
      }
      isComputed = newValue.isComputed
      // Kept as it is, so that its graph is not cut in silence; the next call reports it.
      value = isComputed ? newValue : newValue.asMarkedParameter
      if isComputed { owner?.callsPlainly = false }
    }
  }

  package var tensor: Tensor? {
    get { value.markedTensor }
    set { if let newValue { wrappedValue = Value.marked(newValue) } }
  }
  package func substitute(_ tensor: Tensor) { value = Value.marked(tensor) }
  package var role: SlotRole { .parameter }
}

/// Marks a stored property of a ``Module`` as a buffer: saved, moved and converted with the module,
/// and not trained (PyTorch: `register_buffer`).
@propertyWrapper
public final class Buffer<Value: MarkedTensor>: TensorSlot {
  @exclusivity(unchecked) private var value: Value
  package let key: String?
  package weak var owner: Module?
  package var parametrization: ParametrizationList?
  private let persistent: Bool

  /// A buffer that starts as `wrappedValue`, called `key` in state dicts.
  ///
  /// State dicts hold it if `persistent`.
  public init(wrappedValue: Value, _ key: String? = nil, persistent: Bool = true) {
    value = wrappedValue
    self.key = key
    self.persistent = persistent
  }

  /// The tensor.
  public var wrappedValue: Value {
    get { parametrization?.current.map(Value.marked) ?? value }
    set {
      if let parametrization, let tensor = newValue.markedTensor {
        return parametrization.assign(tensor)
      }
      value = newValue
    }
  }

  package var tensor: Tensor? {
    get { value.markedTensor }
    set { if let newValue { value = Value.marked(newValue) } }
  }
  package func substitute(_ tensor: Tensor) { value = Value.marked(tensor) }
  package var role: SlotRole { .buffer(persistent: persistent) }
}

/// Gives a submodule another key than its property's name: `@Submodule("fc.out") var out = …`.
@propertyWrapper
public final class Submodule<Value>: SubmoduleSlot {
  /// The submodule.
  public var wrappedValue: Value
  package let key: String

  /// A submodule called `key` in state dicts and when printed.
  public init(wrappedValue: Value, _ key: String) {
    self.wrappedValue = wrappedValue
    self.key = key
  }

  package var held: Any { wrappedValue }
}

/// A marked tensor, as reflection sees it.
package protocol TensorSlot: AnyObject {
  /// The tensor; setting nil changes nothing.
  var tensor: Tensor? { get set }
  /// The name in state dicts, where it is not the property's.
  var key: String? { get }
  var role: SlotRole { get }
  /// Whether a parameter was assigned a computed tensor, which cannot be one.
  var isComputed: Bool { get }
  /// The module whose property this is, once it is known.
  var owner: Module? { get set }
  /// The parametrizations that compute the tensor, if there are any.
  var parametrization: ParametrizationList? { get set }
  /// Puts `tensor` in this place as it is.
  func substitute(_ tensor: Tensor)
}

extension TensorSlot {
  package var isComputed: Bool { false }

  /// What is wrong with the assigned tensor, given the names of the parameter and its module.
  var problem: ((_ name: String, _ type: String) -> String)? {
    guard isComputed else { return nil }
    return { name, type in
      "cannot assign a computed tensor as parameter '\(name)' of \(type): a parameter is a leaf, and the graph of the tensor would be cut. Assign its detach() to train it anew, or call the module with functionalCall([\"\(name)\": tensor], x), which keeps the graph"
    }
  }
}

package enum SlotRole: Equatable {
  case parameter
  case buffer(persistent: Bool)
}

/// A renamed submodule, as reflection sees it.
package protocol SubmoduleSlot: AnyObject {
  var key: String { get }
  var held: Any { get }
}
