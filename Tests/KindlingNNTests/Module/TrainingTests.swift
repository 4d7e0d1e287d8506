import Kindling
import Testing
import _TestExpectations

private final class Quadratic: Module, Layer {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([2.0])
  @Parameter var c = Tensor([3.0])

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try a * x.pow(2)
    try y += b * x.pow(1)
    try y += c
    return y
  }
}

private final class Clf: Module, Layer {
  let fc1: Linear
  let fc2: Linear
  init(hidden: Int) {
    fc1 = Linear(4, hidden)
    fc2 = Linear(hidden, 3)
  }
  func forward(_ x: Tensor) throws -> Tensor { try fc2(F.relu(fc1(x))) }
}

/// Whole training runs against PyTorch's: every recorded step within 1e-5 in float32 and 1e-10 in
/// float64, relatively.
@Suite(.serialized) struct TrainingTests {
  private func tolerance(_ dtype: DType) -> Double { dtype == .float64 ? 1e-10 : 1e-5 }

  @Test(arguments: [DType.float32, .float64]) func quadratic(_ dtype: DType) throws {
    let golden = try Golden.json("training/quadratic.json")
    let config = try #require(golden["config"]), run = try #require(golden["runs"]?["\(dtype)"])
    func column(_ name: String) throws -> Tensor {
      try Tensor(#require(config[name]?.array).compactMap(\.double), dtype: dtype)
    }
    let xs = try column("xs"), ys = try column("ys")
    let model = try Quadratic().to(dtype)
    let criterion = MSELoss(),
      optimizer = try SGD(model.parameters(), lr: config["lr"]?.double ?? 0)
    let losses = try #require(run["losses"]?.array)
    for (step, expected) in losses.enumerated() {
      let loss = try criterion(model(xs), ys)
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
      try expectClose(loss.item(), expected, rtol: tolerance(dtype), "loss of step \(step)")
    }
    let file = try Golden.tensors("training/quadratic.safetensors")
    for (name, value) in try model.stateDict() {
      let expected = try file.tensor("\(dtype).after_\(losses.count).\(name)")
      try expectClose(value, expected, rtol: tolerance(dtype) * 10, name)
    }
  }

  @Test(arguments: [DType.float32, .float64]) func routine(_ dtype: DType) throws {
    let golden = try Golden.json("training/routine.json")
    let config = try #require(golden["config"]),
      rows = try #require(golden["runs"]?["\(dtype)"]?.array)
    let file = try Golden.tensors("training/routine.safetensors")
    let hidden = try #require(config["h"]?.int), classes = try #require(config["classes"]?.int)
    let features = try #require(config["in"]?.int)
    let model = Sequential(Flatten(), Linear(features, hidden), ReLU(), Linear(hidden, classes))
    try model.to(dtype)
    var initial = StateDict()
    for key in try model.stateDict().keys { initial[key] = try file.tensor("\(dtype).init.\(key)") }
    try model.loadStateDict(initial)
    let inputs = try file.tensor("\(dtype).inputs"), labels = try file.tensor("labels")
    let criterion = CrossEntropyLoss(),
      optimizer = try Adam(model.parameters(), lr: config["lr"]?.double ?? 0)
    let weight = try model[1, as: Linear.self].weight
    func gradient() throws -> Double? { try weight.grad.map { try $0.sum().item() } }
    func total() throws -> Double { try weight.sum().item() }
    for (i, row) in rows.enumerated() {
      // Sums over many elements of both signs are as exact as their parts.
      func check(_ value: Double?, _ name: String) throws {
        expectClose(
          value, row[name], rtol: tolerance(dtype), atol: dtype == .float64 ? 1e-12 : 1e-6,
          "\(name) of step \(i)")
      }
      try check(gradient(), "grad_before")
      try check(total(), "param_before")
      optimizer.zeroGrad(setToNone: false)
      try check(gradient(), "grad_after_zero_grad")
      let output = try model(inputs.select(0, i))
      try check(gradient(), "grad_after_forward")
      let loss = try criterion(output, labels.select(0, i))
      try expectClose(loss.item(), row["loss"], rtol: tolerance(dtype), "loss of step \(i)")
      try loss.backward()
      try check(gradient(), "grad_after_backward")
      try check(total(), "param_after_backward")
      try optimizer.step()
      try check(total(), "param_after_step")
    }
  }

  @Test(arguments: [DType.float32, .float64]) func iris(_ dtype: DType) throws {
    let golden = try Golden.json("training/iris.json")
    let config = try #require(golden["config"]), run = try #require(golden["runs"]?["\(dtype)"])
    let file = try Golden.tensors("training/iris.safetensors")
    let text = String(decoding: try FileBytes.read(Golden.path("training/iris.csv")), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let x = try Tensor(rows.flatMap { $0.prefix(4) }, dtype: dtype).reshape(-1, 4)
    let y = Tensor(rows.map { Int($0[4]) })

    let seed = try #require(config["seed"]?.int), hidden = try #require(config["hidden"]?.int)
    let model = withDefaultGenerator(Generator(seed: seed)) { Clf(hidden: hidden) }
    try model.to(dtype)
    for (name, value) in try model.stateDict() {
      try expectClose(value, file.tensor("\(dtype).init.\(name)"), name)
    }
    let criterion = CrossEntropyLoss(),
      optimizer = try Adam(model.parameters(), lr: config["lr"]?.double ?? 0)
    for (step, expected) in try #require(run["losses"]?.array).enumerated() {
      let loss = try criterion(model(x), y)
      optimizer.zeroGrad()
      try loss.backward()
      if step == 0 {
        for (name, parameter) in model.namedParameters() {
          let gradient = try #require(parameter.grad)
          try expectGolden(gradient, file.tensor("\(dtype).grad0.\(name)"), name)
        }
      }
      try optimizer.step()
      try expectClose(loss.item(), expected, rtol: tolerance(dtype), "loss of step \(step)")
    }
  }
}
