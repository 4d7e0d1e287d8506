public import KindlingCore

/// The base of everything with parameters: layers, losses, whole models (PyTorch: `nn.Module`).
///
/// Submodules are stored properties; parameters and buffers are stored properties marked
/// ``Parameter`` and ``Buffer``. Optionals, arrays and dictionaries of them are found too, through
/// superclasses; keys are the property names in snake_case. What stands where reflection does not
/// look (a lazy property, a tuple, a nested array, a struct) is reported by the first call, by
/// ``stateDict()`` and by ``loadStateDict(_:strict:)``.
///
/// A module from tensor to tensor conforms to ``Layer`` and writes `forward(_:)`; one with another
/// signature writes `forward` and `callAsFunction` as it likes, the latter through
/// ``call(_:_:)`` if hooks are to run.
///
/// The order in which parameters are drawn is the order in which layers are made. Swift makes the
/// properties that have values where they are declared first, and those assigned in `init` later,
/// whatever the order of the declarations; Python's `__init__` goes line by line. For PyTorch's
/// numbers under one seed declare the layers without values and assign all of them in `init`:
///
/// ```swift
/// let a: Linear, b: Linear
/// init(_ n: Int) {
///   a = Linear(n, 2)  // drawn first, as in Python
///   b = Linear(2, 2)
/// }
/// ```
///
/// Modules are not `Sendable`: use one from one thread at a time.
open class Module {
  /// Whether the module is in training mode, which dropout and its like ask.
  public private(set) final var isTraining = true
  /// Why this module cannot work, kept by an initialiser for the first use, since initialisers of
  /// layers do not throw.
  public final var initializationError: TensorError?

  final var hooks: ModuleHooks?
  final var registered = RegisteredMembers()
  final var layout: MemberLayout?
  /// What computes parameters of this module, by name.
  final var parametrizations = NamedItems<ParametrizationList>()
  /// Whether a call has to look for reported problems and hooks first.
  @exclusivity(unchecked) final var callsPlainly = false

  /// A module without members of its own.
  public init() {}

  /// What ``Module/description`` shows between the parentheses; several lines are shown as such
  /// (PyTorch: `extra_repr`).
  open func extraRepr() -> String { "" }

  /// Puts this module and all below it in training mode, or out of it (PyTorch: `Module.train`).
  @discardableResult
  open func train(_ mode: Bool = true) -> Self {
    for module in modules() { module.isTraining = mode }
    return self
  }

  /// Puts this module and all below it in evaluation mode (PyTorch: `Module.eval`).
  @discardableResult
  public final func eval() -> Self { train(false) }

  /// Runs `body` with this module and all below it in training mode or out of it, and puts each of them
  /// back in its own mode: a part may be in another than the whole, such as a frozen normalisation.
  package final func inMode<R>(training: Bool, _ body: () throws -> R) rethrows -> R {
    let modes = modules().map { ($0, $0.isTraining) }, own = isTraining
    train(training)
    defer {
      train(own)
      for (module, mode) in modes { module.isTraining = mode }
    }
    return try body()
  }

  /// The submodules of a container, which keeps them itself; nil where reflection finds them.
  var containedModules: [(name: String, module: Module)]? { nil }

  /// Puts `module` in the place of the submodule `name`, where that can be done from outside.
  func replaceMember(_ name: String, with module: Module) throws -> Bool {
    guard registered.modules.contains(name) else { return false }
    registered.modules[name] = module
    return true
  }

  // MARK: Extra state

  /// State besides parameters and buffers that state dicts hold under `_extra_state`
  /// (PyTorch: `Module.get_extra_state`).
  ///
  /// Override it together with ``setExtraState(_:)``. nil is no such state.
  open func getExtraState() throws -> Tensor? { nil }

  /// Takes over what ``getExtraState()`` returned for a module whose state is loaded
  /// (PyTorch: `Module.set_extra_state`).
  open func setExtraState(_ state: Tensor) throws {
    throw TensorError(
      .unsupported, typeName,
      "\(typeName) has getExtraState() without setExtraState(_:); override both")
  }

  deinit {
    if registered.modules.count > 0 { GraphRelease.drop { registered.modules.hand(to: &$0) } }
  }

  /// Throws what the initialiser could not.
  public final func checkInitialization() throws {
    if let initializationError { throw initializationError }
  }
}

extension Module {
  /// Calls `body` with every module below this one, children first, then with this one
  /// (PyTorch: `Module.apply`).
  @discardableResult
  public func apply(_ body: (Module) throws -> Void) rethrows -> Self {
    var visited: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    // Modules whose children are being visited, with the children that are left, the next one last.
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

  /// Gives all parameters and buffers new memory on `device`, whose values are not set
  /// (PyTorch: `Module.to_empty`).
  @discardableResult
  public func toEmpty(device: Device) throws -> Self {
    try convert { try Tensor.empty($0.shape, dtype: $0.dtype, device: device) }
  }

  /// Freezes or unfreezes all parameters (PyTorch: `Module.requires_grad_`).
  ///
  /// Frozen parameters keep their values bit for bit and cost nothing in `backward`.
  @discardableResult
  public func requiresGrad_(_ requires: Bool = true) throws -> Self {
    for parameter in parameters() { try parameter.requiresGrad_(requires) }
    return self
  }

  /// Drops the gradients of all parameters, or zeroes them (PyTorch: `Module.zero_grad`).
  public func zeroGrad(setToNone: Bool = true) {
    for parameter in parameters() { parameter.clearGrad(setToNone: setToNone) }
  }

  /// Converts all floating-point parameters and buffers (PyTorch: `Module.to`).
  ///
  /// Parameters stay the same objects, so an optimizer made before goes on with them.
  /// - Throws: `TensorError` `.dtype` for a dtype that is not floating-point.
  @discardableResult
  public func to(_ dtype: DType) throws -> Self {
    guard dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "",
        "Module.to only accepts floating point dtypes, but got desired dtype=\(dtype)")
    }
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

  /// Replaces the contents of every parameter, gradient and buffer by `change` of them.
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
