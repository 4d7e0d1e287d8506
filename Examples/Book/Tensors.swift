import Kindling

func tensors() throws {
  let x = try Tensor([[1, 2], [3, 4]])
  print(x)
  print(x.shape, x.dtype, x.device)

  let shape = [2, 3]
  let zeros = try Tensor.zeros(shape)
  let noise = try Tensor.rand(shape)
  print(zeros, noise, separator: "\n")

  let ones = try Tensor.ones(like: x)
  let random = try Tensor.rand(like: x, dtype: .float32)
  print(ones, random, separator: "\n")

  let rows: [[Int32]] = [[1, 2, 3], [4, 5, 6]]
  let fromRows = try Tensor(rows)
  print(fromRows.dtype, try fromRows.to(.float64).dtype)
  print(try fromRows.toArray(as: Int32.self))
  print(try fromRows.tolist(as: [[Int32]].self))

  let t = try Tensor.ones(4, 4)
  print(try t[0], try t[.all, 0], try t[.ellipsis, -1])
  print(try t[1..<3, .step(0, 4, 2)].shape)

  try t[.all, 1].fill_(0)
  print(t)

  let whole = try Tensor.zeros(2, 3)
  let flat = try whole.view(6)
  let copy = try whole.clone()
  try flat[5].fill_(7)
  print(whole, copy, separator: "\n")

  let wide = try Tensor.cat([t, t, t], dim: 1)
  let pile = try Tensor.stack([t, t, t])
  print(wide.shape, pile.shape)

  let product = try t.matmul(t.T)
  print(product)

  let square = try t * t
  let method = try t.mul(t)
  let inPlace = try t.clone().mul_(t)
  print(try square.equal(method), try square.equal(inPlace))
  print(try (t + Tensor([0, 10, 20, 30]))[0])

  let total = try t.sum()
  print("\(total)", try total.item(), try total.item(as: Int.self))

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
