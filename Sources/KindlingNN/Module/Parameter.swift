public import KindlingCore

/// A type that can be marked: `Tensor`, or `Tensor?` for a tensor that can be absent.
public protocol MarkedTensor {
  /// The tensor, or `nil`.
  var markedTensor: Tensor? { get }
  /// The value with its tensor converted to a parameter.
  var asMarkedParameter: Self { get }
  /// Returns `tensor` as a value of this type.
  static func marked(_ tensor: Tensor) -> Self
}

extension Tensor: MarkedTensor {
  /// The tensor itself.
  public var markedTensor: Tensor? { self }
  /// The tensor converted to a parameter: a leaf that requires gradients.
  public var asMarkedParameter: Tensor { asParameter() }
  /// Returns `tensor`.
  public static func marked(_ tensor: Tensor) -> Tensor { tensor }
}

extension MarkedTensor {
  /// Whether the tensor is the result of a recorded operation.
  var isComputed: Bool { markedTensor.map { !$0.isLeaf } ?? false }
}

extension Optional: MarkedTensor where Wrapped == Tensor {
  /// The tensor, or `nil`.
  public var markedTensor: Tensor? { self }
  /// The tensor converted to a parameter, or `nil`.
  public var asMarkedParameter: Tensor? { map { $0.asParameter() } }
  /// Returns `tensor`.
  public static func marked(_ tensor: Tensor) -> Tensor? { tensor }
}

/// A mark for a stored property of a ``Module`` that is a parameter (PyTorch: `nn.Parameter`).
///
/// The tensor becomes a leaf that requires gradients. An assigned parameter that is frozen stays
/// frozen. A computed tensor, such as `weight * 2`, cannot become a parameter: the next call of the
/// module throws. Use ``Layer/functionalCall(_:_:)`` to replace a parameter by a computed tensor.
///
/// The key in state dicts is the property's name in snake_case, or the key given:
/// `@Parameter("weight_ih_l0") var weight = …`.
@propertyWrapper
public final class Parameter<Value: MarkedTensor>: TensorSlot {
  @exclusivity(unchecked) private var value: Value
  package let key: String?
  package private(set) var isComputed = false
  package weak var owner: Module?
  package var parametrization: ParametrizationList?

  /// Creates a parameter with an initial value and an optional key for state dicts.
  public init(wrappedValue: Value, _ key: String? = nil) {
    isComputed = wrappedValue.isComputed
    value = isComputed ? wrappedValue : wrappedValue.asMarkedParameter
    self.key = key
  }

  /// The tensor; an assigned leaf becomes a parameter.
  public var wrappedValue: Value {
    get { parametrization?.current.map(Value.marked) ?? value }
    set {
      if let parametrization, let tensor = newValue.markedTensor {
        return parametrization.assign(tensor)
      }
      isComputed = newValue.isComputed
      // Kept as it is, so that its graph is not cut silently; the next call reports it.
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

/// A mark for a stored property of a ``Module`` that is a buffer (PyTorch: `register_buffer`).
///
/// A buffer is saved, moved and converted with the module, but not trained.
@propertyWrapper
public final class Buffer<Value: MarkedTensor>: TensorSlot {
  @exclusivity(unchecked) private var value: Value
  package let key: String?
  package weak var owner: Module?
  package var parametrization: ParametrizationList?
  private let persistent: Bool

  /// Creates a buffer with an initial value and an optional key for state dicts.
  ///
  /// State dicts contain it if `persistent` is true.
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

/// A mark that gives a submodule another key than its property's name:
/// `@Submodule("fc.out") var out = …`.
@propertyWrapper
public final class Submodule<Value>: SubmoduleSlot {
  /// The submodule.
  public var wrappedValue: Value
  package let key: String

  /// Creates a submodule with the name `key` in state dicts and in printed form.
  public init(wrappedValue: Value, _ key: String) {
    self.wrappedValue = wrappedValue
    self.key = key
  }

  package var held: Any { wrappedValue }
}

/// A marked tensor, as seen by reflection.
package protocol TensorSlot: AnyObject {
  /// The tensor; setting `nil` has no effect.
  var tensor: Tensor? { get set }
  /// The name in state dicts, if it is not the property's.
  var key: String? { get }
  var role: SlotRole { get }
  /// Whether a parameter was assigned a computed tensor, which is invalid.
  var isComputed: Bool { get }
  /// The module that has this property, once it is known.
  var owner: Module? { get set }
  /// The parametrizations that compute the tensor, or `nil`.
  var parametrization: ParametrizationList? { get set }
  /// Replaces the tensor by `tensor`, without conversion.
  func substitute(_ tensor: Tensor)
}

extension TensorSlot {
  package var isComputed: Bool { false }

  /// A message about an invalid assigned tensor, given the names of the parameter and its module.
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

/// A renamed submodule, as seen by reflection.
package protocol SubmoduleSlot: AnyObject {
  var key: String { get }
  var held: Any { get }
}
