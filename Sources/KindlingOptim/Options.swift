import KindlingCore

/// A cache of a group's options in the form an optimizer uses, read again only after a change.
///
/// For small parameters, looking up options by name would cost more than the step.
struct OptionCache<Options> {
  private var last: (revision: Int, options: Options)?

  mutating func of(_ group: ParamGroup, _ read: (ParamGroup) throws -> Options) rethrows -> Options
  {
    if let last, last.revision == group.revision { return last.options }
    let options = try read(group)
    // The value of a tensor may change without the group's knowledge.
    last = group.holdsTensors ? nil : (group.revision, options)
    return options
  }
}

extension ParamGroup {
  /// Throws PyTorch's message if the option `name` is negative or not a number.
  func refuseNegative(_ name: String, _ what: String) throws {
    if try number(name) >= 0 { return }
    throw TensorError(.value, "", "Invalid \(what): \(self[name]?.description ?? "nil")")
  }

  /// Throws `message` and the value if the option `name` does not satisfy `isFine`.
  func refuse(_ name: String, _ message: String, unless isFine: (Double) -> Bool) throws {
    if try isFine(number(name)) { return }
    throw TensorError(.value, "", "\(message): \(self[name]?.description ?? "nil")")
  }

  /// Throws PyTorch's message if a beta is outside [0, 1).
  func checkBetas() throws {
    let betas = try pair("betas")
    for (i, beta) in [betas.0, betas.1].enumerated() where !(beta >= 0 && beta < 1) {
      throw TensorError(.value, "", "Invalid beta parameter at index \(i): \(beta)")
    }
  }
}

extension Pointwise.Value {
  /// This gradient, negated if the objective is maximized, plus the L2 weight decay of `parameter`.
  func regularized(_ parameter: Self, weightDecay: Double, maximize: Bool) -> Self {
    let gradient = maximize ? -self : self
    // Without weight decay, an infinite parameter must not become NaN.
    return weightDecay == 0 ? gradient : gradient.add(parameter, alpha: weightDecay)
  }
}
