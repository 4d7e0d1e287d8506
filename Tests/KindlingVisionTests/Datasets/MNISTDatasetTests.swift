import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

@Suite struct MNISTDatasetTests {
  private func withTiny(
    changing changes: [String: [UInt8]] = [:], _ body: (_ root: String) throws -> Void
  ) throws {
    try FileBytes.withTemporaryFolder { root in
      try TinyImages.write(to: root, changing: changes)
      try body(root)
      for name in try FileBytes.list("\(root)/Tiny/raw") { remove("\(root)/Tiny/raw/\(name)") }
      remove("\(root)/Tiny/raw")
      remove("\(root)/Tiny")
    }
  }

  @Test func givesImagesAndLabels() throws {
    try withTiny { root in
      let training = try Tiny(root: root)
      #expect(training.count == 3)
      #expect(training.data.shape == [3, 28, 28] && training.data.dtype == .uint8)
      #expect(training.targets.dtype == .int64)
      let labels = try training.targets.toArray(as: Int.self)
      #expect(labels == [0, 1, 2])
      let (image, label) = try training[2]
      #expect(image.shape == [28, 28] && image.dtype == .uint8 && label == 2)
      let mean = try image.to(.float64).mean().item()
      #expect(mean == 20)
      let test = try Tiny(root: root, train: false)
      #expect(test.count == 2)
      #expect(test.classes == ["zero", "one", "two"])
      #expect(test.classToIdx == ["zero": 0, "one": 1, "two": 2])
    }
  }

  @Test func transformsImagesAndTargets() throws {
    try withTiny { root in
      let dataset = try Tiny(
        root: root, transform: Compose([ToTensor(), Normalize([0.5], [0.5])]),
        targetTransform: Lambda { (label: Int) in "class \(label)" })
      let (image, label) = try dataset[1]
      #expect(image.shape == [1, 28, 28])
      let pixel = try image[0, 0, 0].item(as: Float.self)
      #expect(pixel == (Float(10) / 255 - 0.5) / 0.5)
      #expect(label == "class 1")
    }
  }

  /// A loader's batch is the same whether it was gathered in one go or image by image.
  @Test func gathersWhatSamplesMake() throws {
    try withTiny { root in
      let direct = try Tiny(root: root, transform: ToTensor())
      let single = try Tiny(root: root, transform: Compose([ToTensor()]))
      let plain = try Tiny(root: root)
      let gathered = try #require(try direct.batch([2, 0]))
      #expect(gathered.0.shape == [2, 1, 28, 28])
      let none = try single.batch([2, 0])
      #expect(none == nil)
      let a = try DataLoader(direct, batchSize: 2).first()
      let b = try DataLoader(single, batchSize: 2).first()
      #expect(try a.0.equal(b.0))
      #expect(try a.1.equal(b.1))
      let raw = try DataLoader(plain, batchSize: 3).first()
      #expect(raw.0.dtype == .uint8 && raw.0.shape == [3, 28, 28])
    }
  }

  @Test func printsAsTorchvision() throws {
    try withTiny { root in
      #expect(
        "\(try Tiny(root: root))"
          == "Dataset Tiny\n    Number of datapoints: 3\n    Root location: \(root)\n    Split: Train"
      )
      let dataset = try Tiny(
        root: root, train: false, transform: Compose([ToTensor(), Normalize([0.5], [0.25])]),
        targetTransform: Lambda { (label: Int) in -label })
      #expect(
        "\(dataset)" == """
          Dataset Tiny
              Number of datapoints: 2
              Root location: \(root)
              Split: Test
              StandardTransform
          Transform: Compose(
                         ToTensor()
                         Normalize(mean=(0.5,), std=(0.25,))
                     )
          Target transform: Lambda()
          """)
    }
  }

  @Test func saysWhatIsMissing() throws {
    for name in ["FashionMNIST", "MNIST", "KMNIST"] {
      let text = "Dataset not found in nowhere/\(name)/raw; pass download: true to download it"
      expectRefusal(text, that: { ($0 as? VisionError)?.kind == .notFound }) {
        switch name {
        case "FashionMNIST": _ = try FashionMNIST(root: "nowhere")
        case "MNIST": _ = try MNIST(root: "nowhere")
        default: _ = try KMNIST(root: "nowhere")
        }
      }
    }
  }

  @Test(
    arguments: [
      ("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 0, 1], "has 3 images, but"),
      (
        "train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 3],
        "has the label 3, but there are 3 classes"
      ),
      (
        "train-labels-idx1-ubyte", [0, 0, 9, 1, 0, 0, 0, 1, 0],
        "not uint8 labels [N] or int32 labels [N, M]"
      ),
      ("train-images-idx3-ubyte", [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2], "not uint8 images [N, H, W]"),
      ("train-images-idx3-ubyte", [], "is not an IDX file"),
    ] as [(String, [UInt8], String)])
  func refusesWhatDoesNotBelongTogether(file: String, bytes: [UInt8], reason: String) throws {
    try withTiny(changing: [file: bytes]) { root in
      expectRefusal("…\(reason)…") { try Tiny(root: root) }
    }
  }

  @Test func refusesIndexesThatAreNotThere() throws {
    try withTiny { root in
      let dataset = try Tiny(root: root)
      for index in [-1, 3, Int.max, Int.min] {
        expectRefusal("Tiny: index \(index) is out of range for 3 samples") { try dataset[index] }
        #expect(throws: VisionError.self) { try dataset.batch([0, index]) }
      }
    }
  }

  @Test(.enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"))
  func readsFashionMNIST() throws {
    let training = try FashionMNIST(root: Shared.path("data"), train: true, transform: ToTensor())
    #expect(training.count == 60000)
    // The published mean of the training images.
    let mean = try training.data.to(.float64).mean().item() / 255
    expectClose(mean, 0.2860, atol: 5e-5)
    #expect(training.classes[try training[0].1] == "Ankle boot")
  }

  /// Transforms of data sets work on images, as torchvision's do: sums of pixels from there.
  @Test(.enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"))
  func transformsOfImagesAreTorchvisions() throws {
    let cases: [(any Transform, [Int])] = [
      (Resize(64), [174512, 528593, 269383]),
      (Compose([Resize(64), PILToTensor()]), [174512, 528593, 269383]),
      (RandomRotation(30...30), [32932, 98810]), (Resize(20), [17014, 51849]),
      (CenterCrop(20), [26089, 81402]), (Grayscale(3), [100368, 302982]),
    ]
    for (transform, sums) in cases {
      let test = try FashionMNIST(root: Shared.path("data"), train: false, transform: transform)
      for (index, sum) in sums.enumerated() {
        let (image, _) = try test[index]
        #expect(try image.to(.int64).sum().item(as: Int.self) == sum, "\(transform) \(index)")
      }
      #expect(try test.image(0).mode == .l)
    }
  }
}
