import Kindling
import Testing
import _TestExpectations

/// L-BFGS on the reference's functions: the losses, how often the closure was called, every point.
struct LBFGSTests {
  struct Run: CustomTestStringConvertible, Sendable {
    let record: JSONValue
    var name: String { record["name"]?.string ?? "" }
    var dtype: DType { record["dtype"]?.string == "float64" ? .float64 : .float32 }
    var testDescription: String { "\(name) \(dtype)" }
  }

  static let runs: [Run] =
    ((try? Golden.json("optim/optimizers.json"))?["closures"]?.array ?? []).map(Run.init)

  @Test func referenceIsThere() { #expect(Self.runs.count == 10) }

  private func optimizer(_ run: Run, _ p: Tensor) throws -> LBFGS {
    let a = run.record["args"] ?? .null
    return try LBFGS(
      [p], lr: a["lr"]?.double ?? 1, maxIter: a["max_iter"]?.int ?? 20,
      toleranceGrad: a["tolerance_grad"]?.double ?? 1e-7,
      toleranceChange: a["tolerance_change"]?.double ?? 1e-9,
      historySize: a["history_size"]?.int ?? 100,
      lineSearchFn: a["line_search_fn"]?.string.flatMap(LBFGS.LineSearch.init))
  }

  private func value(_ function: String, _ p: Tensor) throws -> Tensor {
    let n = p.shape[0]
    switch function {
    case "rosenbrock":
      var sum = try Tensor.zeros([], dtype: p.dtype)
      for i in 0..<n - 1 {
        sum = try sum + (p[i + 1] - p[i].pow(2)).pow(2) * 100 + (1 - p[i]).pow(2)
      }
      return sum
    case "quadratic":
      let weights = try Tensor.arange(1, n + 1).to(p.dtype)
      return try (weights * (p - 0.5).pow(2)).sum() + p.prod() * 0.1
    case "quartic": return try p.pow(4).sum() + (p.sum() - 1).pow(2)
    default: throw GoldenError("no function called \(function)")
    }
  }

  /// Runs the whole record; `interrupted` saves and loads the state before each step.
  private func check(_ run: Run, interrupted: Bool) throws {
    let file = try Golden.tensors("optim/optimizers.safetensors")
    let p = try Tensor(run.record["x0"]?.array?.compactMap(\.double) ?? [], dtype: run.dtype)
    try p.requiresGrad_()
    let function = run.record["function"]?.string ?? ""
    var optimizer = try optimizer(run, p)
    let points = try file.tensor("lbfgs.\(run.name).\(run.dtype).params")
    let losses = run.record["losses_returned_by_step"]?.array ?? []
    let calls = run.record["closure_calls_per_step"]?.ints ?? []
    let double = run.dtype == .float64
    for step in losses.indices {
      if interrupted {
        let saved = optimizer.stateDict()
        optimizer = try self.optimizer(run, p)
        try optimizer.loadStateDict(saved)
      }
      var count = 0
      let loss = try optimizer.step {
        count += 1
        optimizer.zeroGrad()
        let loss = try value(function, p)
        try loss.backward()
        return loss
      }
      #expect(count == calls[step], "calls of step \(step)")
      try expectClose(
        p.detach(), points[step].clone(), rtol: double ? 1e-8 : 1e-4, atol: double ? 1e-9 : 1e-5,
        "point after step \(step)")
      let expected = try Tensor(losses[step].double ?? .nan, dtype: .float64)
      try expectClose(
        loss.detach().to(.float64), expected, rtol: double ? 1e-8 : 1e-3,
        atol: double ? 1e-12 : 1e-6,
        "loss of step \(step)")
    }
    let keys = (optimizer.stateDict()["state"]?[0]?.pairs ?? []).compactMap(\.key.stringValue)
    #expect(keys.sorted() == run.record["state_keys"]?.array?.compactMap(\.string))
  }

  @Test(arguments: runs) func matches(_ run: Run) throws { try check(run, interrupted: false) }
  @Test(arguments: runs) func resumes(_ run: Run) throws { try check(run, interrupted: true) }

  @Test func refusals() throws {
    let p = try Tensor([1.0, 2.0]).requiresGrad_(), q = try Tensor([1.0]).requiresGrad_()
    expectRefusal("Invalid learning rate: -1") { try LBFGS([p], lr: -1) }
    expectRefusal("Invalid max_iter value: -3") { try LBFGS([p], maxIter: -3) }
    expectRefusal("LBFGS needs parameters of one dtype and device…") {
      try LBFGS([p, Tensor([1.0], dtype: .float64).requiresGrad_()])
    }
    let optimizer = try LBFGS([p])
    expectRefusal("…missing 1 required positional argument: 'closure'…") { try optimizer.step() }
    expectRefusal("LBFGS doesn't support per-parameter options (parameter groups)") {
      try optimizer.addParamGroup(ParamGroup([q]))
    }
    optimizer.paramGroups[0]["line_search_fn"] = "armijo"
    let saved = optimizer.stateDict()
    expectRefusal("only 'strong_wolfe' is supported, but got 'armijo'") {
      try optimizer.loadStateDict(saved)
    }
    expectRefusal("'func_evals' in the loaded state dict is none of LBFGS") {
      try LBFGS([p]).loadStateDict([
        "state": .dictionary([(.int(0), ["func_evals": -1])]),
        "param_groups": LBFGS([p]).stateDict()["param_groups"] ?? nil,
      ])
    }
  }
}
