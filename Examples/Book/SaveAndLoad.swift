import Foundation
import Kindling

func saveAndLoad() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let path = folder.appendingPathComponent("model.pth").path

  let model = Sequential(Linear(4, 3), ReLU(), Linear(3, 2))
  try save(model.stateDict(), to: path)

  let restored = Sequential(Linear(4, 3), ReLU(), Linear(3, 2))
  try restored.loadStateDict(loadStateDict(from: path))
  restored.eval()

  let x = try Tensor.rand(1, 4)
  print(try model(x).equal(restored(x)))

  do {
    try Sequential(Linear(4, 3), ReLU(), Linear(5, 2)).loadStateDict(loadStateDict(from: path))
  } catch {
    print(error)
  }

  let prediction = try noGrad { try restored(x).argmax(dim: 1).item(as: Int.self) }
  print((0..<2).contains(prediction))
}
