public import KindlingCore

/// What ``Module/loadStateDict(_:strict:)`` could not match.
public struct IncompatibleKeys: Sendable, CustomStringConvertible {
  /// Keys that the module has and the dictionary lacks.
  public let missingKeys: [String]
  /// Keys that the dictionary has and the module lacks.
  public let unexpectedKeys: [String]

  /// As PyTorch prints it.
  public var description: String {
    if missingKeys.isEmpty && unexpectedKeys.isEmpty { return "<All keys matched successfully>" }
    func list(_ keys: [String]) -> String {
      "[" + keys.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
    return
      "_IncompatibleKeys(missing_keys=\(list(missingKeys)), unexpected_keys=\(list(unexpectedKeys)))"
  }
}

extension Module {
  /// All parameters and persistent buffers by path, sharing their memory, outside the graph
  /// (PyTorch: `Module.state_dict`).
  ///
  /// Tensors that two modules share appear under both paths.
  /// - Throws: `TensorError` `.value` where a module or a marked tensor stands where it is not found.
  public func stateDict() throws -> StateDict {
    var result = StateDict()
    for (key, tensor) in try stateTensors() { result[key] = tensor.detach() }
    return result
  }

  /// Copies the values of `state` into the parameters and buffers of the same paths
  /// (PyTorch: `Module.load_state_dict`).
  ///
  /// Nothing is written unless everything fits. Values are converted to the module's dtypes.
  /// Missing and unexpected keys are errors where `strict`, and reported otherwise.
  ///
  /// - Throws: `TensorError` `.value` that lists every missing key, every unexpected key and every
  ///   mismatched shape.
  @discardableResult
  public func loadStateDict(_ state: StateDict, strict: Bool = true) throws -> IncompatibleKeys {
    let own = try stateTensors()
    let result = try checkKeys(own, state, strict: strict)
    try noGrad {
      for (key, tensor) in own {
        if let value = state[key] { try tensor.copy_(value.reshape(tensor.shape)) }
      }
    }
    return result
  }

  /// What of `state` and of the module's `own` tensors does not match; throws where that is an error.
  @discardableResult
  func checkKeys(
    _ own: [(String, Tensor)], _ state: StateDict, strict: Bool
  ) throws -> IncompatibleKeys {
    let known = Set(own.map(\.0))
    // Checkpoints older than this count lack it, and PyTorch takes them.
    let missing = own.map(\.0).filter { state[$0] == nil && !$0.hasSuffix("num_batches_tracked") }
    let unexpected = state.keys.filter { !known.contains($0) }
    var complaints: [String] = []
    if strict && !missing.isEmpty {
      complaints.append("Missing key(s) in state_dict: \(Module.quoted(missing)). ")
    }
    if strict && !unexpected.isEmpty {
      complaints.append("Unexpected key(s) in state_dict: \(Module.quoted(unexpected)). ")
    }
    for (key, tensor) in own {
      guard let value = state[key], value.shape != tensor.shape else { continue }
      // Numbers were vectors of one element in PyTorch 0.3.
      if tensor.ndim == 0 && value.shape == [1] { continue }
      complaints.append(
        "size mismatch for \(key): copying a param with shape torch.Size(\(value.shape)) from checkpoint, the shape in current model is torch.Size(\(tensor.shape))."
      )
    }
    guard complaints.isEmpty else {
      throw TensorError(
        .value, "",
        "Error(s) in loading state_dict for \(typeName):\n\t" + complaints.joined(separator: "\n\t")
      )
    }
    return IncompatibleKeys(missingKeys: missing, unexpectedKeys: unexpected)
  }

  /// Every parameter and persistent buffer with its path, in PyTorch's order: a module's parameters,
  /// its buffers, then its submodules.
  func stateTensors() throws -> [(String, Tensor)] {
    var result: [(String, Tensor)] = []
    var path = Set<ObjectIdentifier>()
    try collectState("", &path, &result)
    return result
  }

  private func collectState(
    _ prefix: String, _ ancestors: inout Set<ObjectIdentifier>, _ result: inout [(String, Tensor)]
  ) throws {
    // A module below itself would go on for ever; elsewhere repetition is wanted.
    guard ancestors.insert(ObjectIdentifier(self)).inserted else { return }
    defer { ancestors.remove(ObjectIdentifier(self)) }
    try checkReflection()
    let found = members
    for role in [SlotRole.parameter, .buffer(persistent: true)] {
      for (name, slot) in found.tensors where slot.role == role {
        if let tensor = slot.tensor { result.append((prefix + name, tensor)) }
      }
    }
    for (name, module) in found.modules {
      try module?.collectState("\(prefix)\(name).", &ancestors, &result)
    }
  }

  /// Throws where this module holds something that its lists would lack.
  func checkReflection() throws {
    let problems = reflectionProblems
    if problems.isEmpty { return }
    throw TensorError(.value, "", problems.joined(separator: "; "))
  }

  private static func quoted(_ keys: [String]) -> String {
    keys.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
