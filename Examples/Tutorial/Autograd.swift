import Kindling

func autogradLinear() throws {
  let x = try Tensor.ones(5)
  let y = try Tensor.zeros(3)
  let w = try Tensor.randn(5, 3, requiresGrad: true)
  let b = try Tensor.randn(3, requiresGrad: true)
  var z = try x.matmul(w) + b
  let loss = try F.binaryCrossEntropyWithLogits(z, y)
  print("Gradient function for z =", shown(z.gradFn))
  print("Gradient function for loss =", shown(loss.gradFn))
  try loss.backward()
  print(shown(w.grad))
  print(shown(b.grad))
  z = try x.matmul(w) + b
  print(z.requiresGrad)
  try noGrad {
    z = try x.matmul(w) + b
  }
  print(z.requiresGrad)
  z = try x.matmul(w) + b
  let zDet = z.detach()
  print(zDet.requiresGrad)
}

func jacobianProduct() throws {
  let inp = try Tensor.eye(5, requiresGrad: true)
  let out = try (inp + 1).pow(2)
  try out.backward(Tensor.ones(like: inp), retainGraph: true)
  print("First call\n", shown(inp.grad))
  try out.backward(Tensor.ones(like: inp), retainGraph: true)
  print("\nSecond call\n", shown(inp.grad))
  try inp.grad?.zero_()
  try out.backward(Tensor.ones(like: inp), retainGraph: true)
  print("\nCall after zeroing gradients\n", shown(inp.grad))
}
