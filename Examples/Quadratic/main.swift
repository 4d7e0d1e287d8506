// Fits y = a x² + b x + c to nine points, twice: with updates written by hand, and with a module and
// an optimizer.
import Kindling

let xs = Tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
let ys = Tensor([9.15, 5.64, -0.21, -2.36, -0.91, -0.67, 2.65, 10.36, 17.13])
let learningRate = 1e-4
let steps = 1000

// MARK: By hand

let a = try Tensor([1.0]).requiresGrad_()
let b = try Tensor([2.0]).requiresGrad_()
let c = try Tensor([3.0]).requiresGrad_()

for step in 0..<steps {
  let prediction = try a * xs.pow(2) + b * xs + c
  let loss = try (prediction - ys).pow(2).mean()
  try loss.backward()
  try noGrad {
    for parameter in [a, b, c] {
      if let gradient = parameter.grad { try parameter.sub_(gradient * learningRate) }
      parameter.grad = nil
    }
  }
  if step % 100 == 0 { print("by hand, step \(step): loss \(loss)") }
}
print("by hand: a = \(try a.item()), b = \(try b.item()), c = \(try c.item())")

// MARK: With a module and an optimizer

final class Quadratic: Module, Layer {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([2.0])
  @Parameter var c = Tensor([3.0])

  func forward(_ x: Tensor) throws -> Tensor { try a * x.pow(2) + b * x + c }
}

let model = Quadratic()
let criterion = MSELoss()
let optimizer = try SGD(model.parameters(), lr: learningRate)

for step in 0..<steps {
  let loss = try criterion(model(xs), ys)
  optimizer.zeroGrad()
  try loss.backward()
  try optimizer.step()
  if step % 100 == 0 { print("module, step \(step): loss \(loss)") }
}
print(
  "module: a = \(try model.a.item()), b = \(try model.b.item()), c = \(try model.c.item())")
