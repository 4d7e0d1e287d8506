public import KindlingCore
import Synchronization

private let revisions = Atomic<Int>(0)

/// Parameters with their optimizer options (PyTorch: one of `optimizer.param_groups`).
///
/// Options have PyTorch's names: `optimizer.paramGroups[0]["weight_decay"] = 0.1`.
public struct ParamGroup {
  /// The parameters.
  public var params: [Tensor]
  /// The names and values of the options, in the order of PyTorch's state dicts.
  public private(set) var options: [(name: String, value: CheckpointValue)] {
    didSet { revision = revisions.wrappingAdd(1, ordering: .relaxed).newValue }
  }
  /// A number that is equal for copies with equal options, so that an optimizer can cache them.
  private(set) var revision = revisions.wrappingAdd(1, ordering: .relaxed).newValue

  /// Creates a group with options that differ from the optimizer's: `ParamGroup(p, ["lr": 0.1])`.
  public init(_ params: [Tensor], _ options: KeyValuePairs<String, CheckpointValue> = [:]) {
    self.params = params
    self.options = []
    for (name, value) in options { self[name] = value }
  }

  /// Creates a group of named parameters, such as `model.namedParameters()`
  /// (PyTorch: `Adam(model.named_parameters())`).
  ///
  /// State dicts store the names as `param_names`.
  public init(
    named params: some Sequence<(name: String, parameter: Tensor)>,
    _ options: KeyValuePairs<String, CheckpointValue> = [:]
  ) {
    self.init(params.map(\.parameter), options)
    self["param_names"] = .list(params.map { .string($0.name) })
  }

  /// The option called `name`; setting `nil` removes it.
  public subscript(name: String) -> CheckpointValue? {
    get {
      for option in options where option.name == name { return option.value }
      return nil
    }
    set {
      let place = options.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): options[place].value = value
      case (let place?, nil): options.remove(at: place)
      case (nil, let value?): options.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// Returns the names of the parameters; `nil` if the group has none.
  ///
  /// - Throws: `TensorError` `.value` unless there is one name for each parameter.
  func names() throws -> [String]? {
    guard let option = self["param_names"] else { return nil }
    let names = option.elements?.compactMap(\.stringValue)
    guard let names, names.count == params.count else {
      throw TensorError(
        .value, "",
        "all optimizer params should be with/without names. Some param names are missing: got \(got: names?.count ?? 0) for \(got: params.count) parameters"
      )
    }
    return names
  }

  /// Whether an option is a tensor, whose value can change without the group's knowledge.
  var holdsTensors: Bool { options.contains { $0.value.holdsTensor } }

  /// Sets the option `name` for a schedule; an option that is a tensor is overwritten in place.
  mutating func schedule(_ name: String, _ value: Double) throws {
    guard let tensor = self[name]?.tensorValue else { return self[name] = .double(value) }
    try noGrad { _ = try tensor.fill_(value) }
  }

  /// The learning rate; NaN if the option is missing or not a number.
  public var lr: Double {
    get { (try? number("lr")) ?? .nan }
    set { self["lr"] = .double(newValue) }
  }

  /// Returns the option `name` as a number.
  public func number(_ name: String) throws -> Double {
    if let number = try self[name]?.optionNumber() { return number }
    throw unfit(name, "a number or a tensor of one element")
  }

  /// Returns the option `name` as a Boolean value.
  public func flag(_ name: String) throws -> Bool {
    if let flag = self[name]?.boolValue { return flag }
    if let tensor = self[name]?.tensorValue, tensor.numel == 1 { return try tensor.item() != 0 }
    throw unfit(name, "a truth value")
  }

  /// Returns the option `name` as a pair of numbers.
  public func pair(_ name: String) throws -> (Double, Double) {
    if let both = self[name]?.elements, both.count == 2, let first = try both[0].optionNumber(),
      let second = try both[1].optionNumber()
    {
      return (first, second)
    }
    throw unfit(name, "a pair of numbers")
  }

  /// Returns the option `name` as an integer.
  public func integer(_ name: String) throws -> Int {
    if let integer = self[name]?.intValue { return integer }
    if case .tensor? = self[name], let number = try self[name]?.optionNumber(),
      let integer = Int(exactly: number)
    {
      return integer
    }
    throw unfit(name, "an integer")
  }

  func unfit(_ name: String, _ expected: String) -> TensorError {
    let found = self[name].map { "is \($0)" } ?? "is missing"
    return TensorError(
      .value, "step", "the option '\(name)' of a parameter group \(found); expected \(expected)")
  }
}

/// The optimizer's state of one parameter (PyTorch: `optimizer.state[p]`).
open class ParameterState {
  /// The parameter.
  public final let parameter: Tensor
  /// The number of steps of the parameter; saved by optimizers that count steps.
  public final var step = 0 {
    didSet { countsSteps = true }
  }
  /// Whether ``step`` was ever set.
  private(set) final var countsSteps = false
  /// The state tensors with PyTorch's names, in order.
  public private(set) final var tensors: [(name: String, tensor: Tensor)] = []

  /// Creates an empty state.
  public init(_ parameter: Tensor) { self.parameter = parameter }

  /// The tensor called `name`; setting `nil` removes it.
  public final subscript(name: String) -> Tensor? {
    get {
      for entry in tensors where entry.name == name { return entry.tensor }
      return nil
    }
    set {
      let place = tensors.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let tensor?): tensors[place].tensor = tensor
      case (let place?, nil): tensors.remove(at: place)
      case (nil, let tensor?): tensors.append((name, tensor))
      case (nil, nil): break
      }
    }
  }

  /// Returns the tensor `name`; creates it as zeros in the shape of the parameter if it is missing.
  public final func zeros(_ name: String) throws -> Tensor {
    if let known = self[name] { return known }
    let made = try parameter.zerosLikeForState()
    self[name] = made
    return made
  }

  /// Creates the tensor `name` in the shape of the parameter, filled with one value.
  final func filled(_ name: String, with value: Double) throws -> Tensor {
    let made = try parameter.zerosLikeForState()
    try made.backend.fill(made, .double(value))
    self[name] = made
    return made
  }

  /// The dtype of PyTorch's scalar state tensors.
  private var numberDType: DType { DType.default == .float64 ? .float64 : .float32 }

  /// Returns the number `name`, which PyTorch stores as a tensor on the CPU.
  final func number(_ name: String, initially value: Double) throws -> Tensor {
    if let known = self[name] { return known }
    let made = Tensor(value, floating: numberDType)
    self[name] = made
    return made
  }

  /// The step count for state dicts: a tensor, as in PyTorch.
  final var savedStep: [(name: String, value: CheckpointValue)] {
    [("step", .tensor(Tensor(Double(step), floating: numberDType)))]
  }
}

extension Tensor {
  fileprivate func zerosLikeForState() throws -> Tensor {
    let result = try Tensor(uninitializedLike: self, dtype)
    try backend.fill(result, .int(0))
    return result
  }
}
