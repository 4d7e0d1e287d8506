import KindlingCore
import KindlingPlatform

extension Module {
  /// Computes the parameter or buffer `name` from another tensor from now on
  /// (PyTorch: `nn.utils.parametrize.register_parametrization`).
  ///
  /// `parametrization` is a ``Layer``, or a module that conforms to ``Parametrization``.
  ///
  /// The trained and saved tensor is `parametrizations.NAME.original`. If the inverse returns
  /// several tensors, they are `original0`, `original1` and so on. A single original remains the
  /// parameter's object, so an existing optimizer keeps training it. Several parametrizations of a
  /// parameter are applied in order.
  ///
  /// The value is computed once for each call of the module, and for each read of the property
  /// between calls. If a read fails, it returns the last value, and the next call throws.
  ///
  /// - Throws: `TensorError` `.value` if there is no such tensor, or if the value differs in shape
  ///   or dtype from the parameter, unless `unsafe` is true.
  @discardableResult
  public func registerParametrization(
    _ name: String, _ parametrization: Module, unsafe: Bool = false
  ) throws -> Self {
    try parametrization.checkInitialization()
    parametrization.train(isTraining)
    if let list = parametrizations[name] {
      try list.append(parametrization, isUnsafe: unsafe)
      return self
    }
    guard let slot = members.tensors.first(where: { sameBytes($0.name, name) })?.slot,
      let original = slot.tensor
    else {
      throw TensorError(
        .value, "registerParametrization",
        "\(typeName) does not have a parameter, a buffer, or a parametrized element with name '\(name)'"
      )
    }
    let list = try ParametrizationList(parametrization, of: slot, original, isUnsafe: unsafe)
    list.train(isTraining)
    slot.parametrization = list
    parametrizations[name] = list
    let holder = (registered.modules["parametrizations"] as? ModuleDict) ?? ModuleDict()
    holder[name] = list
    registered.modules["parametrizations"] = holder
    callsPlainly = false
    return self
  }

  /// Turns `name` back into an ordinary parameter or buffer
  /// (PyTorch: `nn.utils.parametrize.remove_parametrizations`).
  ///
  /// It keeps its current value if `leaveParametrized` is true, otherwise it becomes the original.
  /// It moves to the end of the parameters, as in PyTorch.
  ///
  /// - Throws: `TensorError` `.value` if `name` is not parametrized, or if it has several originals
  ///   and `leaveParametrized` is false.
  @discardableResult
  public func removeParametrizations(
    _ name: String, leaveParametrized: Bool = true
  ) throws -> Self {
    guard let list = parametrizations[name], let slot = parametrizedSlot(list) else {
      throw TensorError(
        .value, "removeParametrizations",
        "\(typeName) does not have a parametrization on \(name)")
    }
    let tensor: Tensor
    if leaveParametrized {
      let value = try list.value()
      if list.originals.count == 1 {
        tensor = list.originals[0]
        tensor.replaceData(with: try value.detach().clone())
      } else {
        tensor = try value.detach().clone().requiresGrad_(value.requiresGrad)
      }
    } else {
      tensor = try list.single("removeParametrizations")
    }
    slot.parametrization = nil
    slot.substitute(slot.role == .parameter && tensor.requiresGrad ? tensor.asParameter() : tensor)
    moveToEnd(slot)
    parametrizations[name] = nil
    (registered.modules["parametrizations"] as? ModuleDict)?[name] = nil
    if parametrizations.count == 0 { registered.modules["parametrizations"] = Module??.none }
    callsPlainly = false
    return self
  }

  /// Returns whether the tensor `name` is computed by a parametrization
  /// (PyTorch: `nn.utils.parametrize.is_parametrized`).
  ///
  /// `nil` asks whether any tensor of this module is.
  public func isParametrized(_ name: String? = nil) -> Bool {
    name.map { parametrizations.contains($0) } ?? (parametrizations.count > 0)
  }

  /// Runs `body` with the value of each parametrized tensor computed once, in advance.
  func withParametrizedValues<R>(_ body: () throws -> R) throws -> R {
    if parametrizations.count == 0 { return try body() }
    let lists = parametrizations.map(\.value), before = lists.map(\.held)
    defer { for (list, held) in zip(lists, before) { list.held = held } }
    for list in lists { list.held = try list.value() }
    return try body()
  }
}
