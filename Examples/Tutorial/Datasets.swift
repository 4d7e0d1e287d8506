import Kindling
import KindlingVision

func datasetSamples(_ root: String) throws {
  let trainingData = try FashionMNIST(
    root: root, train: true, download: false, transform: ToTensor())
  let testData = try FashionMNIST(root: root, train: false, download: false, transform: ToTensor())
  print(trainingData.count, testData.count)
  for _ in 1..<10 {
    let sampleIdx = try Tensor.randint(trainingData.count, [1]).item(as: Int.self)
    let (img, label) = try trainingData[sampleIdx]
    print(sampleIdx, label, img.shape, try img.squeeze().shape, fixed(try img.sum().item(), 4))
  }
}

func dataLoaderIteration(_ root: String) throws {
  let trainingData = try FashionMNIST(
    root: root, train: true, download: false, transform: ToTensor())
  let trainDataloader = try DataLoader(trainingData, batchSize: 64, shuffle: true)
  let (trainFeatures, trainLabels) = try trainDataloader.first()
  print("Feature batch shape: \(trainFeatures.shape)")
  print("Labels batch shape: \(trainLabels.shape)")
  _ = try trainFeatures[0].squeeze()
  let label = try trainLabels[0]
  print("Label: \(label)")
  print(trainLabels)
}

func targetTransformOneHot(_ root: String) throws {
  let ds = try FashionMNIST(
    root: root, train: true, download: false, transform: ToTensor(),
    targetTransform: Lambda { (y: Int) in
      try Tensor.zeros([10], dtype: .float32).scatter_(0, Tensor([y]), 1)
    })
  print(try ds[0].1)
  print(try ds[1].1)
  // Wherever the images are, the text says `data`.
  let lines = "\(ds)".split(separator: "\n", omittingEmptySubsequences: false)
  print(
    lines.map { $0.contains("Root location:") ? "    Root location: data" : $0 }.joined(
      separator: "\n"))
}
