import Kindling

/// The outcome of a case.
package enum Verdict: Sendable {
  case passed
  /// The result of the call is wrong.
  case failed(String)
  /// The operator or an argument does not exist.
  case unsupported(String)
}

/// A runner of conformance cases.
package struct ConformanceRunner: Sendable {
  let table: OperatorTable

  /// Creates a runner of the operators in `table`.
  package init(_ table: OperatorTable = .all) { self.table = table }

  /// Runs all cases of `suite`, and lists the failures.
  package func run(_ suite: ConformanceSuite) -> (tally: Tally, failures: [String]) {
    var tally = Tally()
    var failures: [String] = []
    for test in suite.cases {
      let verdict = run(test, of: suite)
      tally.count(verdict)
      if case .failed(let message) = verdict { failures.append("\(test.id): \(message)") }
    }
    return (tally, failures)
  }

  /// Runs one case of `suite`.
  package func run(_ test: ConformanceCase, of suite: ConformanceSuite) -> Verdict {
    switch suite.family {
    case .operators: runOperator(test, of: suite)
    case .modules: withDefaultGenerator(Generator()) { ModuleRun(test, suite.file).verdict() }
    case .optimizers: OptimizerRun(test, suite.file).verdict()
    case .schedulers: SchedulerRun(test, suite.file).verdict()
    case .samplers: withDefaultGenerator(Generator()) { SamplerRun(test, suite.file).verdict() }
    case nil: .unsupported("cases of this family")
    }
  }

  private func runOperator(_ test: ConformanceCase, of suite: ConformanceSuite) -> Verdict {
    guard let body = table.body(test.op, variant: test.variant) else {
      return .unsupported("operator \(test.op)")
    }
    do {
      let call = try Call(test, suite.file)
      let outputs: [Output]
      do {
        outputs = try body(call.arguments).outputs
      } catch let error as TensorError {
        // A call that stops at its first error need not have read the other arguments.
        if test.expectsError { return .passed }
        if let unread = call.unread { return unread }
        return error.kind == .unsupported ? .unsupported("\(error)") : .failed("threw \(error)")
      }
      if let unread = call.unread { return unread }
      if test.expectsError { return .failed("returned, where PyTorch refuses: \(call.refusal)") }
      if let problem = try check(call, outputs) { return .failed(problem) }
      return .passed
    } catch let error as UnsupportedError {
      return .unsupported("\(error)")
    } catch {
      return .failed("threw \(error)")
    }
  }

  /// Returns what is wrong with the outputs, the modified arguments or the gradients; `nil` if
  /// nothing is.
  private func check(_ call: Call, _ outputs: [Output]) throws -> String? {
    let expected = call.test.json["outputs"]?.array ?? []
    guard outputs.count == expected.count else {
      return "\(outputs.count) outputs, expected \(expected.count)"
    }
    if call.test.isNonunique {
      if let problem = try checkNonunique(call, outputs) { return problem }
    } else {
      for (i, (actual, expected)) in zip(outputs, expected).enumerated() {
        if let problem = try difference(call, actual, expected) { return "output \(i): \(problem)" }
      }
    }
    for (path, name) in call.test.json["mutated"]?.object ?? [:] {
      guard let tensor = call.tensors[path], let name = name.string else {
        throw GoldenError("\(call.test.id): no argument \(path)")
      }
      if let problem = try call.difference(tensor, from: name) {
        return "argument \(path): \(problem)"
      }
    }
    return try checkGradients(call, outputs)
  }

  /// Returns how an output differs from the expected one.
  func difference(_ call: Call, _ actual: Output, _ expected: JSONValue) throws -> String? {
    if case .tensor(let tensor) = actual, let name = expected["tensor"]?.string {
      return try call.difference(tensor, from: name)
    }
    switch (actual, try ArgumentValue(expected, call.file)) {
    case (.int(let x), .int(let y)) where x == y: return nil
    case (.bool(let x), .bool(let y)) where x == y: return nil
    case (.double(let x), .double(let y))
    where isClose(x, y, rtol: call.test.rtol, atol: call.test.atol):
      return nil
    default: return "\(actual), expected \(expected)"
    }
  }

  /// Runs the backward pass with the cotangents and compares the gradient of every leaf.
  private func checkGradients(_ call: Call, _ outputs: [Output]) throws -> String? {
    let cotangents = call.test.json["cotangents"]?.array ?? []
    guard cotangents.contains(where: { $0 != .null }) else { return nil }
    let values = try processed(call.test, outputs)
    guard values.count == cotangents.count else {
      throw GoldenError("\(call.test.id): \(cotangents.count) cotangents of \(values.count) values")
    }
    var total: Tensor?
    for (value, name) in zip(values, cotangents) {
      guard let name = name.string else { continue }
      guard value.requiresGrad else { continue }
      let part = try value.mul(call.file.tensor(name)).sum()
      total = try total.map { try $0 + part } ?? part
    }
    try total?.backward()
    let expected = call.test.json["grads"]?.object ?? [:]
    for (path, leaf) in call.tensors.sorted(by: { $0.key < $1.key }) where leaf.requiresGrad {
      if let name = expected[path]?.string {
        guard let grad = leaf.grad else { return "gradient of \(path): none" }
        if let problem = try call.difference(grad, from: name) {
          return "gradient of \(path): \(problem)"
        }
      } else if let grad = leaf.grad, try Elements(grad).doubles.contains(where: { $0 != 0 }) {
        return "gradient of \(path): not zero, expected none"
      }
    }
    return nil
  }

  /// Returns the tensors that the cotangents refer to: the outputs, or the result of `process`.
  func processed(_ test: ConformanceCase?, _ outputs: [Output]) throws -> [Tensor] {
    let tensors: [Tensor?] = outputs.map { if case .tensor(let t) = $0 { t } else { nil } }
    func output(_ i: Int?) throws -> Tensor {
      guard let i, tensors.indices.contains(i), let tensor = tensors[i] else {
        throw GoldenError("\(test?.id ?? ""): no output \(i ?? -1)")
      }
      return tensor
    }
    guard let process = test?.json["process"]?.array else {
      return try tensors.indices.map { try tensors[$0] ?? Tensor.zeros([]) }
    }
    return try process.map { entry in
      let parts = entry.array ?? []
      let operands = try parts.dropFirst().map { try output($0.int) }
      switch (parts.first?.string, operands.count) {
      case ("id", 1): return operands[0]
      case ("abs", 1): return try apply("abs", operands)
      case ("matmul", 2): return try apply("matmul", operands)
      case ("matmul_t", 2):
        return try apply("matmul", [operands[0], operands[1].transpose(-2, -1)])
      default: throw UnsupportedError("process \(entry)")
      }
    }
  }

  /// Returns the single tensor that an operator of the table computes from `operands`.
  func apply(_ name: String, _ operands: [Tensor]) throws -> Tensor {
    guard let body = table.body(name) else { throw UnsupportedError("operator \(name)") }
    guard
      case .tensor(let result)? = try body(Arguments(operands.map(ArgumentValue.tensor), [:]))
        .outputs.first
    else { throw UnsupportedError("\(name) as one tensor") }
    return result
  }
}

