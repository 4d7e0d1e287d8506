import Kindling

func autograd() throws {
  let x = try Tensor.ones(5)
  let target = try Tensor.zeros(3)
  let w = try Tensor.randn(5, 3, requiresGrad: true)
  let b = try Tensor.randn(3, requiresGrad: true)
  let z = try x.matmul(w) + b
  let loss = try F.binaryCrossEntropyWithLogits(z, target)

  if let sum = z.gradFn, let entropy = loss.gradFn { print(sum, entropy) }

  try loss.backward()
  if let gradient = w.grad { print(gradient) }
  if let gradient = b.grad { print(gradient) }

  print(w.isLeaf, w.grad == nil)
  print(z.isLeaf, z.grad == nil)

  let predicted = try noGrad { try x.matmul(w) + b }
  print(z.requiresGrad, predicted.requiresGrad, z.detach().requiresGrad)

  let features = Linear(5, 4)
  let head = Linear(4, 1)
  try features.requiresGrad_(false)
  try head(features(x)).sum().backward()
  print(features.weight.grad == nil, head.weight.grad == nil)

  let s = try Tensor(3.0, requiresGrad: true)
  var power = s
  for _ in 0..<2 { power = try power * s }
  if try power.item() > 10 { power = try power * 2 }
  try power.backward()
  if let slope = s.grad { print(slope) }

  let v = try Tensor([1.0, 2.0, 3.0], requiresGrad: true)
  try v.pow(2).backward(Tensor([1.0, 1.0, 1.0]))
  if let gradient = v.grad { print(gradient) }
  try v.pow(2).backward(Tensor([1.0, 1.0, 1.0]))
  if let accumulated = v.grad { print(accumulated) }

  v.grad = nil
  try v.pow(2).backward(Tensor([1.0, 0.0, 0.5]))
  if let weighted = v.grad { print(weighted) }

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
