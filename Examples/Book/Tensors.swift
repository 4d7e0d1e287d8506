import Kindling

func tensors() throws {
  let x = try Tensor([[1, 2], [3, 4]])
  print(x)
  print(x.shape, x.dtype, x.device)

  let zeros = try Tensor.zeros(2, 3)
  let noise = try Tensor.rand(2, 3)
  let ones = try Tensor.ones(like: x, dtype: .float32)
  print(zeros, noise, ones, separator: "\n")

  let t = try Tensor.ones(4, 4)
  try t[.all, 1].fill_(0)
  print(t)
  print(try t[0], try t[.ellipsis, -1])
  print(try t[1..<3, .step(0, 4, 2)].shape)

  let wide = try Tensor.cat([t, t], dim: 1)
  let product = try t.matmul(t.T)
  let square = try t * t
  print(wide.shape, product.shape, try square.equal(t))

  let total = try t.sum()
  print("\(total)", try total.item())

  let numbers = try Tensor([1.5, 2.5]).toArray(as: Float.self)
  print(numbers)

  let y = try Tensor.zeros(3)
  try y.add_(5)
  try y[0].fill_(1)
  print(y)

  do {
    _ = try Tensor.ones(2, 3).matmul(Tensor.ones(2, 3))
  } catch {
    print(error)
  }
}
