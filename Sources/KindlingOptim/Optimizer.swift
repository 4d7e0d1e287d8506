public import KindlingCore

/// The base of all optimizers: parameter groups, state, state dicts, and the loop of a step
/// (PyTorch: `torch.optim.Optimizer`).
///
/// One of your own overrides ``update(_:_:_:_:)``, the update of one parameter:
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
  /// The groups; options may be changed at any time, as in `paramGroups[0].lr *= 0.1`.
  public final var paramGroups: [ParamGroup] = []
  /// The options of groups that do not give their own.
  public final let defaults: ParamGroup
  final var states: [ParameterState] = []
  /// Whether ``step()`` has run, which a schedule's first step asks.
  final var hasStepped = false
  final let hooks = OptimizerHooks()

  /// An optimizer of `groups`, whose missing options come from `defaults`.
  ///
  /// - Throws: `TensorError` `.value` for no parameters, a parameter that is no leaf or comes
  ///   twice, groups with names beside groups without, or an option that ``check(_:)`` refuses.
  public init(groups: [ParamGroup], defaults: KeyValuePairs<String, CheckpointValue>) throws {
    self.defaults = ParamGroup([], defaults)
    guard groups.contains(where: { !$0.params.isEmpty }) else {
      throw TensorError(.value, "", "optimizer got an empty parameter list")
    }
    for group in groups { try addParamGroup(group) }
  }

  /// Updates one parameter from its gradient; runs inside `noGrad`, for parameters that have a
  /// gradient.
  ///
  /// Each optimizer brings its own.
  open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    throw TensorError(.unsupported, "step", "\(typeName) does not say how to update a parameter")
  }

  /// Throws where the options of a group cannot be; called for every group that is added.
  open func check(_ group: ParamGroup) throws {}

  /// The shape and dtype of the remembered tensor called `name`: the parameter's own, unless an
  /// optimizer says otherwise.
  open func stateForm(of name: String, for parameter: Tensor) -> (shape: [Int], dtype: DType) {
    (parameter.shape, parameter.dtype)
  }

  /// What a parameter's state says in state dicts besides tensors, by PyTorch's name.
  open func savedNumbers(_ state: ParameterState) -> [(name: String, value: CheckpointValue)] { [] }

  /// What state dicts say of a parameter, by PyTorch's names; nothing before its first step.
  open func saved(_ state: ParameterState) -> [(name: String, value: CheckpointValue)] {
    if state.step == 0 && state.tensors.isEmpty { return [] }
    return savedNumbers(state) + state.tensors.map { ($0.name, .tensor($0.tensor)) }
  }

  /// A new state of `parameter`, number `number` of all, as ``saved(_:)`` described it.
  ///
  /// - Throws: `TensorError` `.value` where the description fits no such parameter.
  open func restored(
    _ saved: [(name: String, value: CheckpointValue)], for parameter: Tensor, number: Int
  ) throws -> ParameterState {
    try readState(saved, for: parameter, number)
  }

  /// A state that remembers nothing yet.
  open func makeState(of parameter: Tensor) -> ParameterState { ParameterState(parameter) }

  /// Updates every parameter that has a gradient (PyTorch: `Optimizer.step`).
  ///
  /// - Throws: `TensorError` `.shape` or `.dtype` where a gradient does not fit its parameter.
  public final func step() throws {
    try withStepHooks { try performStep() }
  }

  /// Computes the loss with `closure`, which also runs `backward`, then steps; returns the loss.
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

  /// The step itself, without the hooks around it: calls ``update(_:_:_:_:)`` for every parameter that
  /// has a gradient.
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

  /// The step with a closure, without the hooks around it.
  open func performStep(_ closure: () throws -> Tensor) throws -> Tensor {
    let loss = try enableGrad(closure)
    try performStep()
    return loss
  }

  /// Drops the gradients of all parameters, or zeroes them (PyTorch: `Optimizer.zero_grad`).
  public final func zeroGrad(setToNone: Bool = true) {
    for group in paramGroups {
      for parameter in group.params { parameter.clearGrad(setToNone: setToNone) }
    }
  }

  /// Adds a group; options it lacks are the optimizer's defaults (PyTorch: `add_param_group`).
  public final func addParamGroup(_ group: ParamGroup) throws {
    var group = group
    for (name, value) in defaults.options where group[name] == nil { group[name] = value }
    var known = Set(paramGroups.flatMap(\.params).map(ObjectIdentifier.init))
    var own = Set<ObjectIdentifier>()
    for parameter in group.params {
      guard parameter.isLeaf else {
        throw TensorError(
          .value, "",
          "can't optimize a non-leaf Tensor: pass the leaf it was computed from, or detach() it")
      }
      guard own.insert(ObjectIdentifier(parameter)).inserted else {
        throw TensorError(
          .value, "", "optimizer contains a parameter group with duplicate parameters")
      }
      guard known.insert(ObjectIdentifier(parameter)).inserted else {
        throw TensorError(.value, "", "some parameters appear in more than one parameter group")
      }
    }
    let isNamed = try group.names() != nil
    guard paramGroups.allSatisfy({ ($0["param_names"] != nil) == isNamed }) else {
      throw TensorError(
        .value, "",
        "all optimizer param groups should be with/without names. cannot add param group \(isNamed ? "with" : "without") names to the optimizer"
      )
    }
    try check(group)
    paramGroups.append(group)
  }

  /// What the optimizer remembers of `parameter`.
  public final func state(of parameter: Tensor) -> ParameterState {
    let place = paramGroups.flatMap(\.params).firstIndex { $0 === parameter }
    return state(of: parameter, at: place ?? states.count)
  }

  /// The state of the parameter at `place` of all groups together, where it normally is.
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

  /// The groups and their options, as PyTorch prints them.
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
