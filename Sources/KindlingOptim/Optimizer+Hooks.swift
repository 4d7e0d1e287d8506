public import KindlingCore

extension Optimizer {
  /// A function around a step.
  public typealias StepHook = (Optimizer) throws -> Void
  /// A function before ``stateDict()``.
  public typealias StateDictPreHook = (Optimizer) -> Void
  /// A function after ``stateDict()``; what it returns replaces the state dict, `nil` keeps it.
  public typealias StateDictHook = (Optimizer, CheckpointValue) -> CheckpointValue?
  /// A function before ``loadStateDict(_:)``; what it returns is loaded instead, `nil` keeps the value.
  public typealias LoadStateDictPreHook = (Optimizer, CheckpointValue) throws -> CheckpointValue?
  /// A function after ``loadStateDict(_:)``.
  public typealias LoadStateDictHook = (Optimizer) throws -> Void

  /// Calls `hook` before every step (PyTorch: `Optimizer.register_step_pre_hook`).
  @discardableResult
  public final func registerStepPreHook(_ hook: @escaping StepHook) -> RemovableHandle {
    hooks.add(hook, to: \.stepPre)
  }

  /// Calls `hook` after every step (PyTorch: `Optimizer.register_step_post_hook`).
  @discardableResult
  public final func registerStepPostHook(_ hook: @escaping StepHook) -> RemovableHandle {
    hooks.add(hook, to: \.stepPost)
  }

  /// Calls `hook` before the state dict is made, with `prepend` before all other hooks
  /// (PyTorch: `Optimizer.register_state_dict_pre_hook`).
  @discardableResult
  public final func registerStateDictPreHook(
    _ hook: @escaping StateDictPreHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.stateDictPre, prepend: prepend)
  }

  /// Calls `hook` with the state dict, which it may replace, with `prepend` before all other hooks
  /// (PyTorch: `Optimizer.register_state_dict_post_hook`).
  @discardableResult
  public final func registerStateDictPostHook(
    _ hook: @escaping StateDictHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.stateDictPost, prepend: prepend)
  }

  /// Calls `hook` with a state dict that is to be loaded, which it may replace, with `prepend` before all
  /// other hooks (PyTorch: `Optimizer.register_load_state_dict_pre_hook`).
  @discardableResult
  public final func registerLoadStateDictPreHook(
    _ hook: @escaping LoadStateDictPreHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.loadPre, prepend: prepend)
  }

  /// Calls `hook` after a state dict was loaded, with `prepend` before all other hooks
  /// (PyTorch: `Optimizer.register_load_state_dict_post_hook`).
  @discardableResult
  public final func registerLoadStateDictPostHook(
    _ hook: @escaping LoadStateDictHook, prepend: Bool = false
  ) -> RemovableHandle {
    hooks.add(hook, to: \.loadPost, prepend: prepend)
  }
}

/// The hooks of one optimizer, each list in the order of its calls.
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
