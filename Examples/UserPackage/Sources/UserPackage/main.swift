// A module, a data set, a transform, an optimizer and an autograd function of one's own.
import Foundation
import Kindling
import KindlingVision

/// A function with a gradient of its own: the square, differentiated by hand.
struct Square: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    ctx.saveForBackward(inputs[0])
    return [try inputs[0] * inputs[0]]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [try gradients[0] * ctx.savedTensors[0] * 2]
  }
}

/// A module with a parameter of its own: y = a x² + b.
final class Parabola: Module, Layer {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([0.0])

  func forward(_ x: Tensor) throws -> Tensor { try a * Square().apply(x) + b }
}

/// Points on 3 x² + 1.
struct Points: Dataset {
  let count = 64

  subscript(index: Int) -> (Tensor, Tensor) {
    get throws {
      let x = Double(index) / 32 - 1
      return (Tensor([x]), Tensor([3 * x * x + 1]))
    }
  }
}

/// Scales what it is given.
struct Scale: Transform {
  let factor: Double
  func callAsFunction(_ input: Tensor) throws -> Tensor { try input * factor }
}

/// Gradient descent by the sign of the gradient, with a rate that falls at each step.
final class SignSGD: Optimizer {
  init(_ parameters: [Tensor], lr: Double) throws {
    try super.init(groups: [ParamGroup(parameters)], defaults: ["lr": CheckpointValue(lr)])
  }

  override func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let count = try state["count"] ?? Tensor.zeros(1)
    try count.add_(1)
    state["count"] = count
    let rate = try group.number("lr") / count.item()
    try parameter.add_(gradient.sign(), alpha: -rate)
  }
}

/// Kibibytes of resident memory, as Linux counts them.
func residentMemory() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
  return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
}

manualSeed(0)
let loader = try DataLoader(Points(), batchSize: 16, shuffle: true)
let halve = Scale(factor: 0.5)
let model = Parabola()
let optimizer = try SignSGD(model.parameters(), lr: 0.5)
let criterion = MSELoss()
var first: Double?, last = 0.0
for _ in 0..<50 {
  for batch in loader {
    let (x, y) = try batch.get()
    let loss = try criterion(model(halve(x)), y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    last = try loss.item()
    first = first ?? last
  }
}
print("\(halve) \(model)")
print("loss fell: \(last < (first ?? 0) / 2)")

// Memory stays flat over many steps: no graph, gradient or state is left behind.
let iris = try Iris()
let (features, targets) = (try iris.features.to(.float32), iris.targets)
let classifier = Sequential(Linear(4, 10), ReLU(), Linear(10, 3))
let adam = try Adam(classifier.parameters(), lr: 0.01)
let crossEntropy = CrossEntropyLoss()
let steps = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2_000
var settled = 0
for step in 0..<steps {
  let loss = try crossEntropy(classifier(features), targets)
  adam.zeroGrad()
  try loss.backward()
  try adam.step()
  if step == 1_000 { settled = residentMemory() }
}
let growth = residentMemory() - settled
print("memory grew by \(growth) KiB over \(steps) steps")
if growth > 1_024 { exit(1) }
