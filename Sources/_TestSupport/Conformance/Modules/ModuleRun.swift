import Kindling

/// A case of a module: its construction and its calls.
final class ModuleRun {
  /// The steps of a case in which PyTorch may throw.
  enum Phase: String { case construction, load, forward }

  private let test: ConformanceCase
  private let file: TensorFile
  private var phase = Phase.construction
  /// The expected entries of the state dict.
  private var state: [String: Tensor] = [:]

  init(_ test: ConformanceCase, _ file: TensorFile) {
    self.test = test
    self.file = file
  }

  /// Runs the case and returns its outcome.
  func verdict() -> Verdict {
    do {
      if let problem = try run() { return .failed(problem) }
      return test.expectsError
        ? .failed("returned, where PyTorch refuses: \(test.json["error"]?.string ?? "")") : .passed
    } catch let error as UnsupportedError {
      return .unsupported("\(error)")
    } catch let error as TensorError {
      return verdict(of: error)
    } catch {
      return .failed("threw \(error)")
    }
  }

  /// Returns whether an error is thrown where PyTorch throws one.
  ///
  /// A constructor that does not throw reports at the first use; one that throws may report earlier
  /// than PyTorch.
  private func verdict(of error: TensorError) -> Verdict {
    let expected = test.json["phase"]?.string.flatMap(Phase.init)
    switch (expected, phase) {
    case (nil, _):
      return error.kind == .unsupported ? .unsupported("\(error)") : .failed("threw \(error)")
    case (.construction?, .forward), (.forward?, .construction): return .passed
    case (let expected?, let phase) where expected == phase: return .passed
    default: return .failed("threw in the phase \(phase): \(error)")
    }
  }

  /// Returns what is wrong, `nil` if nothing is; throws if the module does.
  private func run() throws -> String? {
    if let seed = test.json["seed"]?.int { manualSeed(seed) }
    var built = try ModuleSpec(.object(test.classDescription), file).build()
    for change in test.json["apply"]?.array ?? [] { try built.apply(change, file) }
    let module = built.module
    for part in module.modules() { try part.checkInitialization() }
    // PyTorch prints the names of its internals after an applied function.
    let text = test.json["apply"] == nil ? test.json["repr"]?.string : nil
    if !test.expectsError, let problem = try checkConstruction(module, text) { return problem }
    phase = .load
    if let name = test.json["dtype"]?.string, name != "float32" {
      guard let dtype = DType.allCases.first(where: { $0.description == name }) else {
        throw UnsupportedError("dtype \(name)")
      }
      try module.to(dtype)
    }
    if let load = test.json["load"]?.object {
      try module.loadStateDict(StateDict(load.sorted { $0.key < $1.key }.map(stored)))
    }
    let calls = test.json["calls"]?.array ?? []
    state = try snapshot(module)
    for (i, call) in calls.enumerated() {
      // All calls but the last one of an error case must succeed.
      phase = test.expectsError && i < calls.count - 1 ? .load : .forward
      let isLast = test.expectsError && i == calls.count - 1
      if let problem = try run(call, built, comparing: !isLast) { return "call \(i): \(problem)" }
    }
    if let text = test.json["repr_after"]?.string ?? text, module.description != text {
      return "prints as \(module), expected \(text)"
    }
    return nil
  }

  /// Returns what is wrong with a new module's description, parameters and buffers.
  private func checkConstruction(_ module: Module, _ text: String?) throws -> String? {
    if let text, module.description != text {
      return "prints as \(module), expected \(text)"
    }
    let expected = try (test.json["init"]?.array ?? []).map { entry in
      guard let pair = entry.array, pair.count == 2, let name = pair[0].string else {
        throw GoldenError("an entry of init is no pair")
      }
      return try stored(name, pair[1])
    }
    let actual = try module.stateDict()
    guard actual.keys == expected.map(\.0) else {
      return "has the keys \(actual.keys), expected \(expected.map(\.0))"
    }
    for (name, value) in expected {
      guard let own = actual[name] else { return "has no \(name)" }
      if let problem = try difference(own, value, rtol: 1e-5, atol: 1e-6) {
        return "starts with another \(name): \(problem)"
      }
    }
    let buffers = Set((test.json["buffers"]?.array ?? []).compactMap(\.string))
    let frozen = Set((test.json["frozen"]?.array ?? []).compactMap(\.string))
    for (name, parameter) in module.namedParameters() {
      if buffers.contains(name) { return "\(name) is a parameter, expected a buffer" }
      if parameter.requiresGrad == frozen.contains(name) {
        return "\(name) \(frozen.contains(name) ? "requires" : "does not require") a gradient"
      }
    }
    return nil
  }

  /// Makes a call and compares its results.
  private func run(
    _ json: JSONValue, _ built: BuiltModule, comparing: Bool
  ) throws -> String? {
    let module = built.module
    module.train(json["training"]?.bool ?? true)
    if let seed = json["seed"]?.int { manualSeed(seed) }
    let call = try ModuleCall(json, file)
    let method = json["method"]?.string ?? ""
    let forward = { try built.call(method, call.arguments).outputs }
    let outputs = try json["no_grad"]?.bool == true ? noGrad(forward) : forward()
    let unread = call.arguments.unread
    guard unread.isEmpty else { throw UnsupportedError(unread.joined(separator: ", ")) }
    guard comparing else { return nil }
    let comparison = Comparison(test, file)
    if let problem = try comparison.check(outputs, json["outputs"] ?? .null, json["where"]) {
      return problem
    }
    for (path, tensor) in call.passed.sorted(by: { $0.key < $1.key }) {
      let expected = json["mutated"]?[path]?.string
      if let problem = try expected.map({ try comparison.difference(tensor, $0) })
        ?? difference(tensor, call.original(path))
      {
        return "argument \(path): \(problem)"
      }
    }
    if let problem = try checkState(module, json["state"]?.object ?? [:], comparison) {
      return problem
    }
    return try checkGradients(json, outputs, call, module, comparison)
  }

