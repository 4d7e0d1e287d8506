import Kindling
let x = try Tensor([1.0, 2.0, 3.0]).requiresGrad_()
let y = try (x * x + 1).exp().sum()
try y.backward()
print(try y.item(), try x.grad!.toArray(as: Double.self), y.gradFn!.name)
let w = try Tensor.full([3, 3], 2.0, requiresGrad: true)
let z = try w.mm(w.transpose(0, 1)).sum()
try z.backward()
print(try w.grad!.toArray(as: Double.self))
