import Kindling

/// A case of an optimizer: its steps along given gradients.
final class OptimizerRun {
  private let test: ConformanceCase
  private let file: TensorFile
  private var phase = "construction"

  init(_ test: ConformanceCase, _ file: TensorFile) {
    self.test = test
    self.file = file
  }

  /// Runs the case and returns its outcome.
  func verdict() -> Verdict {
    do {
      let problem =
        try test.expectsError ? runError() : test.json["function"] == nil ? run() : runLBFGS()
      if let problem { return .failed(problem) }
      return test.expectsError
        ? .failed("returned, where PyTorch refuses: \(test.json["error"]?.string ?? "")") : .passed
    } catch let error as UnsupportedError {
      return .unsupported("\(error)")
    } catch let error as TensorError where test.expectsError {
      // An error that depends on the arguments alone may be thrown before their use.
      let expected = test.json["phase"]?.string
      return phase == expected || expected == "step" && phase == "construction"
        ? .passed : .failed("threw in the phase \(phase): \(error)")
    } catch {
      return .failed("threw \(error)")
    }
  }

  // MARK: Construction

  private func build(_ groups: [JSONValue], _ params: [Int: Tensor]) throws -> Optimizer {
    let options = try (test.json["kwargs"]?.object ?? [:]).mapValues { try ArgumentValue($0, file) }
    return try OptimizerTable.all.build(
      test.op, groups.map { try group($0, params) }, options)
  }

  private func group(_ json: JSONValue, _ params: [Int: Tensor]) throws -> ParamGroup {
    var group = ParamGroup(try (json["params"]?.ints ?? []).map { try parameter($0, params) })
    for (name, value) in json["options"]?.object ?? [:] {
      group[name] = try ArgumentValue(value, file).checkpointValue()
    }
    if let names = json["names"]?.array {
      group["param_names"] = .list(names.compactMap(\.string).map { .string($0) })
    }
    return group
  }

  private func parameter(_ number: Int, _ params: [Int: Tensor]) throws -> Tensor {
    guard let parameter = params[number] else { throw GoldenError("no parameter \(number)") }
    return parameter
  }

  private func leaves() throws -> [Int: Tensor] {
    var result: [Int: Tensor] = [:]
    for (i, name) in (test.json["params"]?.array ?? []).enumerated() {
      result[i] = try file.tensor(name.string ?? "", requiresGrad: true)
    }
    return result
  }

  // MARK: Steps

  private func run() throws -> String? {
    let params = try leaves()
    let groups = test.json["groups"]?.array ?? []
    var optimizer = try build(groups, params)
    phase = "step"
    let gradients = try tensors("grads"), after = try tensors("after")
    let missing = Set((test.json["missing"]?.array ?? []).map { $0.ints ?? [] })
    for step in 0..<(test.json["steps"]?.int ?? 0) {
      for change in test.json["changes"]?.array ?? [] where change["before_step"]?.int == step {
        if let number = change["group"]?.int {
          for (name, value) in change["options"]?.object ?? [:] {
            optimizer.paramGroups[number][name] = try ArgumentValue(value, file).checkpointValue()
          }
        } else if let added = change["add_group"] {
          try optimizer.addParamGroup(group(added, params))
        } else {
          let saved = optimizer.stateDict()
          optimizer = try build(groups, params)
          try optimizer.loadStateDict(saved)
        }
      }
      for (i, parameter) in params {
        parameter.grad =
          missing.contains([step, i]) ? nil : try gradients[i].select(0, step).clone()
      }
      try optimizer.step()
      for (i, parameter) in params.sorted(by: { $0.key < $1.key }) {
        if let problem = try difference(parameter, after[i].select(0, step)) {
          return "parameter \(i) after step \(step): \(problem)"
        }
      }
      if let problem = try checkState(optimizer, step) { return "after step \(step): \(problem)" }
    }
    if let problem = try checkGroups(optimizer) { return problem }
    if let text = test.json["repr"]?.string, optimizer.description != text {
      return "prints as \(optimizer), expected \(text)"
    }
    return nil
  }

  private func tensors(_ name: String) throws -> [Tensor] {
    try (test.json[name]?.array ?? []).map { try file.tensor($0.string ?? "") }
  }

  /// Returns how `actual` differs from `expected`, relative to the largest element.
  private func difference(_ actual: Tensor, _ expected: Tensor) throws -> String? {
    let scale = try Elements(expected).doubles.reduce(0) { max($0, abs($1)) }
    return try _TestSupport.difference(
      actual, expected, rtol: test.rtol, atol: test.atol * (scale.isFinite ? scale : 1))
  }

  /// Returns what is wrong with the state in the state dict after a step.
  private func checkState(_ optimizer: Optimizer, _ step: Int) throws -> String? {
    let state = optimizer.stateDict()["state"]?.pairs ?? []
    for (number, expected) in (test.json["state"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      let own = state.first { $0.key.intValue.map(String.init) == number }?.value
      let entries = expected.object ?? [:]
      for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
        let first = value["first"]?.int ?? 0
        guard step >= first else {
          if own?[name] != nil { return "parameter \(number) has \(name) already" }
          continue
        }
        guard let own = own?[name] else { return "parameter \(number) has no \(name)" }
        let wanted = try file.tensor(value["values"]?.string ?? "").select(0, step - first)
        if let problem = try difference(own, wanted) {
          return "\(name) of parameter \(number): \(problem)"
        }
      }
      // State that the reference does not have.
      for (key, value) in own?.pairs ?? [] {
        if let name = key.stringValue, entries[name] == nil {
          if case .none = value { continue }
          return "parameter \(number) has \(name), expected none"
        }
      }
    }
    return nil
  }

