import Kindling

func autograd() throws {
  let x = try Tensor.ones(5)
  let target = try Tensor.zeros(3)
  let w = try Tensor.randn(5, 3, requiresGrad: true)
  let b = try Tensor.randn(3, requiresGrad: true)
  let z = try x.matmul(w) + b
  let loss = try F.binaryCrossEntropyWithLogits(z, target)

  try loss.backward()
  if let gradient = b.grad { print(gradient) }

  let predicted = try noGrad { try x.matmul(w) + b }
  print(predicted.requiresGrad, z.detach().requiresGrad)

  let v = try Tensor([1.0, 2.0, 3.0], requiresGrad: true)
  try v.pow(2).backward(Tensor([1.0, 1.0, 1.0]))
  try v.pow(2).backward(Tensor([1.0, 1.0, 1.0]))
  if let accumulated = v.grad { print(accumulated) }

  let t = try Tensor(2.0, requiresGrad: true)
  let first = try grad(of: t.pow(3), withRespectTo: t, createGraph: true)
  let second = try grad(of: first, withRespectTo: t)
  print(first.detach(), second)

  do {
    try loss.backward()
  } catch {
    print(error)
  }
}
