import Kindling
import Testing
import _TestExpectations

/// Every run of the reference: all parameters after each step, the final state, the groups and the
/// printed form.
struct OptimizerGoldenTests {
  struct Run: CustomTestStringConvertible, Sendable {
    let record: JSONValue
    var name: String { record["name"]?.string ?? "" }
    var dtype: DType { record["dtype"]?.string == "float64" ? .float64 : .float32 }
    var testDescription: String { "\(name) \(dtype)" }
    /// Which of the initial values it trains.
    var params: [Int] { record["params"]?.ints ?? [] }
  }

  static let all = (try? Golden.json("optim/optimizers.json")) ?? .null
  static let runs: [Run] = (all["cases"]?.array ?? []).map(Run.init)

  /// Where a run starts.
  ///
  /// The script that made the reference let float32 runs update the common initial values, so each
  /// starts where the float32 run before it ended; the very first start is its first step of plain
  /// gradient descent undone.
  private func start(_ run: Run, _ i: Int, _ file: TensorFile) throws -> Tensor {
    var previous: String?
    for record in Self.all["cases"]?.array ?? [] {
      if record == run.record { break }
      if record["dtype"]?.string == "float32", record["params"]?.ints?.contains(i) == true {
        previous = record["name"]?.string
      }
    }
    let values: Tensor
    if let previous {
      let history = try file.tensor("\(previous).float32.param\(i)")
      values = try history.slice(history.shape[0] - 1)
    } else {
      let first = try file.tensor("\(run.name).\(run.dtype).param\(i)").slice(0)
      values = try first.add(file.tensor("grads.\(i)").slice(0), alpha: 0.01)
    }
    return try values.to(run.dtype).requiresGrad_()
  }

  @Test func referenceIsThere() { #expect(Self.runs.count == 84) }

  @Test(arguments: runs) func matches(_ run: Run) throws {
    let file = try Golden.tensors("optim/optimizers.safetensors")
    let skipped = Self.all["none_grad_step"]?.int
    let steps = try #require(Self.all["steps"]?.int)
    let parameters = try run.params.map { try start(run, $0, file) }
    let optimizer = try build(run, parameters)
    for step in 0..<steps {
      for (i, parameter) in zip(run.params, parameters) {
        parameter.grad = try file.tensor("grads.\(i)").slice(step).to(run.dtype)
      }
      if step == skipped { parameters.last?.grad = nil }
      try optimizer.step()
      for (i, parameter) in zip(run.params, parameters) {
        let expected = try file.tensor("\(run.name).\(run.dtype).param\(i)").slice(step)
        try expectGolden(parameter.detach(), expected, "parameter \(i) after step \(step)")
      }
    }
    #expect(optimizer.description == run.record["repr"]?.string)
    try compareState(optimizer, run, file)
    #expect(plain(optimizer.stateDict()["param_groups"]) == run.record["param_groups"])
  }

  /// The tests of all classes, and the fuzzer, take them from the tables; only superclasses may be
  /// missing.
  @Test func everyClassIsInTheTables() throws {
    for (base, names) in [
      ("Optimizer", OptimizerTable.all.names), ("LRScheduler", SchedulerTable.all.names),
    ] {
      let declared = try SourceClasses.subclasses(of: base, in: "KindlingOptim")
      let missing = Set(declared.keys).subtracting(names)
      #expect(missing.isSubset(of: declared.values), "\(missing)")
      #expect(Set(names).isSubset(of: declared.keys))
    }
  }

  /// A run that is saved half-way, loaded into a new optimizer and finished ends where the whole did.
  @Test(arguments: runs) func resumes(_ run: Run) throws {
    let file = try Golden.tensors("optim/optimizers.safetensors")
    let parameters = try run.params.map { try start(run, $0, file) }
    var optimizer = try build(run, parameters)
    for step in 0..<6 {
      if step == 3 {
        let saved = optimizer.stateDict()
        optimizer = try build(run, parameters)
        try optimizer.loadStateDict(saved)
      }
      for (i, parameter) in zip(run.params, parameters) {
        parameter.grad = try file.tensor("grads.\(i)").slice(step).to(run.dtype)
      }
      try optimizer.step()
    }
    for (i, parameter) in zip(run.params, parameters) {
      let expected = try file.tensor("\(run.name).\(run.dtype).param\(i)").slice(5)
      try expectGolden(parameter.detach(), expected, "parameter \(i)")
    }
  }

  private func build(_ run: Run, _ parameters: [Tensor]) throws -> Optimizer {
    let a = run.record["args"] ?? .null
    let groups: [ParamGroup] =
      if let own = a["__groups__"]?.array {
        zip(parameters, own).map { parameter, options in
          var group = ParamGroup([parameter])
          for (name, value) in options.object ?? [:] {
            group[name] = value.double.map { .double($0) }
          }
          return group
        }
      } else { [ParamGroup(parameters)] }
    let options = (a.object ?? [:]).filter { $0.key != "__groups__" }
    return try OptimizerTable.all.build(
      run.record["optimizer"]?.string ?? "", groups,
      options.mapValues { try ArgumentValue(plain: $0) })
  }

  private func compareState(_ optimizer: Optimizer, _ run: Run, _ file: TensorFile) throws {
    guard case .dictionary(let states)? = optimizer.stateDict()["state"] else {
      throw GoldenError("no state")
    }
    var found = Set<String>()
    for (id, entries) in states {
      guard case .dictionary(let entries) = entries else { throw GoldenError("state of \(id)") }
      for (name, value) in entries {
        let key = "\(id).\(name.stringValue ?? "")"
        found.insert(key)
        let tensor = try #require(value.tensorValue)
        try expectGolden(tensor, try file.tensor("\(run.name).\(run.dtype).state.\(key)"), key)
      }
    }
    #expect(found == Set((run.record["state"]?.object ?? [:]).keys))
  }

  private func plain(_ value: CheckpointValue?) -> JSONValue? {
    switch value {
    case nil: nil
    case .some(.none): .null
    case .bool(let b): .bool(b)
    case .int(let i): .int(i)
    case .double(let d): .double(d)
    case .string(let s): .string(s)
    case .list(let items), .tuple(let items): .array(items.compactMap { plain($0) })
    case .dictionary(let pairs):
      .object(Dictionary(pairs.map { ($0.key.stringValue ?? "", plain($0.value) ?? .null) }) { $1 })
    default: .null
    }
  }
}

extension Tensor {
  /// Row `i` as a tensor of its own.
  fileprivate func slice(_ i: Int) throws -> Tensor {
    try alias(
      shape: Array(shape.dropFirst()), strides: Array(strides.dropFirst()), offset: i * strides[0]
    ).clone()
  }
}
