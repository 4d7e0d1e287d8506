public import KindlingCore

extension Optimizer {
  /// Groups and states as plain data in PyTorch's form: parameters are numbered through all groups,
  /// tensors share memory with the optimizer's (PyTorch: `Optimizer.state_dict`).
  public func stateDict() -> CheckpointValue {
    var states: [(key: CheckpointValue, value: CheckpointValue)] = []
    var groups: [CheckpointValue] = []
    var number = 0
    for group in paramGroups {
      var entries = group.options.map { (key: CheckpointValue.string($0.name), value: $0.value) }
      var numbers: [CheckpointValue] = []
      for parameter in group.params {
        let state = state(of: parameter, at: number)
        if state.step > 0 || !state.tensors.isEmpty {
          let saved =
            savedNumbers(state).map { (key: CheckpointValue.string($0.name), value: $0.value) }
            + state.tensors.map { (key: CheckpointValue.string($0.name), value: .tensor($0.tensor)) }
          if !saved.isEmpty { states.append((.int(number), .dictionary(saved))) }
        }
        numbers.append(.int(number))
        number += 1
      }
      entries.append((.string("params"), .list(numbers)))
      groups.append(.dictionary(entries))
    }
    return .dictionary([
      (.string("state"), .dictionary(states)), (.string("param_groups"), .list(groups)),
    ])
  }

  /// Takes over what ``stateDict()`` of an equally built optimizer returned, PyTorch's included
  /// (PyTorch: `Optimizer.load_state_dict`).
  ///
  /// Tensors are copied and converted to the parameters' dtypes. Nothing changes unless all fits.
  /// - Throws: ``TensorError`` `.value` where the number of groups, of parameters, or a tensor's shape
  ///   differs, or the value is no state dict of an optimizer.
  public func loadStateDict(_ state: CheckpointValue) throws {
    guard let saved = state["param_groups"]?.elements, case .dictionary(let states)? = state["state"] else {
      throw TensorError(
        .value, "", "not a state dict of an optimizer: expected a dictionary with 'state' and 'param_groups'")
    }
    guard saved.count == paramGroups.count else {
      throw TensorError(.value, "", "loaded state dict has a different number of parameter groups")
    }
    var groups = paramGroups
    var parameters: [Int: Tensor] = [:]
    for (i, group) in saved.enumerated() {
      guard case .dictionary(let entries) = group, let numbers = group["params"]?.elements,
        numbers.count == groups[i].params.count
      else {
        throw TensorError(
          .value, "",
          "loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
      }
      for (number, parameter) in zip(numbers, groups[i].params) {
        if let number = number.intValue { parameters[number] = parameter }
      }
      for (key, value) in entries {
        if let name = key.stringValue, name != "params" { groups[i][name] = value }
      }
      try check(groups[i])
    }
    var loaded: [(Tensor, step: Int, [(String, Tensor)])] = []
    for (number, entries) in states {
      guard let number = number.intValue, let parameter = parameters[number],
        case .dictionary(let entries) = entries
      else { throw TensorError(.value, "", "loaded state dict has a state for the unknown parameter \(number)") }
      loaded.append(try Optimizer.read(entries, for: parameter, number))
    }
    for group in paramGroups { for parameter in group.params { self.state(of: parameter).reset() } }
    paramGroups = groups
    for (parameter, step, tensors) in loaded {
      let state = self.state(of: parameter)
      state.step = step
      for (name, tensor) in tensors { state[name] = tensor }
    }
  }

  private static func read(
    _ entries: [(key: CheckpointValue, value: CheckpointValue)], for parameter: Tensor, _ number: Int
  ) throws -> (Tensor, step: Int, [(String, Tensor)]) {
    var step = 0
    var tensors: [(String, Tensor)] = []
    for (key, value) in entries {
      guard let name = key.stringValue else { continue }
      if name == "step" {
        let count = try value.tensorValue?.item() ?? value.doubleValue
        guard let count, let whole = Int(exactly: count), whole >= 0 else {
          throw TensorError(.value, "", "the step of parameter \(number) in the loaded state dict is no count")
        }
        step = whole
      } else if let tensor = value.tensorValue {
        guard tensor.shape == parameter.shape else {
          throw TensorError(
            .value, "",
            "'\(name)' of parameter \(number) has shape \(tensor.shape) in the loaded state dict, but the parameter has shape \(parameter.shape)")
        }
        let copy = try Tensor(uninitializedLike: parameter, parameter.dtype)
        try copy.backend.copy(tensor, into: copy)
        tensors.append((name, copy))
      }
    }
    return (parameter, step, tensors)
  }
}
