import Kindling

final class Clf: Module, Layer {
  let fc1 = Linear(4, 10)
  let fc2 = Linear(10, 3)

  func forward(_ x: Tensor) throws -> Tensor { try fc2(F.relu(fc1(x))) }
}

func irisInspection() throws {
  let iris = try Iris()
  let x = try iris.features.to(.float32)
  let y = iris.targets
  print(x.dtype, y.dtype, x.shape)
  let clf = Clf()
  let params = clf.parameters()
  print("<class '\(type(of: params[0]))'>")
  print(shown(params[0].grad))
  let loss = try CrossEntropyLoss()(clf(x), y)
  print(loss)
  print(shown(nextFunctionsOf: loss.gradFn))
  print(shown(nextFunctionsOf: loss.gradFn?.nextFunctions.first??.node))
  try loss.backward()
  print(shown(params[0].grad))
  print(clf)
}

func irisTraining() throws {
  let iris = try Iris()
  let x = try iris.features.to(.float32)
  let y = iris.targets
  let clf = Clf()
  let optimizer = try Adam(clf.parameters(), lr: 0.01)
  let lossFn = CrossEntropyLoss()
  var yPred = try clf(x)
  for i in 0..<200 {
    yPred = try clf(x)
    let loss = try lossFn(yPred, y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    if i % 50 == 0 {
      print(try loss.item())
    }
  }
  print(try yPred.argmax(dim: 1))
}
