public import KindlingCore

/// A module that computes a parameter from other tensors, the originals, which are trained instead.
///
/// PyTorch's `nn.utils.parametrize.register_parametrization` takes such modules. A ``Layer`` is a
/// parametrization without an inverse: its original is the former parameter.
public protocol Parametrization: Module {
  /// Returns the parameter computed from the originals: one tensor, or as many as
  /// ``rightInverse(_:)`` returned.
  func parametrized(_ originals: [Tensor]) throws -> Tensor
  /// Returns originals from which ``parametrized(_:)`` computes `value` (PyTorch: `right_inverse`).
  ///
  /// - Throws: `TensorError` `.unsupported` if there is no inverse. The original is then the former
  ///   parameter, and the parameter cannot be assigned.
  func rightInverse(_ value: Tensor) throws -> [Tensor]
}

extension Parametrization {
  /// Throws an error, because there is no inverse.
  public func rightInverse(_ value: Tensor) throws -> [Tensor] {
    throw ParametrizationList.withoutInverse(self)
  }
}

/// The parametrizations of one parameter, applied in order, and its originals
/// (PyTorch: `nn.utils.parametrize.ParametrizationList`).
public final class ParametrizationList: Module, KeepsOwnMembers {
  private(set) var steps: [Module]
  /// Whether the value may differ in shape or dtype from the former parameter.
  private(set) var isUnsafe: Bool
  /// The value of the parameter during a call of its module.
  var held: Tensor?
  /// The error of computing or assigning the value, thrown by the next call.
  private var problem: (any Error)?
  private var originalCount = 1

  /// The trained tensors: `original`, or `original0`, `original1`, ….
  public var originals: [Tensor] { registered.tensors.compactMap { $0.value.tensor } }

  init(_ parametrization: Module, of slot: any TensorSlot, _ original: Tensor, isUnsafe: Bool)
    throws
  {
    steps = [parametrization]
    self.isUnsafe = isUnsafe
    super.init()
    let (requires, shape, dtype) = (original.requiresGrad, original.shape, original.dtype)
    let new = try noGrad {
      do { return try ParametrizationList.inverse(parametrization, original.detach()) } catch let
        error
        as TensorError where error.kind == .unsupported
      { return [original.detach()] }
    }
    originalCount = new.count
    if new.count == 1 {
      guard new[0].dtype == dtype || isUnsafe else {
        throw ParametrizationList.refusal("dtype", "\(dtype)", "\(new[0].dtype)")
      }
      // The same object, which an optimizer may refer to.
      if new[0].storage !== original.storage { original.replaceData(with: new[0].detach()) }
      registered.tensors["original"] = RegisteredTensor(original, slot.role)
    } else {
      for (i, tensor) in new.enumerated() {
        // A tensor that shares memory with the parameter is trained on its own from now on.
        let own = RegisteredTensor(try tensor.detach().clone(), slot.role)
        try own.tensor?.requiresGrad_(requires)
        registered.tensors["original\(i)"] = own
      }
    }
    guard !isUnsafe else { return }
    let value = try value()
    guard value.dtype == dtype else {
      throw ParametrizationList.refusal("dtype", "\(dtype)", "\(value.dtype)")
    }
    guard value.shape == shape else {
      throw ParametrizationList.refusal("shape", "\(shape)", "\(value.shape)")
    }
  }

  private static func refusal(_ what: String, _ own: String, _ got: String) -> TensorError {
    TensorError(
      .value, "registerParametrization",
      "Registering a parametrization may not change the \(what) of the tensor, unless the `unsafe` flag is enabled: expected \(own), got \(got: got)"
    )
  }

  /// Appends `parametrization` to the existing ones.
  func append(_ parametrization: Module, isUnsafe unsafe: Bool) throws {
    if !unsafe {
      let before = try value(), after = try ParametrizationList.apply(parametrization, [before])
      guard after.dtype == before.dtype else {
        throw ParametrizationList.refusal("dtype", "\(before.dtype)", "\(after.dtype)")
      }
      guard after.shape == before.shape else {
        throw ParametrizationList.refusal("shape", "\(before.shape)", "\(after.shape)")
      }
    }
    steps.append(parametrization)
    isUnsafe = isUnsafe || unsafe
  }

  /// Computes the parameter from the originals.
  public func value() throws -> Tensor {
    if let problem {
      self.problem = nil
      throw problem
    }
    guard let first = steps.first else { return try single("value") }
    var value = try ParametrizationList.apply(first, originals)
    for next in steps.dropFirst() {
      value = try ParametrizationList.apply(next, [value])
    }
    return value
  }

  /// The value for a property read, which cannot throw: the next call of the module does.
  var current: Tensor? {
    if let held { return held }
    do { return try value() } catch {
      problem = error
      return nil
    }
  }

  /// Sets the originals so that the parameter becomes `value`, as closely as the inverses allow.
  func assign(_ value: Tensor) {
    do {
      try noGrad {
        var new = [value]
        for parametrization in steps.reversed() {
          guard new.count == 1 else { break }
          new = try ParametrizationList.inverse(parametrization, new[0])
        }
        for (original, tensor) in zip(originals, new) { try original.copy_(tensor) }
      }
    } catch { problem = error }
  }

  /// Returns the only original.
  func single(_ operation: String) throws -> Tensor {
    guard originalCount == 1, let original = originals.first else {
      throw TensorError(
        .value, operation,
        "Cannot leave unparametrized (leaveParametrized: false) a tensor that is parametrized in terms of a sequence of tensors."
      )
    }
    return original
  }

  private static func apply(_ module: Module, _ originals: [Tensor]) throws -> Tensor {
    if let parametrization = module as? any Parametrization {
      return try parametrization.parametrized(originals)
    }
    guard let layer = module as? any Layer, originals.count == 1 else {
      throw TensorError(
        .value, "registerParametrization",
        "a parametrization is a Layer or conforms to Parametrization, but got a \(got: module.typeName)"
      )
    }
    return try layer(originals[0])
  }

  private static func inverse(_ module: Module, _ value: Tensor) throws -> [Tensor] {
    guard let parametrization = module as? any Parametrization else {
      throw withoutInverse(module)
    }
    let new = try parametrization.rightInverse(value)
    try require(
      !new.isEmpty, .value, "registerParametrization",
      "\(module.typeName).rightInverse returned no tensor")
    return new
  }

  static func withoutInverse(_ module: Module) -> TensorError {
    TensorError(
      .unsupported, "rightInverse",
      "parametrization \(module.typeName) does not implement rightInverse.")
  }

  override var containedModules: [(name: String, module: Module)]? {
    steps.enumerated().map { ("\($0)", $1) }
  }
}
