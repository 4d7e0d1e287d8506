import Kindling

/// A table of the modules of `torch.nn`, from PyTorch's name to the construction and the calls.
///
/// The files of this folder have one line per class:
///
///     layer("ReLU") { a in try ReLU(inplace: a.bool(0, "inplace", default: false)) }
///     loss("MSELoss") { a in try MSELoss(reduction: a.reduction(2)) }
///
/// Arguments have PyTorch's positions and keywords.
package struct ModuleTable: Sendable {
  typealias Build = @Sendable (Arguments) throws -> BuiltModule
  private var rows: [String: Build] = [:]

  /// The table of all modules.
  package static let all: ModuleTable = {
    var table = ModuleTable()
    table.addActivations()
    table.addContainers()
    table.addConvolutions()
    table.addDropout()
    table.addLinearAndEmbedding()
    table.addLosses()
    table.addMarginLosses()
    table.addLikelihoodLosses()
    table.addParametricLosses()
    table.addNormalization()
    table.addPooling()
    table.addUnpooling()
    table.addPadding()
    table.addShape()
    table.addAttention()
    return table
  }()

  /// Adds a class with its own calls.
  mutating func module(_ names: String..., build: @escaping Build) {
    for name in names {
      precondition(rows[name] == nil, "the module \(name) stands in the table twice")
      rows[name] = build
    }
  }

  /// Adds a class that maps a tensor to a tensor.
  mutating func layer<M: Layer>(
    _ name: String, _ build: @escaping @Sendable (Arguments) throws -> M
  ) {
    module(name) { a in
      let module = try build(a)
      return BuiltModule(module) { c in try module(c.tensor(0, "input")) }
    }
  }

  /// Adds a class that compares an input with a target.
  mutating func loss<M: Loss>(
    _ name: String, _ build: @escaping @Sendable (Arguments) throws -> M
  ) {
    module(name) { a in
      let module = try build(a)
      return BuiltModule(module) { c in try module(c.tensor(0, "input"), c.tensor(1, "target")) }
    }
  }

  /// The names of all classes, sorted.
  package var names: [String] { rows.keys.sorted() }

  /// Returns the module described by `name` and `arguments`.
  ///
  /// - Throws: ``UnsupportedError`` if there is no such class.
  func build(_ name: String, _ arguments: Arguments) throws -> BuiltModule {
    guard let build = rows[name] else { throw UnsupportedError("module \(name)") }
    return try build(arguments)
  }
}

/// A module with its calls.
struct BuiltModule {
  typealias Call = (Arguments) throws -> any OperatorResult
  private(set) var module: Module
  /// The calls by method name; "" is the forward pass.
  private let calls: [String: Call]

  init(_ module: Module, methods: [String: Call] = [:], _ forward: @escaping Call) {
    self.module = module
    calls = methods.merging(["": forward]) { _, new in new }
  }

  /// Applies the function in `json` to the module, or to one of its descendants.
  mutating func apply(_ json: JSONValue, _ file: TensorFile) throws {
    let target = try module.getSubmodule(json["module"]?.string ?? "")
    let arguments = Arguments(
      try (json["args"]?.array ?? []).map { try ArgumentValue($0, file) },
      try (json["kwargs"]?.object ?? [:]).mapValues { try ArgumentValue($0, file) })
    switch json["function"]?.string {
    case "requires_grad_":
      try target.requiresGrad_(arguments.bool(0, "requires_grad", default: true))
    case "convert_sync_batchnorm" where target === module:
      module = try SyncBatchNorm.convertSyncBatchnorm(module)
    case "parametrizations.weight_norm":
      let dim: Int? =
        if case .none? = arguments.value(1, "dim") { nil } else {
          try arguments.int(1, "dim", default: 0)
        }
      try Parametrizations.weightNorm(target, arguments.parameterName(), dim: dim)
    case "parametrizations.spectral_norm":
      try Parametrizations.spectralNorm(
        target, arguments.parameterName(),
        nPowerIterations: arguments.int(1, "n_power_iterations", default: 1),
        eps: arguments.double(2, "eps", default: 1e-12), dim: arguments.optionalInt(3, "dim"))
    case "parametrizations.orthogonal":
      try Parametrizations.orthogonal(
        target, arguments.parameterName(),
        orthogonalMap: arguments.optionalChoice(1, "orthogonal_map"),
        useTrivialization: arguments.bool(nil, "use_trivialization", default: true))
    case "parametrize.remove_parametrizations":
      try target.removeParametrizations(
        arguments.string(0, "tensor_name"),
        leaveParametrized: arguments.bool(1, "leave_parametrized", default: true))
    case let other: throw UnsupportedError("apply \(other ?? "")")
    }
    let unread = arguments.unread
    guard unread.isEmpty else { throw UnsupportedError(unread.joined(separator: ", ")) }
  }

  /// Calls `method`.
  func call(_ method: String, _ arguments: Arguments) throws -> any OperatorResult {
    guard let call = calls[method] else { throw UnsupportedError("method \(method)") }
    return try call(arguments)
  }
}

extension Arguments {
  /// Returns the parameter that a parametrization function applies to.
  fileprivate func parameterName() throws -> String {
    try optionalString(0, "name") ?? "weight"
  }
}

/// The description of a module in a case: an argument of another module.
package struct ModuleSpec: Sendable {
  let name: String
  let positional: [ArgumentValue]
  let keyword: [String: ArgumentValue]

  /// Reads the class in `json`, with its factory.
  init(_ json: JSONValue, _ file: TensorFile) throws {
    guard let name = json["class"]?.string else { throw GoldenError("a module without class") }
    self.name = json["factory"]?.string.map { "\(name).\($0)" } ?? name
    positional = try (json["args"]?.array ?? []).map { try ArgumentValue($0, file) }
    keyword = try (json["kwargs"]?.object ?? [:]).mapValues { try ArgumentValue($0, file) }
  }

  /// Returns a new module; all its arguments were read.
  func build(_ table: ModuleTable = .all) throws -> BuiltModule {
    let arguments = Arguments(positional, keyword)
    let built = try table.build(name, arguments)
    let unread = arguments.unread
    guard unread.isEmpty else {
      throw UnsupportedError("\(name): \(unread.joined(separator: ", "))")
    }
    return built
  }
}