  private func difference(_ own: CheckpointValue, _ wanted: Tensor) throws -> String? {
    guard let tensor = own.tensorValue, wanted.ndim > 0 else {
      let number = try own.tensorValue?.item() ?? own.doubleValue ?? .nan
      let expected = try wanted.item()
      let isClose = isClose(
        number, expected, rtol: test.rtol, atol: test.atol * Swift.abs(expected))
      return isClose ? nil : "\(number), expected \(expected)"
    }
    return try difference(tensor, wanted)
  }

  /// Returns what is wrong with the groups of the state dict.
  private func checkGroups(_ optimizer: Optimizer) throws -> String? {
    guard let expected = test.json["param_groups"]?.array else { return nil }
    let groups = optimizer.stateDict()["param_groups"]?.elements ?? []
    guard groups.count == expected.count else { return "\(groups.count) groups" }
    for (i, (own, json)) in zip(groups, expected).enumerated() {
      let names = Set((own.pairs ?? []).compactMap(\.key.stringValue))
      guard names == Set((json.object ?? [:]).keys) else {
        return "group \(i) has \(names.sorted()), expected \((json.object ?? [:]).keys.sorted())"
      }
      for (name, value) in json.object ?? [:] {
        let text = own[name].map(\.description) ?? ""
        let wanted =
          if let numbers = value.ints { CheckpointValue.list(numbers.map { .int($0) }) } else {
            try ArgumentValue(value, file).checkpointValue()
          }
        if text != wanted.description { return "\(name) of group \(i) is \(text), not \(wanted)" }
      }
    }
    return nil
  }

  // MARK: LBFGS

  private func runLBFGS() throws -> String? {
    let params = try leaves()
    let optimizer = try build(
      [.object(["params": .array(params.keys.sorted().map { .int($0) })])], params)
    phase = "step"
    let after = try tensors("after")
    var calls = 0
    for step in 0..<(test.json["steps"]?.int ?? 0) {
      calls = 0
      let loss = try optimizer.step {
        calls += 1
        optimizer.zeroGrad()
        let loss = try self.objective(params)
        try loss.backward()
        return loss
      }
      if let wanted = test.json["closure_calls"]?.array?[step].int, calls != wanted {
        return "\(calls) evaluations in step \(step), expected \(wanted)"
      }
      if let wanted = test.json["losses"]?.array?[step].double,
        !isClose(try loss.item(), wanted, rtol: test.rtol, atol: test.atol)
      {
        return "loss \(try loss.item()) of step \(step), expected \(wanted)"
      }
      for (i, parameter) in params.sorted(by: { $0.key < $1.key }) {
        if let problem = try _TestSupport.difference(
          parameter, after[i].select(0, step), rtol: test.rtol, atol: test.atol)
        {
          return "parameter \(i) after step \(step): \(problem)"
        }
      }
    }
    let state = optimizer.stateDict()["state"]?.pairs?.first?.value
    for name in ["func_evals", "n_iter"] where state?[name]?.intValue != test.json[name]?.int {
      return
        "\(name) is \(state?[name]?.description ?? "absent"), expected \(test.json[name]?.int ?? 0)"
    }
    return nil
  }

  /// Returns the function that the case minimizes.
  private func objective(_ params: [Int: Tensor]) throws -> Tensor {
    let p = try parameter(0, params)
    switch test.json["function"]?.string {
    case "rosenbrock":
      let n = p.shape[0]
      let (head, tail) = (try p.narrow(0, 0, n - 1), try p.narrow(0, 1, n - 1))
      return try ((tail - head.square()).square() * 100 + (1 - head).square()).sum()
    case "quartic": return try p.pow(4).sum() + (p.sum() - 1).square()
    case "negative_quartic": return try -(p.pow(4).sum() + (p.sum() - 1).square())
    case "two_parameters":
      let q = try parameter(1, params)
      return try (p - 0.5).square().sum() + q.square().sum() * 0.5 + p.sum() * q.sum() * 0.1
    case let other: throw UnsupportedError("function \(other ?? "")")
    }
  }

  // MARK: Errors

  private func runError() throws -> String? {
    var params: [Int: Tensor] = [:]
    let nonleaf = test.json["nonleaf"]?.ints ?? []
    for (number, name) in test.json["params"]?.object ?? [:] {
      guard let i = Int(number) else { throw GoldenError("\(test.id): parameter \(number)") }
      let leaf = try file.tensor(name.string ?? "", requiresGrad: true)
      params[i] = nonleaf.contains(i) ? try leaf * 1 : leaf
    }
    let optimizer = try build(test.json["groups"]?.array ?? [], params)
    if let load = test.json["load"]?.array {
      let other = try build(load.map { .object(["params": $0]) }, params)
      phase = "load"
      try optimizer.loadStateDict(other.stateDict())
      return nil
    }
    phase = "step"
    if test.op == "LBFGS" {
      try optimizer.step {
        optimizer.zeroGrad()
        var loss = Tensor(0.0)
        for parameter in params.values { loss = try loss + parameter.square().sum() }
        try loss.backward()
        return loss
      }
    } else {
      for parameter in params.values { parameter.grad = try Tensor.ones(like: parameter) }
      try optimizer.step()
    }
    return nil
  }
}

extension ArgumentValue {
  /// Returns a plain value as a checkpoint value.
  func checkpointValue() throws -> CheckpointValue {
    switch self {
    case .none: .none
    case .bool(let b): .bool(b)
    case .int(let i): .int(i)
    case .double(let d): .double(d)
    case .string(let s): .string(s)
    case .tensor(let t): .tensor(t)
    case .list(let l): .list(try l.map { try $0.checkpointValue() })
    case .tuple(let l): .tuple(try l.map { try $0.checkpointValue() })
    default: throw UnsupportedError("an option of kind \(kind)")
    }
  }
}
