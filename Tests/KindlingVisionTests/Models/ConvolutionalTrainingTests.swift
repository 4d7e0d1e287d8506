import CKernels
import Kindling
import KindlingVision
import Testing
import _TestExpectations

private final class SmallCNN: Module, Layer {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let pool: MaxPool2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let drop: Dropout
  let fc: Linear

  init(_ c1: Int, _ c2: Int, _ p: Double) {
    conv1 = Conv2d(1, c1, 3, padding: 1)
    bn1 = BatchNorm2d(c1)
    pool = MaxPool2d(2)
    conv2 = Conv2d(c1, c2, 3, padding: 1)
    bn2 = BatchNorm2d(c2)
    drop = Dropout(p)
    fc = Linear(c2 * 49, 10)
  }

  func forward(_ x: Tensor) throws -> Tensor {
    var y = try pool(F.relu(bn1(conv1(x))))
    y = try pool(F.relu(bn2(conv2(y))))
    return try fc(drop(y.flatten(startDim: 1)))
  }
}

/// A convolutional network trained beside PyTorch: the same start, order, dropout and losses.
@Suite struct ConvolutionalTrainingTests {
  @Test(
    .enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"),
    arguments: [DType.float32, .float64])
  func followsPyTorch(dtype: DType) throws {
    let record = try Golden.json("training/cnn.json")
    let run = try #require(record["runs"]?["\(dtype)"])
    let wanted = run["losses"]?.array?.compactMap(\.double) ?? []
    let config = try #require(record["config"])
    let count = try #require(config["n"]?.int), batch = try #require(config["batch"]?.int)
    let images = try FashionMNIST(root: Shared.path("data"), train: true, download: false)
    let x = try images.data.narrow(0, 0, count).unsqueeze(1).to(.float32).div(255).to(dtype)
    let y = try images.targets.narrow(0, 0, count)

    try withDefaultGenerator(Generator(seed: try #require(config["seed"]?.int))) {
      let model = SmallCNN(
        try #require(config["c1"]?.int), try #require(config["c2"]?.int),
        try #require(config["p"]?.double))
      try model.to(dtype)
      let optimizer = try Adam(model.parameters(), lr: try #require(config["lr"]?.double))
      let criterion = CrossEntropyLoss()
      let loader = try DataLoader(TensorDataset(x, y), batchSize: batch, shuffle: true)
      var losses: [Double] = []
      for _ in 0..<(try #require(config["epochs"]?.int)) {
        model.train()
        for sample in loader {
          let (x, y) = try sample.get()
          let loss = try criterion(model(x), y)
          optimizer.zeroGrad()
          try loss.backward()
          try optimizer.step()
          losses.append(try loss.item())
        }
      }
      #expect(losses.count == wanted.count && losses.count > 0)
      func compare() { expectClose(losses, wanted, atol: 1e-5, "losses") }
      // In float32 the last bit decides where a window of the pooling nearly ties. Sums without fused
      // multiply-adds have other last bits, and so have other vectors' exponentials.
      if dtype == .float32 && kk_instruction_set() != .avx2 {
        withKnownIssue("a near tie may fall otherwise", isIntermittent: true) { compare() }
      } else {
        compare()
      }

      model.eval()
      let held = try FashionMNIST(root: Shared.path("data"), train: false, download: false)
      let pictures = try held.data.narrow(0, 0, 256).unsqueeze(1).to(.float32).div(255).to(dtype)
      let answers = try noGrad { try model(pictures) }.argmax(dim: 1)
      let correct = try answers.eq(held.targets.narrow(0, 0, 256)).sum().item()
      // The gradient of a bias before a batch normalisation is nothing but rounding, which Adam turns
      // into whole steps. Only running statistics, which follow behind, let it show, and here alone.
      let expected = try #require(run["eval_correct_of_256"]?.int)
      expectClose(correct, Double(expected), atol: 2)
    }
  }
}
