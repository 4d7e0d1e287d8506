public import KindlingCore

/// A hook that runs before `forward`; its result replaces the inputs.
public typealias ForwardPreHook = (_ module: Module, _ inputs: [Tensor]) throws -> [Tensor]?
/// A hook that runs after `forward`; its result replaces the output.
public typealias ForwardHook =
  (_ module: Module, _ inputs: [Tensor], _ output: Tensor) throws -> Tensor?
/// A hook of the backward pass that runs once the gradients of the inputs are known (`nil`: none);
/// its result replaces them.
public typealias FullBackwardHook =
  (_ module: Module, _ gradInput: [Tensor?], _ gradOutput: [Tensor?]) throws -> [Tensor?]?
/// A hook of the backward pass that runs before the module's gradients are computed; its result
/// replaces the output gradient.
public typealias FullBackwardPreHook =
  (_ module: Module, _ gradOutput: [Tensor?]) throws -> [Tensor?]?

/// A hook that runs before the module's tensors are added to a state dict.
///
/// `prefix` is the module's path followed by a dot, or "".
public typealias StateDictPreHook = (_ module: Module, _ prefix: String) throws -> Void
/// A hook that runs on the complete state dict, and may change it.
public typealias StateDictPostHook =
  (_ module: Module, _ state: inout StateDict, _ prefix: String) throws -> Void
/// A hook that runs before a state dict is loaded, and may change it.
public typealias LoadStateDictPreHook =
  (_ module: Module, _ state: inout StateDict, _ prefix: String) throws -> Void
/// A hook that runs after a state dict was loaded, and may change the missing or unexpected keys.
public typealias LoadStateDictPostHook =
  (_ module: Module, _ keys: inout IncompatibleKeys) throws -> Void

/// The hooks of one module, each kind in order of registration.
final class ModuleHooks {
  var forwardPre: [(id: Int, body: ForwardPreHook)] = []
  var forward: [(id: Int, body: ForwardHook)] = []
  var backwardPre: [(id: Int, body: FullBackwardPreHook)] = []
  var backward: [(id: Int, body: FullBackwardHook)] = []
  var stateDictPre: [(id: Int, body: StateDictPreHook)] = []
  var stateDictPost: [(id: Int, body: StateDictPostHook)] = []
  var loadPre: [(id: Int, body: LoadStateDictPreHook)] = []
  var loadPost: [(id: Int, body: LoadStateDictPostHook)] = []
  private var lastID = 0

  var isEmpty: Bool {
    forwardPre.isEmpty && forward.isEmpty && backwardPre.isEmpty && backward.isEmpty
  }

  func nextID() -> Int {
    lastID += 1
    return lastID
  }
}

extension Module {
  /// Registers a hook that runs before every call of the module
  /// (PyTorch: `register_forward_pre_hook`).
  ///
  /// Like all hooks, it does not run if `forward` is called directly.
  @discardableResult
  public func registerForwardPreHook(_ hook: @escaping ForwardPreHook) -> RemovableHandle {
    register(\.forwardPre, hook)
  }

  /// Registers a hook that runs after every call of the module (PyTorch: `register_forward_hook`).
  @discardableResult
  public func registerForwardHook(_ hook: @escaping ForwardHook) -> RemovableHandle {
    register(\.forward, hook)
  }

  /// Registers a hook that runs after the backward pass of the module
  /// (PyTorch: `register_full_backward_hook`).
  @discardableResult
  public func registerFullBackwardHook(_ hook: @escaping FullBackwardHook) -> RemovableHandle {
    register(\.backward, hook)
  }

  /// Registers a hook that runs before the backward pass of the module
  /// (PyTorch: `register_full_backward_pre_hook`).
  @discardableResult
  public func registerFullBackwardPreHook(_ hook: @escaping FullBackwardPreHook) -> RemovableHandle
  {
    register(\.backwardPre, hook)
  }

  /// Registers a hook that runs before ``stateDict()`` collects this module's tensors
  /// (PyTorch: `register_state_dict_pre_hook`).
  ///
  /// It also runs for the state dict of an enclosing module.
  @discardableResult
  public func registerStateDictPreHook(_ hook: @escaping StateDictPreHook) -> RemovableHandle {
    register(\.stateDictPre, hook)
  }

  /// Registers a hook that runs on the result of ``stateDict()``
  /// (PyTorch: `register_state_dict_post_hook`).
  ///
  /// It also runs for the state dict of an enclosing module.
  @discardableResult
  public func registerStateDictPostHook(_ hook: @escaping StateDictPostHook) -> RemovableHandle {
    register(\.stateDictPost, hook)
  }

  /// Registers a hook that runs before ``loadStateDict(_:strict:)`` loads a state dict
  /// (PyTorch: `register_load_state_dict_pre_hook`).
  ///
  /// It also runs if an enclosing module loads its state.
  @discardableResult
  public func registerLoadStateDictPreHook(
    _ hook: @escaping LoadStateDictPreHook
  ) -> RemovableHandle {
    register(\.loadPre, hook)
  }