  /// Returns what is wrong with the state dict after a call.
  private func checkState(
    _ module: Module, _ changed: [String: JSONValue], _ comparison: Comparison
  ) throws -> String? {
    let now = try snapshot(module)
    for name in Set(now.keys).union(state.keys).union(changed.keys).sorted() {
      guard let value = now[name] else { return "\(name) is gone" }
      let expected = changed[name]?.string
      guard expected != nil || state[name] != nil else { return "\(name) is new" }
      let problem =
        try expected.map { try comparison.difference(value, $0) }
        ?? state[name].flatMap { try difference(value, $0) }
      if let problem { return "\(name) after the call: \(problem)" }
    }
    state = now
    return nil
  }

  /// Returns what is wrong with the gradients of the input leaves and the parameters.
  private func checkGradients(
    _ json: JSONValue, _ outputs: [Output], _ call: ModuleCall, _ module: Module,
    _ comparison: Comparison
  ) throws -> String? {
    let cotangents = json["cotangents"]?.array ?? []
    guard cotangents.contains(where: { $0 != .null }) else { return nil }
    module.zeroGrad()
    let values = outputs.compactMap { output -> Tensor? in
      if case .tensor(let t) = output { t } else { nil }
    }
    guard values.count == cotangents.count else {
      throw GoldenError("\(test.id): \(cotangents.count) cotangents of \(values.count) values")
    }
    var total: Tensor?
    for (value, name) in zip(values, cotangents) {
      guard let name = name.string, value.requiresGrad else { continue }
      let part = try value.mul(file.tensor(name)).sum()
      total = try total.map { try $0 + part } ?? part
    }
    try total?.backward()
    let leaves =
      call.leaves.map { ($0.key, $0.value, json["grads"]?[$0.key]?.string) }
      + module.namedParameters().map {
        ($0.name, $0.parameter, json["param_grads"]?[$0.name]?.string)
      }
    for (name, leaf, expected) in leaves.sorted(by: { $0.0 < $1.0 }) {
      if let expected {
        guard let grad = leaf.grad else { return "gradient of \(name): none" }
        if let problem = try comparison.difference(grad, expected) {
          return "gradient of \(name): \(problem)"
        }
      } else if let grad = leaf.grad, try Elements(grad).doubles.contains(where: { $0 != 0 }) {
        return "gradient of \(name): not zero, expected none"
      }
    }
    return nil
  }

  /// Returns copies of the entries of the state dict.
  private func snapshot(_ module: Module) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, tensor) in try module.stateDict() { result[name] = try tensor.clone() }
    return result
  }

  private func stored(_ name: String, _ json: JSONValue) throws -> (String, Tensor) {
    guard let tensor = json.string else { throw GoldenError("\(name) is no tensor") }
    return (name, try file.tensor(tensor))
  }
}

extension ConformanceCase {
  /// The members that describe a module.
  fileprivate var classDescription: [String: JSONValue] {
    json.filter { ["class", "factory", "args", "kwargs"].contains($0.key) }
  }
}

/// The arguments of a call of a module.
struct ModuleCall {
  let arguments: Arguments
  /// The tensors passed, by path.
  let passed: [String: Tensor]
  /// The leaves whose gradients are compared, by path: a call that modifies its arguments gets
  /// copies of them.
  let leaves: [String: Tensor]
  private let originals: [String: Tensor]

  init(_ json: JSONValue, _ file: TensorFile) throws {
    var positional = try (json["args"]?.array ?? []).map { try ArgumentValue($0, file) }
    var keyword = try (json["kwargs"]?.object ?? [:]).mapValues { try ArgumentValue($0, file) }
    func tensors() -> [String: Tensor] {
      let named =
        positional.enumerated().flatMap { $1.tensors("\($0)") }
        + keyword.flatMap { $1.tensors("k:\($0)") }
      return Dictionary(named.map { ($0.path, $0.tensor) }) { first, _ in first }
    }
    let all = tensors()
    leaves = all.filter(\.value.requiresGrad)
    originals = try all.mapValues { try $0.detach().clone() }
    if json["inplace"]?.bool == true {
      positional = try positional.map { try $0.mappingTensors { try $0.clone() } }
      keyword = try keyword.mapValues { try $0.mappingTensors { try $0.clone() } }
    }
    let own = tensors()
    func resolved(_ value: ArgumentValue) throws -> ArgumentValue {
      guard case .same(let path) = value else { return value }
      guard let tensor = own[path] else { throw GoldenError("no tensor at \(path)") }
      return .tensor(tensor)
    }
    passed = own
    arguments = Arguments(try positional.map(resolved), try keyword.mapValues(resolved))
  }

  /// Returns the value of an argument before the call.
  func original(_ path: String) throws -> Tensor {
    guard let tensor = originals[path] else { throw GoldenError("no tensor at \(path)") }
    return tensor
  }
}
