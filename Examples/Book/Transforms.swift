import Kindling
import KindlingVision

func transforms(_ root: String) throws {
  let data = try FashionMNIST(
    root: root, train: true, download: true,
    transform: Compose([ToTensor(), Normalize([0.5], [0.5])]),
    targetTransform: Lambda { (label: Int) in
      try Tensor.zeros(10).scatter_(0, Tensor([label]), 1)
    })

  let (image, target) = try data[0]
  print(try image.min().item(), try image.max().item())
  print(target)

  let augment = Compose([RandomCrop(28, padding: 4), RandomHorizontalFlip()])
  manualSeed(1)
  let first = try augment(image)
  let second = try augment(image)
  manualSeed(1)
  let again = try augment(image)
  print(try first.equal(second), try first.equal(again))

  let prepare = Compose([ToTensor(), AddNoise(deviation: 0.1)])
  print(prepare)
  let noisy = try AddNoise(deviation: 0.1)(image)
  print(noisy.shape, try (noisy - image).std())

  let tilted = try TF.rotate(image, 30)
  let small = try TF.resize(tilted, [14, 14])
  print(tilted.shape, small.shape)
}

struct AddNoise: Transform {
  let deviation: Double

  func callAsFunction(_ image: Tensor) throws -> Tensor {
    try image + Tensor.randn(like: image) * deviation
  }
}
