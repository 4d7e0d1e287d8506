import Kindling

func gradIsNone() throws {
  let ts = Tensor([1, 2, 3])
  print(ts)
  print(shown(ts.grad))
}

func tensorFromData() throws {
  let xData = try Tensor([[1, 2], [3, 4]])
  print(xData)
  let rows: [[Int32]] = [[1, 2], [3, 4]]
  let xNumbers = try Tensor(rows)
  print(xNumbers)
  let xOnes = try Tensor.ones(like: xData)
  print("Ones Tensor: \n \(xOnes) \n")
  let xRand = try Tensor.rand(like: xData, dtype: .float32)
  print("Random Tensor: \n \(xRand) \n")
}

func tensorFromShape() throws {
  let shape = [2, 3]
  let randTensor = try Tensor.rand(shape)
  let onesTensor = try Tensor.ones(shape)
  let zerosTensor = try Tensor.zeros(shape)
  print("Random Tensor: \n \(randTensor) \n")
  print("Ones Tensor: \n \(onesTensor) \n")
  print("Zeros Tensor: \n \(zerosTensor)")
}

func tensorAttributes() throws {
  let tensor = try Tensor.rand(3, 4)
  print("Shape of tensor: \(tensor.shape)")
  print("Datatype of tensor: \(tensor.dtype)")
  print("Device tensor is stored on: \(tensor.device)")
}

func tensorIndexing() throws {
  let tensor = try Tensor.ones(4, 4)
  print("First row: ", try tensor[0])
  print("First column: ", try tensor[.all, 0])
  print("Last column:", try tensor[.ellipsis, -1])
  try tensor[.all, 1].fill_(0)
  print(tensor)
  let t1 = try Tensor.cat([tensor, tensor, tensor], dim: 1)
  print(t1)
  let y1 = try tensor.matmul(tensor.T)
  let z1 = try tensor * tensor
  print(y1)
  print(z1)
  let agg = try tensor.sum()
  let aggItem = try agg.item()
  print(aggItem, "<class '\(type(of: aggItem))'>")
}
