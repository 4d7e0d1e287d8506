public import KindlingCore

extension Optimizer {
  /// Returns groups and states as plain data in PyTorch's form (PyTorch: `Optimizer.state_dict`).
  ///
  /// Parameters are numbered across all groups. Tensors share memory with those of the optimizer.
  public func stateDict() -> CheckpointValue {
    for (_, hook) in hooks.stateDictPre { hook(self) }
    var state = plainStateDict()
    for (_, hook) in hooks.stateDictPost { state = hook(self, state) ?? state }
    return state
  }

  private func plainStateDict() -> CheckpointValue {
    var states: [CheckpointPair] = []
    var groups: [CheckpointValue] = []
    var number = 0
    for group in paramGroups {
      var entries = group.options.map { (key: CheckpointValue.string($0.name), value: $0.value) }
      // A parameter that comes twice has the number of its last place.
      var numbers: [ObjectIdentifier: Int] = [:]
      for (i, parameter) in group.params.enumerated() {
        numbers[ObjectIdentifier(parameter)] = number + i
      }
      for (i, parameter) in group.params.enumerated()
      where numbers[ObjectIdentifier(parameter)] == number + i {
        let saved = saved(state(of: parameter, at: number + i))
        if !saved.isEmpty {
          states.append(
            (.int(number + i), .dictionary(saved.map { (key: .string($0.name), value: $0.value) })))
        }
      }
      number += group.params.count
      let places = group.params.compactMap { numbers[ObjectIdentifier($0)] }
      entries.append((.string("params"), .list(places.map { .int($0) })))
      groups.append(.dictionary(entries))
    }
    return .dictionary([
      (.string("state"), .dictionary(states)), (.string("param_groups"), .list(groups)),
    ])
  }

  /// Restores the result of ``stateDict()`` of an identically built optimizer, or PyTorch's
  /// (PyTorch: `Optimizer.load_state_dict`).
  ///
  /// Tensors are copied and converted to the parameters' dtypes. Nothing changes unless everything
  /// matches.
  /// - Throws: `TensorError` `.value` if the number of groups or parameters or the shape of a
  ///   tensor differs, or if the value is not a state dict of an optimizer.
  public func loadStateDict(_ state: CheckpointValue) throws {
    var state = state
    for (_, hook) in hooks.loadPre { state = try hook(self, state) ?? state }
    try loadPlainStateDict(state)
    for (_, hook) in hooks.loadPost { try hook(self) }
  }

  private func loadPlainStateDict(_ state: CheckpointValue) throws {
    guard let saved = state["param_groups"]?.elements,
      case .dictionary(let states)? = state["state"]
    else {
      throw TensorError(
        .value, "",
        "not a state dict of an optimizer: expected a dictionary with 'state' and 'param_groups'")
    }
    try require(
      saved.count == paramGroups.count, .value, "",
      "loaded state dict has a different number of parameter groups")
    var groups = paramGroups
    var parameters: [Int: Tensor] = [:]
    for (i, group) in saved.enumerated() {
      guard case .dictionary(let entries) = group, let numbers = group["params"]?.elements,
        numbers.count == groups[i].params.count
      else {
        throw TensorError(
          .value, "",
          "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
        )
      }
      for (number, parameter) in zip(numbers, groups[i].params) {
        if let number = number.intValue { parameters[number] = parameter }
      }
      for (key, value) in entries {
        if let name = key.stringValue, name != "params" {
          groups[i][name] = try value.copyingTensors()
        }
      }
      try check(groups[i])
    }
    var loaded: [ObjectIdentifier: ParameterState] = [:]
    for (number, entries) in states {
      guard let number = number.intValue, let parameter = parameters[number],
        case .dictionary(let entries) = entries
      else {
        throw TensorError(
          .value, "", "loaded state dict has a state for the unknown parameter \(number)")
      }
      let named = entries.compactMap { entry in
        entry.key.stringValue.map { (name: $0, value: entry.value) }
      }
      loaded[ObjectIdentifier(parameter)] = try restored(named, for: parameter, number: number)
    }
    paramGroups = groups
    self.states = groups.flatMap(\.params).map {
      loaded[ObjectIdentifier($0)] ?? makeState(of: $0)
    }
  }

  /// Returns the state with the step count and copies of the tensors in `entries`.
  final func readState(
    _ entries: [(name: String, value: CheckpointValue)], for parameter: Tensor, _ number: Int
  ) throws -> ParameterState {
    let state = makeState(of: parameter)
    for (name, value) in entries {
      if name == "step" {
        let count = try value.tensorValue?.item() ?? value.doubleValue
        guard let count, let whole = Int(exactly: count), 0..<1 << 53 ~= whole else {
          throw TensorError(
            .value, "", "the step of parameter \(number) in the loaded state dict is no count")
        }
        state.step = whole
      } else if let tensor = value.tensorValue {
        let form = stateForm(of: name, for: parameter)
        guard tensor.shape == form.shape else {
          let owner = form.shape == parameter.shape ? "the parameter has" : "expected"
          throw TensorError(
            .value, "",
            "'\(name)' of parameter \(number) has shape \(tensor.shape) in the loaded state dict, but \(owner) shape \(form.shape)"
          )
        }
        // Scalars stay on the CPU, which reads them in every step.
        let isNumber = form.shape.isEmpty && !parameter.shape.isEmpty
        let place = isNumber ? try Device.cpu.backend : parameter.backend
        let copy = try Tensor(uninitialized: form.shape, form.dtype, on: place)
        try copy.backend.copy(tensor, into: copy)
        state[name] = copy
      }
    }
    return state
  }
}
