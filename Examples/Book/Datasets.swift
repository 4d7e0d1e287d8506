import Kindling
import KindlingVision

func datasets(_ root: String) throws {
  let training = try FashionMNIST(root: root, train: true, download: true, transform: ToTensor())
  let test = try FashionMNIST(root: root, train: false, download: true, transform: ToTensor())
  print(training.count, test.count)

  let (image, label) = try training[0]
  print(image.shape, label, training.classes[label])

  let loader = try DataLoader(training, batchSize: 64, shuffle: true)
  for batch in loader {
    let (images, labels) = try batch.get()
    print(images.shape, labels.shape)
    break
  }

  let squares = try DataLoader(Squares(count: 10), batchSize: 4)
  for batch in squares {
    let (x, y) = try batch.get()
    print(x, y)
  }

  let whole = try TensorDataset(Tensor.randn(100, 4), Tensor.randint(0, 3, [100]))
  let parts = try randomSplit(whole, [80, 20], generator: Generator(seed: 42))
  print(parts.map(\.count))
}

struct Squares: Dataset {
  let count: Int

  subscript(index: Int) -> (Tensor, Int) {
    get throws { (Tensor(Float(index)), index * index) }
  }
}