  /// Registers a hook that runs after ``loadStateDict(_:strict:)``, before keys are reported
  /// (PyTorch: `register_load_state_dict_post_hook`).
  ///
  /// It also runs if an enclosing module loads its state.
  @discardableResult
  public func registerLoadStateDictPostHook(
    _ hook: @escaping LoadStateDictPostHook
  ) -> RemovableHandle {
    register(\.loadPost, hook)
  }

  private func register<Body>(
    _ list: ReferenceWritableKeyPath<ModuleHooks, [(id: Int, body: Body)]>, _ body: Body
  ) -> RemovableHandle {
    let hooks = hooks ?? ModuleHooks()
    self.hooks = hooks
    callsPlainly = false
    let id = hooks.nextID()
    hooks[keyPath: list].append((id, body))
    return RemovableHandle { [weak hooks] in hooks?[keyPath: list].removeAll { $0.id == id } }
  }

  /// Runs `forward` on `inputs` as a call of this module: with its hooks, and with a check of its
  /// members.
  ///
  /// Modules that are neither ``Layer`` nor ``Loss`` use it:
  ///
  /// ```swift
  /// func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  ///   try call([a, b]) { try forward($0[0], $0[1]) }
  /// }
  /// ```
  public func call(_ inputs: [Tensor], _ forward: ([Tensor]) throws -> Tensor) throws -> Tensor {
    if callsPlainly { return try CallDepth.bounded(self) { try forward(inputs) } }
    try checkInitialization()
    try checkReflection()
    for container in containersBelow {
      try container.checkInitialization()
      try container.checkReflection()
    }
    let hooks = hooks.flatMap { $0.isEmpty ? nil : $0 }
    callsPlainly = hooks == nil && parametrizations.count == 0
    func run(_ inputs: [Tensor]) throws -> Tensor {
      try withParametrizedValues { try forward(inputs) }
    }
    return try CallDepth.bounded(self) {
      try hooks.map { try callHooked($0, inputs, run) } ?? run(inputs)
    }
  }

  private func callHooked(
    _ hooks: ModuleHooks, _ inputs: [Tensor], _ forward: ([Tensor]) throws -> Tensor
  ) throws -> Tensor {
    var inputs = inputs
    for (_, body) in hooks.forwardPre {
      guard let changed = try body(self, inputs) else { continue }
      try require(
        changed.count == inputs.count, .value, "",
        "a forward pre-hook of \(typeName) returned \(changed.count) inputs instead of \(inputs.count)"
      )
      inputs = changed
    }
    let backward =
      hooks.backward.isEmpty && hooks.backwardPre.isEmpty ? nil : BackwardHooks(self, hooks)
    if let backward { inputs = try backward.watch(inputs: inputs) }
    var output = try forward(inputs)
    for (_, body) in hooks.forward { output = try body(self, inputs, output) ?? output }
    return try backward?.watch(output: output) ?? output
  }
}

/// The identity nodes around one call of a module, from which the backward pass runs the hooks.
private final class BackwardHooks {
  private let module: Module
  private let hooks: ModuleHooks
  private var gradOutput: [Tensor?] = []
  private var watchesInputs = false
  private var inputCount = 0

  init(_ module: Module, _ hooks: ModuleHooks) {
    self.module = module
    self.hooks = hooks
  }

  func watch(inputs: [Tensor]) throws -> [Tensor] {
    inputCount = inputs.count
    let watched = inputs.indices.filter { inputs[$0].requiresGrad }
    guard isGradEnabled, !watched.isEmpty else { return inputs }
    watchesInputs = true
    var inputs = inputs
    let originals = watched.map { inputs[$0] }
    let aliases = originals.map { $0.alias() }
    try Recording.record(aliases, "BackwardHookFunctionBackward", originals) { gradients, _ in
      var all = [Tensor?](repeating: nil, count: self.inputCount)
      for (place, gradient) in zip(watched, gradients) { all[place] = gradient }
      let result = try self.finish(all)
      return watched.map { result[$0] }
    }
    for (place, alias) in zip(watched, aliases) { inputs[place] = alias }
    return inputs
  }

  func watch(output: Tensor) throws -> Tensor {
    guard isGradEnabled, output.requiresGrad else { return output }
    let alias = output.alias()
    try Recording.record([alias], "BackwardHookFunctionBackward", [output]) { gradients, _ in
      var gradients = gradients
      for (_, body) in self.hooks.backwardPre {
        gradients = try self.checked(body(self.module, gradients), count: 1) ?? gradients
      }
      self.gradOutput = gradients
      if !self.watchesInputs { _ = try self.finish(Array(repeating: nil, count: self.inputCount)) }
      return gradients
    }
    return alias
  }

  private func finish(_ gradInput: [Tensor?]) throws -> [Tensor?] {
    var gradInput = gradInput
    for (_, body) in hooks.backward {
      gradInput =
        try checked(body(module, gradInput, gradOutput), count: gradInput.count) ?? gradInput
    }
    gradOutput = []
    return gradInput
  }

  private func checked(_ result: [Tensor?]?, count: Int) throws -> [Tensor?]? {
    guard let result, result.count != count else { return result }
    throw TensorError(
      .autograd, "",
      "backward hook of \(module.typeName) returned \(result.count) gradients instead of \(count)")
  }
}
