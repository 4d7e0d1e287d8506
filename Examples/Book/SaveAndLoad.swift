import Foundation
import Kindling
import KindlingVision

final class Net: Module, Layer {
  let width: Int
  let hidden: Linear
  let output: Linear

  init(width: Int) {
    self.width = width
    hidden = Linear(4, width)
    output = Linear(width, 2)
  }

  func forward(_ x: Tensor) throws -> Tensor {
    try output(hidden(x).relu())
  }
}

func saveAndLoad() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let path = folder.appendingPathComponent("model.pth").path

  let model = Sequential(Linear(4, 8), ReLU(), Dropout(0.5), Linear(8, 2))
  try save(model.stateDict(), to: path)

  let restored = Sequential(Linear(4, 8), ReLU(), Dropout(0.5), Linear(8, 2))
  try restored.loadStateDict(loadStateDict(from: path))

  do {
    try Sequential(Linear(4, 8), ReLU(), Dropout(0.5), Linear(9, 2))
      .loadStateDict(loadStateDict(from: path))
  } catch {
    print(error)
  }

  let x = try Tensor.rand(1, 4)
  print("training:", try restored(x).equal(restored(x)))

  model.eval()
  restored.eval()
  print("evaluation:", try restored(x).equal(restored(x)), try restored(x).equal(model(x)))

  let prediction = try noGrad { try restored(x).argmax(dim: 1).item(as: Int.self) }
  print("class \(prediction)")

  try save(model, to: path)
  let whole = try loadModel(from: path)
  print(whole)
  print(try whole(x).equal(model(x)))

  ModuleRegistry.register(Net.self, attributes: { ["width": .int($0.width)] }) { saved in
    Net(width: try saved.int("width"))
  }
  let net = Net(width: 8)
  try save(net, to: path)
  let loaded = try loadModel(from: path, as: Net.self)
  print(loaded.width, try loaded(x).equal(net(x)))

  let optimizer = try Adam(net.parameters(), lr: 1e-3)
  try step(net, optimizer, x)
  let checkpoint: CheckpointValue = [
    "epoch": 1, "model": CheckpointValue(try net.stateDict()),
    "optimizer": optimizer.stateDict(),
  ]
  try save(checkpoint, to: path)

  let resumed = Net(width: 8)
  let resumedOptimizer = try Adam(resumed.parameters(), lr: 1e-3)
  let saved = try load(path)
  if let epoch = saved["epoch"]?.intValue, let parameters = saved["model"]?.stateDict,
    let state = saved["optimizer"]
  {
    try resumed.loadStateDict(parameters)
    try resumedOptimizer.loadStateDict(state)
    print("epochs so far: \(epoch)")
  }

  try step(net, optimizer, x)
  try step(resumed, resumedOptimizer, x)
  print(try resumed.hidden.weight.equal(net.hidden.weight))

  let weights = VGG16Weights.default
  print(weights.name, weights.categories.count, weights.categories[0])
}

func step(_ model: Net, _ optimizer: Optimizer, _ x: Tensor) throws {
  optimizer.zeroGrad()
  try model(x).sum().backward()
  try optimizer.step()
}

func name(of picture: String) throws -> String {
  let weights = VGG16Weights.default
  let model = try vgg16(weights: weights).eval()
  let image = try weights.transforms(readImage(picture, mode: .rgb)).unsqueeze(0)
  let best = try noGrad { try model(image).argmax(dim: 1).item(as: Int.self) }
  return weights.categories[best]
}
