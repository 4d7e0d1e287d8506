public import KindlingCore

/// The base class of all optimizers (PyTorch: `torch.optim.Optimizer`).
///
/// It holds parameter groups and state, saves and loads state dicts, and runs the loop of a step. A
/// custom optimizer overrides ``update(_:_:_:_:)``, the update of one parameter:
///
/// ```swift
/// final class PlainSGD: Optimizer {
///   init(_ params: [Tensor], lr: Double) throws {
///     try super.init(groups: [ParamGroup(params)], defaults: ["lr": .double(lr)])
///   }
///   override func update(
///     _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
///   ) throws {
///     try parameter.add_(gradient, alpha: -group.lr)
///   }
/// }
/// ```
open class Optimizer: CustomStringConvertible {
  /// The parameter groups; options may be changed at any time, as in `paramGroups[0].lr *= 0.1`.
  public final var paramGroups: [ParamGroup] = []
  /// The default options, for groups that lack them.
  public final let defaults: ParamGroup
  final var states: [ParameterState] = []
  /// Whether ``step()`` has run; the first step of a schedule depends on it.
  final var hasStepped = false
  final let hooks = OptimizerHooks()

  /// Creates an optimizer of `groups`; `defaults` supplies their missing options.
  ///
  /// - Throws: `TensorError` `.value` for no parameters, a parameter that is no leaf or is
  ///   in two groups, groups with names beside groups without, or an option that ``check(_:)`` refuses.
  public init(groups: [ParamGroup], defaults: KeyValuePairs<String, CheckpointValue>) throws {
    self.defaults = ParamGroup([], defaults)
    try require(
      groups.contains(where: { !$0.params.isEmpty }), .value, "",
      "optimizer got an empty parameter list")
    for group in groups { try addParamGroup(group) }
  }