/// A case with constructed arguments.
struct Call {
  let test: ConformanceCase
  let file: TensorFile
  let arguments: Arguments
  /// The tensors among the arguments, by path.
  let tensors: [String: Tensor]

  init(_ test: ConformanceCase, _ file: TensorFile) throws {
    self.test = test
    self.file = file
    let positional = try (test.json["args"]?.array ?? []).map { try ArgumentValue($0, file) }
    let keyword = try (test.json["kwargs"]?.object ?? [:]).mapValues { try ArgumentValue($0, file) }
    arguments = Arguments(positional, keyword)
    let named =
      positional.enumerated().flatMap { $1.tensors("\($0)") }
      + keyword.flatMap { $1.tensors("k:\($0)") }
    tensors = Dictionary(named.map { ($0.path, $0.tensor) }) { first, _ in first }
  }

  /// The verdict if an argument was ignored.
  var unread: Verdict? {
    let unread = arguments.unread
    return unread.isEmpty ? nil : .unsupported("\(unread.joined(separator: ", "))")
  }

  /// PyTorch's error message, if it rejects the call.
  var refusal: String { test.json["error"]?.string ?? "" }

  func difference(_ tensor: Tensor, from name: String) throws -> String? {
    try _TestSupport.difference(
      tensor, file.tensor(name), rtol: test.rtol, atol: test.atol,
      scaledAtol: test.scaledAtol)
  }
}
