public import KindlingCore

/// The base class of layers, losses and whole models (PyTorch: `nn.Module`).
///
/// Submodules are stored properties; parameters and buffers are stored properties marked
/// ``Parameter`` and ``Buffer``. Optionals, arrays and dictionaries of them are found too,
/// including those of superclasses. Keys are the property names in snake_case. Reflection does not
/// find members in a lazy property, a tuple, a nested array or a struct. The first call,
/// ``stateDict()`` and ``loadStateDict(_:strict:)`` report such members.
///
/// A module that maps a tensor to a tensor conforms to ``Layer`` and implements `forward(_:)`. A
/// module with another signature implements its own `forward` and `callAsFunction`, the latter
/// through ``call(_:_:)`` to run hooks.
///
/// Parameters are drawn in the order in which layers are created. Swift first creates properties
/// with values in their declarations, then those assigned in `init`. Python's `__init__` runs line
/// by line. To get PyTorch's numbers for a seed, declare layers without values and assign all of
/// them in `init`:
///
/// ```swift
/// let a: Linear, b: Linear
/// init(_ n: Int) {
///   a = Linear(n, 2)  // drawn first, as in Python
///   b = Linear(2, 2)
/// }
/// ```
///
/// Modules are not `Sendable`: use a module from one thread at a time.
open class Module {
  /// Whether the module is in training mode; dropout and batch normalization depend on it.
  public private(set) final var isTraining = true
  /// The error of an invalid argument, kept by the initializer and thrown by the first use.
  ///
  /// Initializers of layers do not throw.
  public final var initializationError: TensorError?

  final var hooks: ModuleHooks?
  final var registered = RegisteredMembers()
  final var layout: MemberLayout?
  /// The parametrizations of this module's tensors, by name.
  final var parametrizations = NamedItems<ParametrizationList>()
  /// Whether calls can skip the check for errors and hooks.
  @exclusivity(unchecked) final var callsPlainly = false

  /// Creates a module without members.
  public init() {}

  /// Returns the text between the parentheses of ``Module/description`` (PyTorch: `extra_repr`).
  ///
  /// The text may have several lines.
  open func extraRepr() -> String { type(of: self).form?.text(of: self) ?? "" }

  /// The description of the class by which its modules are printed, saved and loaded, if it is one
  /// of Kindling's.
  class var form: LayerForm? { nil }

  /// Sets training or evaluation mode for this module and its descendants
  /// (PyTorch: `Module.train`).
  @discardableResult
  open func train(_ mode: Bool = true) -> Self {
    for module in modules() { module.isTraining = mode }
    return self
  }

  /// Sets evaluation mode for this module and its descendants (PyTorch: `Module.eval`).
  @discardableResult
  public final func eval() -> Self { train(false) }

  /// Runs `body` with this module and its descendants in the given mode, then restores each one's
  /// mode.
  ///
  /// A part may be in another mode than the whole, such as a frozen normalization.
  package final func inMode<R>(training: Bool, _ body: () throws -> R) rethrows -> R {
    let modes = modules().map { ($0, $0.isTraining) }, own = isTraining
    train(training)
    defer {
      train(own)
      for (module, mode) in modes { module.isTraining = mode }
    }
    return try body()
  }

  /// The submodules of a container that stores them itself; `nil` if reflection finds them.
  var containedModules: [(name: String, module: Module)]? { nil }

  /// Replaces the submodule `name` by `module`; returns false if only an assignment can.
  func replaceMember(_ name: String, with module: Module) throws -> Bool {
    guard registered.modules.contains(name) else { return false }
    registered.modules[name] = module
    return true
  }

  // MARK: Extra state

  /// Returns state besides parameters and buffers, saved in state dicts as `_extra_state`
  /// (PyTorch: `Module.get_extra_state`).
  ///
  /// Override it together with ``setExtraState(_:)``. `nil` means no extra state.
  open func getExtraState() throws -> Tensor? { nil }

  /// Restores the state that ``getExtraState()`` returned (PyTorch: `Module.set_extra_state`).
  open func setExtraState(_ state: Tensor) throws {
    throw TensorError(
      .unsupported, typeName,
      "\(typeName) has getExtraState() without setExtraState(_:); override both")
  }

  deinit {
    if registered.modules.count > 0 { GraphRelease.drop { registered.modules.hand(to: &$0) } }
  }

  /// Throws the error that the initializer kept, if any.
  public final func checkInitialization() throws {
    if let initializationError { throw initializationError }
  }
}

extension Module {
  /// Calls `body` with every descendant, children first, and then with this module
  /// (PyTorch: `Module.apply`).
  @discardableResult
  public func apply(_ body: (Module) throws -> Void) rethrows -> Self {
    var visited: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    // The modules whose children are being visited, with their remaining children, the next one
    // last.
    var open = [(module: self as Module, rest: Array(submodules.map(\.module).reversed()))]
    while let last = open.indices.last {
      if let child = open[last].rest.popLast() {
        guard visited.insert(ObjectIdentifier(child)).inserted else { continue }
        open.append((child, child.submodules.map(\.module).reversed()))
      } else {
        try body(open[last].module)
        open.removeLast()
      }
    }
    return self
  }

  /// Moves all parameters and buffers to uninitialized memory on `device`
  /// (PyTorch: `Module.to_empty`).
  @discardableResult
  public func toEmpty(device: Device) throws -> Self {
    try convert { try Tensor.empty($0.shape, dtype: $0.dtype, device: device) }
  }

  /// Freezes or unfreezes all parameters (PyTorch: `Module.requires_grad_`).
  ///
  /// Frozen parameters keep their values bit for bit and cost nothing in the backward pass.
  @discardableResult
  public func requiresGrad_(_ requires: Bool = true) throws -> Self {
    for parameter in parameters() { try parameter.requiresGrad_(requires) }
    return self
  }

  /// Removes the gradients of all parameters, or zeroes them (PyTorch: `Module.zero_grad`).
  public func zeroGrad(setToNone: Bool = true) {
    for parameter in parameters() { parameter.clearGrad(setToNone: setToNone) }
  }

  /// Converts all floating-point parameters and buffers to a dtype (PyTorch: `Module.to`).
  ///
  /// Parameters remain the same objects, so an existing optimizer keeps working.
  /// - Throws: `TensorError` `.dtype` for a dtype that is not floating-point.
  @discardableResult
  public func to(_ dtype: DType) throws -> Self {
    try require(
      dtype.isFloatingPoint, .dtype, "",
      "Module.to only accepts floating point dtypes, but got desired dtype=\(got: dtype)")
    return try convert { $0.dtype.isFloatingPoint ? try $0.to(dtype) : $0 }
  }

  /// Moves all parameters and buffers to `device` (PyTorch: `Module.to`).
  @discardableResult
  public func to(_ device: Device) throws -> Self {
    try convert { try $0.to(device) }
  }

  /// Converts all floating-point parameters and buffers to float32 (PyTorch: `Module.float`).
  @discardableResult
  public func float() throws -> Self { try to(.float32) }

  /// Converts all floating-point parameters and buffers to float64 (PyTorch: `Module.double`).
  @discardableResult
  public func double() throws -> Self { try to(.float64) }

  /// Replaces the contents of every parameter, gradient and buffer by the result of `change`.
  private func convert(_ change: (Tensor) throws -> Tensor) throws -> Self {
    try noGrad {
      for tensor in parameters() + buffers() {
        let changed = try change(tensor)
        if changed !== tensor { tensor.replaceData(with: changed) }
        if let grad = tensor.grad { tensor.grad = try change(grad) }
      }
    }
    return self
  }
}