  /// Updates one parameter from its gradient.
  ///
  /// Every optimizer overrides it. It runs inside `noGrad`, for parameters that have a gradient.
  open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    throw TensorError(.unsupported, "step", "\(typeName) does not say how to update a parameter")
  }

  /// Throws if the options of a group are invalid; called for every added group.
  open func check(_ group: ParamGroup) throws {}

  /// Returns the shape and dtype of the state tensor `name`: by default those of the parameter.
  open func stateForm(of name: String, for parameter: Tensor) -> (shape: [Int], dtype: DType) {
    (parameter.shape, parameter.dtype)
  }

  /// Returns the state-dict entries of a parameter besides its state tensors, by PyTorch's names: by
  /// default the number of steps, if the optimizer counts them.
  open func savedNumbers(_ state: ParameterState) -> [(name: String, value: CheckpointValue)] {
    state.countsSteps ? state.savedStep : []
  }

  /// Returns the state-dict entries of a parameter, by PyTorch's names; empty before its first
  /// step.
  open func saved(_ state: ParameterState) -> [(name: String, value: CheckpointValue)] {
    if state.step == 0 && state.tensors.isEmpty { return [] }
    return savedNumbers(state) + state.tensors.map { ($0.name, .tensor($0.tensor)) }
  }

  /// Returns a new state of `parameter`, the one with index `number`, from the entries of
  /// ``saved(_:)``.
  ///
  /// - Throws: `TensorError` `.value` if the entries do not match the parameter.
  open func restored(
    _ saved: [(name: String, value: CheckpointValue)], for parameter: Tensor, number: Int
  ) throws -> ParameterState {
    try readState(saved, for: parameter, number)
  }

  /// Returns an empty state.
  open func makeState(of parameter: Tensor) -> ParameterState { ParameterState(parameter) }

  /// Updates every parameter that has a gradient (PyTorch: `Optimizer.step`).
  ///
  /// - Throws: `TensorError` `.shape` or `.dtype` if a gradient does not match its parameter.
  public final func step() throws {
    try withStepHooks { try performStep() }
  }

  /// Computes the loss with `closure`, which also runs `backward`, then steps and returns the loss.
  @discardableResult
  public final func step(_ closure: () throws -> Tensor) throws -> Tensor {
    try withStepHooks { try performStep(closure) }
  }

  private func withStepHooks<R>(_ body: () throws -> R) throws -> R {
    hasStepped = true
    for (_, hook) in hooks.stepPre { try hook(self) }
    let result = try body()
    for (_, hook) in hooks.stepPost { try hook(self) }
    return result
  }

  /// Runs the step without hooks: calls ``update(_:_:_:_:)`` for every parameter that has a
  /// gradient.
  open func performStep() throws {
    try noGrad {
      var place = 0
      for group in paramGroups {
        for parameter in group.params {
          defer { place += 1 }
          guard let gradient = parameter.grad else { continue }
          guard gradient.shape == parameter.shape, gradient.dtype == parameter.dtype,
            gradient.backend === parameter.backend
          else { throw Optimizer.unfit(gradient, parameter) }
          try update(parameter, gradient, state(of: parameter, at: place), group)
        }
      }
    }
  }

  /// Runs the step with a closure, without hooks.
  open func performStep(_ closure: () throws -> Tensor) throws -> Tensor {
    let loss = try enableGrad(closure)
    try performStep()
    return loss
  }

  /// Removes the gradients of all parameters, or zeroes them (PyTorch: `Optimizer.zero_grad`).
  public final func zeroGrad(setToNone: Bool = true) {
    for group in paramGroups {
      for parameter in group.params { parameter.clearGrad(setToNone: setToNone) }
    }
  }

  /// Adds a group; options it lacks are the optimizer's defaults (PyTorch: `add_param_group`).
  ///
  /// A parameter that the group holds twice is updated twice in each step, with one state, and warned
  /// of.
  public final func addParamGroup(_ group: ParamGroup) throws {
    var group = group
    for (name, value) in defaults.options where group[name] == nil { group[name] = value }
    let known = Set(paramGroups.flatMap(\.params).map(ObjectIdentifier.init))
    var own = Set<ObjectIdentifier>()
    for parameter in group.params {
      try require(
        parameter.isLeaf, .value, "",
        "can't optimize a non-leaf Tensor: pass the leaf it was computed from, or detach() it")
      own.insert(ObjectIdentifier(parameter))
    }
    if own.count < group.params.count {
      try Warnings.warn(
        .user, "",
        "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information"
      )
    }
    try require(
      own.isDisjoint(with: known), .value, "",
      "some parameters appear in more than one parameter group")
    let isNamed = try group.names() != nil
    try require(
      paramGroups.allSatisfy({ ($0["param_names"] != nil) == isNamed }), .value, "",
      "all optimizer param groups should be with/without names. cannot add param group \(isNamed ? "with" : "without") names to the optimizer"
    )
    try check(group)
    paramGroups.append(group)
  }

  /// Returns the optimizer's state of `parameter`.
  public final func state(of parameter: Tensor) -> ParameterState {
    let place = paramGroups.flatMap(\.params).firstIndex { $0 === parameter }
    return state(of: parameter, at: place ?? states.count)
  }

  /// Returns the state of `parameter`, which normally is at `place` in the list of all groups'
  /// states.
  final func state(of parameter: Tensor, at place: Int) -> ParameterState {
    if place < states.count, states[place].parameter === parameter { return states[place] }
    if let known = states.first(where: { $0.parameter === parameter }) { return known }
    let made = makeState(of: parameter)
    states.insert(made, at: min(place, states.count))
    return made
  }

  private static func unfit(_ gradient: Tensor, _ parameter: Tensor) -> TensorError {
    TensorError(
      gradient.shape == parameter.shape ? .dtype : .shape, "step",
      "a gradient of shape \(gradient.shape) and dtype \(gradient.dtype) on \(gradient.device) does not fit its parameter of shape \(parameter.shape) and dtype \(parameter.dtype) on \(parameter.device)"
    )
  }

  /// The name of the class, as printed.
  final var typeName: String { String(describing: type(of: self)) }

  /// The groups and their options in PyTorch's printed form.
  open var description: String {
    var text = "\(typeName) ("
    for (i, group) in paramGroups.enumerated() {
      text += "\nParameter Group \(i)\n"
      for (name, value) in group.options.sorted(by: { $0.name < $1.name }) {
        text += "    \(name): \(value.printedOption)\n"
      }
    }
    return text + ")"
  }
}
