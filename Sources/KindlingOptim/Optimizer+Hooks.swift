public import KindlingCore

extension Optimizer {
  /// A hook that runs before or after a step.
  public typealias StepHook = (Optimizer) throws -> Void
  /// A hook that runs before ``stateDict()``.
  public typealias StateDictPreHook = (Optimizer) -> Void
  /// A hook that runs after ``stateDict()``; its result replaces the state dict, `nil` keeps it.
  public typealias StateDictHook = (Optimizer, CheckpointValue) -> CheckpointValue?
  /// A hook that runs before ``loadStateDict(_:)``; its result is loaded instead, `nil` keeps the
  /// value.
  public typealias LoadStateDictPreHook = (Optimizer, CheckpointValue) throws -> CheckpointValue?
  /// A hook that runs after ``loadStateDict(_:)``.
  public typealias LoadStateDictHook = (Optimizer) throws -> Void

  /// Registers a hook that runs before every step (PyTorch: `Optimizer.register_step_pre_hook`).
  @discardableResult
  public final func registerStepPreHook(_ hook: @escaping StepHook) -> RemovableHandle {
    hooks.add(hook, to: \.stepPre)
  }

  /// Registers a hook that runs after every step (PyTorch: `Optimizer.register_step_post_hook`).
  @discardableResult
  public final func registerStepPostHook(_ hook: @escaping StepHook) -> RemovableHandle {
    hooks.add(hook, to: \.stepPost)
  }

  /// Registers a hook that runs before the state dict is created
  /// (PyTorch: `Optimizer.register_state_dict_pre_hook`).
  ///
  /// With `prepend` it runs before all other hooks.
  @discardableResult
  public final func registerStateDictPreHook(
    _ hook: @escaping StateDictPreHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.stateDictPre, prepend: prepend)
  }

  /// Registers a hook that may replace the created state dict
  /// (PyTorch: `Optimizer.register_state_dict_post_hook`).
  ///
  /// With `prepend` it runs before all other hooks.
  @discardableResult
  public final func registerStateDictPostHook(
    _ hook: @escaping StateDictHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.stateDictPost, prepend: prepend)
  }

  /// Registers a hook that may replace a state dict before it is loaded
  /// (PyTorch: `Optimizer.register_load_state_dict_pre_hook`).
  ///
  /// With `prepend` it runs before all other hooks.
  @discardableResult
  public final func registerLoadStateDictPreHook(
    _ hook: @escaping LoadStateDictPreHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.loadPre, prepend: prepend)
  }

  /// Registers a hook that runs after a state dict was loaded
  /// (PyTorch: `Optimizer.register_load_state_dict_post_hook`).
  ///
  /// With `prepend` it runs before all other hooks.
  @discardableResult
  public final func registerLoadStateDictPostHook(
    _ hook: @escaping LoadStateDictHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.loadPost, prepend: prepend)
  }
}

/// The hooks of one optimizer, each list in call order.
final class OptimizerHooks {
  typealias List<Hook> = [(id: Int, hook: Hook)]
  fileprivate(set) var stepPre: List<Optimizer.StepHook> = []
  fileprivate(set) var stepPost: List<Optimizer.StepHook> = []
  fileprivate(set) var stateDictPre: List<Optimizer.StateDictPreHook> = []
  fileprivate(set) var stateDictPost: List<Optimizer.StateDictHook> = []
  fileprivate(set) var loadPre: List<Optimizer.LoadStateDictPreHook> = []
  fileprivate(set) var loadPost: List<Optimizer.LoadStateDictHook> = []
  private var nextID = 0

  fileprivate func add<Hook>(
    _ hook: Hook, to list: ReferenceWritableKeyPath<OptimizerHooks, List<Hook>>,
    prepend: Bool = false
  ) -> RemovableHandle {
    let id = nextID
    nextID += 1
    self[keyPath: list].insert((id, hook), at: prepend ? 0 : self[keyPath: list].count)
    return RemovableHandle { [weak self] in self?[keyPath: list].removeAll { $0.id == id } }
  }
}
