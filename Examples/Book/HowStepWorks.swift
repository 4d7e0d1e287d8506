import Kindling

func howStepWorks() throws {
  let layer = Linear(2, 1)
  let optimizer = try SGD(layer.parameters(), lr: 0.1)
  let x = try Tensor([[1.0, 2.0]])
  let loss = try layer(x).sum()

  print(layer.weight.grad == nil)
  try loss.backward()
  if let gradient = layer.weight.grad { print(gradient) }

  let before = try layer.weight.clone()
  try optimizer.step()
  print(try (before - layer.weight).allclose(0.1 * x))

  let twin = Linear(2, 1)
  try twin.loadStateDict(layer.stateDict())
  for each in [layer, twin] {
    each.zeroGrad()
    try each(x).sum().backward()
  }

  try optimizer.step()
  try noGrad {
    for parameter in twin.parameters() {
      if let gradient = parameter.grad { try parameter.sub_(0.1 * gradient) }
    }
  }
  print(try twin.weight.allclose(layer.weight))

  let again = try layer(x).sum()
  if let node = again.gradFn {
    print(node.name)
    for next in node.nextFunctions {
      print(next?.node.name ?? "nothing")
    }
  }

  var node = again.gradFn
  var leaves: [[Int]] = []
  while let current = node {
    for case let (next, _)? in current.nextFunctions {
      if let leaf = next as? AccumulateGrad { leaves.append(leaf.variable.shape) }
    }
    node = current.nextFunctions.first { $0 != nil && !($0?.node is AccumulateGrad) }??.node
  }
  print(leaves)

  optimizer.zeroGrad()
  print(layer.weight.grad == nil)
}
