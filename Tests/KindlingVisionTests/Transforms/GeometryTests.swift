import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// Padding, turning and their like, with what torchvision computes.
@Suite struct GeometryTests {
  typealias Padding = (by: [Int], mode: ImagePaddingMode, shape: [Int], values: [Double])
  static let paddings: [Padding] = [
    ([-1, 1, 2, -1], .constant, [3, 5], [0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 5, 6, 7, 0, 0]),
    (
      [-1, 0, 1, 2], .edge, [5, 4],
      [1, 2, 3, 3, 5, 6, 7, 7, 9, 10, 11, 11, 9, 10, 11, 11, 9, 10, 11, 11]
    ),
    ([1, -1, 2, 0], .reflect, [2, 7], [5, 4, 5, 6, 7, 6, 5, 9, 8, 9, 10, 11, 10, 9]),
    ([-2, 1, 1, 1], .symmetric, [5, 3], [2, 3, 3, 2, 3, 3, 6, 7, 7, 10, 11, 11, 10, 11, 11]),
  ]

  @Test(arguments: paddings.indices) func negativePaddingCrops(number: Int) throws {
    let (padding, mode, shape, elements) = Self.paddings[number]
    let x = try Tensor.arange(12, dtype: .float32).reshape(1, 3, 4)
    let y = try TF.pad(x, padding, paddingMode: mode)
    #expect(y.shape == [1] + shape)
    #expect(try y.toArray(as: Double.self) == elements)
  }

  @Test func turnedImagesAreAsLargeAsTorchvisions() throws {
    let table: [(h: Int, w: Int, angle: Double, size: [Int])] = [
      (480, 640, 90, [640, 480]), (200, 300, 90, [300, 200]), (300, 200, 90, [200, 300]),
      (18, 8, 90, [8, 18]), (8, 18, 270, [18, 8]), (7, 9, 270, [9, 7]), (33, 47, 180, [33, 47]),
      (20, 31, 30, [34, 37]), (64, 48, 45, [80, 80]), (5, 5, 90, [5, 5]),
      (100, 3, 270, [4, 101]), (17, 12, -90, [13, 18]),
    ]
    for (h, w, angle, size) in table {
      let turned = try TF.rotate(Tensor.zeros(1, h, w), angle, expand: true)
      #expect(Array(turned.shape.dropFirst()) == size, "\(h) × \(w) by \(angle)")
    }
  }

  @Test func imagesInDoublePrecisionAreTurnedInIt() throws {
    let x = try Tensor.arange(12, dtype: .float64).reshape(1, 3, 4)
    let straight = try TF.rotate(x, 90, expand: true)
    #expect(
      try straight.toArray(as: Double.self) == [
        0, 0, 0, 0, 2, 2, 10, 10, 2, 6, 10, 10, 0, 4, 8, 8, 0, 4, 8, 8,
      ])
    let slanted = try TF.rotate(x, 37, interpolation: .bilinear).toArray(as: Double.self)
    let expected = [
      0.2699310426861181, 1.5330255457534583, 4.51022078429062, 5.193162124303081,
      0.6911565960167712, 3.8970521986722573, 7.102947801327742, 10.308843403983229,
      2.509386705244056, 6.48977921570938, 8.372001216390053, 3.015130464784861,
    ]
    expectClose(slanted, expected, atol: 1e-12)
  }

  @Test func printsAsTorchvision() throws {
    let inner = Compose([ToTensor()])
    #expect(
      Compose([inner, RandomApply([inner], p: 0.3)]).description == """
        Compose(
            Compose(
            ToTensor()
        )
            RandomApply(
            p=0.3
            Compose(
            ToTensor()
        )
        )
        )
        """)
    #expect(
      RandomRotation(30, center: (3, 4)).description
        == "RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, center=(3, 4), fill=0)"
    )
  }

  @Test func functionsWithoutAType() throws {
    let image = try Tensor([0, 255, 51, 102], dtype: .uint8).reshape(2, 2, 1)
    let x = try TF.toTensor(image)
    #expect(try x.equal(ToTensor()(image)))
    #expect(try TF.normalize(x, [0.5], [0.5]).equal(Normalize([0.5], [0.5])(x)))
  }
}
