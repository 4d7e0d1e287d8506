import Kindling
import KindlingVision
import Testing
import _TestExpectations

@Suite struct TransformTests {
  @Test func toTensorPutsChannelsFirstAndScales() throws {
    let gray = try ToTensor()(Tensor([0, 51, 255, 1, 2, 3], dtype: .uint8).reshape([2, 3]))
    #expect(gray.shape == [1, 2, 3] && gray.dtype == .float32)
    let values = try gray.flatten().toArray(as: Float.self)
    #expect(values == [0, 51, 255, 1, 2, 3].map { Float($0) / 255 })

    let array = try Tensor.arange(24).reshape([2, 4, 3]).to(.uint8)
    let color = try ToTensor()(Image(array, layout: .channelsLast))
    #expect(color.shape == [3, 2, 4] && color.isContiguous)
    let second = try color[1].mul(255).round().flatten().toArray(as: Int.self)
    #expect(second == [1, 4, 7, 10, 13, 16, 19, 22])

    let read = try ToTensor()(Tensor.full([3, 2, 5], 51, dtype: .uint8))
    #expect(read.shape == [3, 2, 5])
    #expect(try read[2, 1, 4].item(as: Float.self) == 0.2)
  }

  /// Sizes say nothing about the order of dimensions.
  @Test(arguments: [[3, 8, 3], [3, 3, 3], [3, 2, 4], [1, 3, 3], [4, 4, 4]])
  func tensorsAreChannelsFirst(shape: [Int]) throws {
    let x = try Tensor.arange(shape.reduce(1, *)).reshape(shape).to(.uint8)
    #expect(try ToTensor()(x).equal(x.to(.float32).div(255)))
    #expect(try PILToTensor()(x).equal(x))
    #expect(try ToTensor()(Image(x)).equal(x.to(.float32).div(255)))
    let image = try Image(x)
    #expect((image.width, image.height, image.mode.channels) == (shape[2], shape[1], shape[0]))
    expectRefusal("ToTensor: …Image(array, layout: .channelsLast)") {
      try ToTensor()(Tensor.zeros([28, 28, 3]))
    }
  }

  @Test func toTensorKeepsOtherTypes() throws {
    let tensor = try ToTensor()(Tensor([1.5, 2.5], dtype: .float64).reshape([1, 2]))
    #expect(tensor.dtype == .float64 && tensor.shape == [1, 1, 2])
    expectRefusal("ToTensor: pic should be 2/3 dimensional…") { try ToTensor()(Tensor([1, 2])) }
  }

  @Test func normalizeWorksByChannel() throws {
    let image = try Tensor.ones([2, 2, 2])
    let result = try Normalize([0.5, 0], [0.5, 2])(image)
    let values = try result.flatten().toArray(as: Double.self)
    #expect(values == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
    let untouched = try image.sum().item()
    #expect(untouched == 8)
  }

  @Test(
    arguments: [
      ([2, 2], DType.float32, [0.5], [0.5], "(..., C, H, W)"),
      ([1, 2, 2], .uint8, [0.5], [0.5], "float tensor"),
      (
        [3, 2, 2], .float32, [0.5, 0.5], [0.5], "mean has 2 numbers, but the image has 3 channels"
      ),
      ([1, 2, 2], .float32, [0.5], [0], "division by zero"),
    ] as [([Int], DType, [Double], [Double], String)])
  func normalizeRefuses(
    shape: [Int], dtype: DType, mean: [Double], std: [Double], reason: String
  ) throws {
    let image = try Tensor.zeros(shape, dtype: dtype)
    expectRefusal("…\(reason)…") { try Normalize(mean, std)(image) }
  }

  struct Invert: Transform {
    func callAsFunction(_ image: Tensor) throws -> Tensor { try image.mul(-1).add(1) }
  }

  @Test func describesItselfAsTorchvisionDoes() {
    let cases: [(any Transform<Tensor, Tensor>, String)] = [
      (ToTensor(), "ToTensor()"),
      (Normalize([0.5], [0.25]), "Normalize(mean=(0.5,), std=(0.25,))"),
      (
        Normalize([0.5, 0.25, 0], [1, 2, 3]),
        "Normalize(mean=(0.5, 0.25, 0.0), std=(1, 2, 3))"
      ),
      (Lambda { (image: Tensor) in image }, "Lambda()"),
      (Invert(), "Invert()"),
      (
        Compose([ToTensor(), Compose([Invert()])]),
        "Compose(\n    ToTensor()\n    Compose(\n    Invert()\n)\n)"
      ),
    ]
    for (transform, text) in cases { #expect(transform.description == text) }
  }

  @Test func composeAppliesInOrder() throws {
    let both = Compose([ToTensor(), Invert()])
    let result = try both(Tensor([255, 0], dtype: .uint8).reshape([1, 2]))
    let values = try result.flatten().toArray(as: Double.self)
    #expect(values == [0, 1])
  }

  /// What torchvision refuses when a transform is made draws nothing.
  @Test func refusedBlursDrawNothing() throws {
    let image = try Tensor.rand(1, 3, 3)
    let drawn = { try Tensor.rand(2).toArray(as: Float.self) }
    try withDefaultGenerator(Generator(seed: 0)) {
      let refused: [(GaussianBlur, String)] = [
        (GaussianBlur(2), "kernel_size should be one or two odd and positive integers"),
        (GaussianBlur((3, 4)), "kernel_size should be one or two odd and positive integers"),
        (GaussianBlur(3, sigma: 0...1), "sigma values should be positive and finite"),
      ]
      for (blur, text) in refused {
        expectRefusal("…\(text)…") { try blur(image) }
      }
      let values = try drawn()
      #expect(values == [0.49625658988952637, 0.7682217955589294])
    }
    // A kernel that is too large for one image is noticed later.
    try withDefaultGenerator(Generator(seed: 0)) {
      #expect(throws: TensorError.self) { try GaussianBlur(9)(image) }
      let values = try drawn()
      #expect(values == [0.7682217955589294, 0.08847743272781372])
    }
  }
}
