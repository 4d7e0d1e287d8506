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
}
