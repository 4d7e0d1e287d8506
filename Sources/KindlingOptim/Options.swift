import KindlingCore

/// The options of a group as an optimizer uses them, read anew only when they have changed: looking
/// them up by name would cost small parameters more than their step.
struct OptionCache<Options> {
  private var last: (revision: Int, options: Options)?

  mutating func of(_ group: ParamGroup, _ read: (ParamGroup) throws -> Options) rethrows -> Options
  {
    if let last, last.revision == group.revision { return last.options }
    let options = try read(group)
    // A tensor may get another value without the group knowing.
    last = group.holdsTensors ? nil : (group.revision, options)
    return options
  }
}

extension ParamGroup {
  /// Throws PyTorch's message where the option `name` is negative or not a number.
  func refuseNegative(_ name: String, _ what: String) throws {
    if try number(name) >= 0 { return }
    throw TensorError(.value, "", "Invalid \(what): \(self[name]?.description ?? "nil")")
  }

  /// Throws `message` and the value where the option `name` is not what `isFine` wants.
  func refuse(_ name: String, _ message: String, unless isFine: (Double) -> Bool) throws {
    if try isFine(number(name)) { return }
    throw TensorError(.value, "", "\(message): \(self[name]?.description ?? "nil")")
  }

  /// Throws PyTorch's message where a beta is outside [0, 1).
  func checkBetas() throws {
    let betas = try pair("betas")
    for (i, beta) in [betas.0, betas.1].enumerated() where !(beta >= 0 && beta < 1) {
      throw TensorError(.value, "", "Invalid beta parameter at index \(i): \(beta)")
    }
  }
}

extension Tensor {
  /// Takes `step` on this parameter and on the optimizer's `state`, in one pass.
  func apply(_ step: UpdateStep, _ gradient: Tensor, _ state: Tensor?...) throws {
    try backend.update(self, gradient, state: state, step)
    storage.version += 1
  }
}
