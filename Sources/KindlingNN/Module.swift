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
    var visited = Set<ObjectIdentifier>()
    try apply(body, &visited)
    return self
  }

  private func apply(_ body: (Module) throws -> Void, _ visited: inout Set<ObjectIdentifier>)
    rethrows
  {
    guard visited.insert(ObjectIdentifier(self)).inserted else { return }
    for (_, child) in submodules { try child.apply(body, &visited) }
    try body(self)
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
