import Kindling
import KindlingVision
import Testing
import _TestExpectations

/// Transforms of a made-up image; expected values are torchvision's.
@Suite struct FunctionalTests {
  /// In PyTorch `(torch.arange(3 * 6 * 8).reshape(3, 6, 8) * 37 % 256).to(torch.uint8)`.
  private func image() throws -> Tensor {
    try Tensor.arange(3 * 6 * 8).mul(37).remainder(256).reshape([3, 6, 8]).to(.uint8)
  }

  private struct Expected {
    let shape: [Int], sum: Double, first: [Double], last: [Double]
    init(_ shape: [Int], _ sum: Double, _ first: [Double], _ last: [Double]) {
      (self.shape, self.sum, self.first, self.last) = (shape, sum, first, last)
    }
  }

  /// `slack` is the difference allowed for a pixel.
  private func check(
    _ name: String, _ result: Tensor, _ expected: Expected, slack: Double = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(result.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
    let values = try result.double().flatten().toArray(as: Double.self)
    for (found, wanted, atol, what) in [
      (Array(values.prefix(6)), expected.first, slack, "first"),
      (Array(values.suffix(4)), expected.last, slack, "last"),
      ([values.reduce(0, +)], [expected.sum], slack * Double(values.count) / 4, "sum"),
    ] {
      expectClose(
        found, wanted, rtol: what == "sum" ? 1e-6 : 1e-5, atol: atol, "\(name): \(what)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func worksAsTorchvision() throws {
    let x = try image()
    let aa: [Double] = [34, 91, 164, 172, 53, 112]
    try check(
      "rotate, bilinear", TF.rotate(x, 30, interpolation: .bilinear, expand: true, fill: [5]),
      Expected([3, 10, 10], 16986, [5, 5, 5, 5, 5, 5], [5, 5, 5, 5]), slack: 1)
    try check(
      "rotate around a pixel", TF.rotate(x, 45, center: (1, 2), fill: [1, 2, 3]),
      Expected([3, 6, 8], 9811, [37, 114, 191, 191, 12, 89], [3, 3, 3, 3]))
    try check(
      "bicubic", TF.resize(x.float(), [9, 5], interpolation: .bicubic, antialias: false),
      Expected(
        [3, 9, 5], 16796.91204714775,
        [
          5.102527141571045, 65.49581909179688, 126.02780151367188, 190.26004028320312,
          69.62702941894531, 24.824750900268555,
        ],
        [257.3421325683594, 7.777743339538574, 105.504150390625, 165.8974609375]), slack: 1e-4)
    try check(
      "bicubic, antialiased", TF.resize(x, [3, 5], interpolation: .bicubic),
      Expected([3, 3, 5], 5606, aa, [205, 96, 68, 136]), slack: 1)
    try check(
      "nearest-exact", TF.resize(x, [9, 5], interpolation: .nearestExact),
      Expected([3, 9, 5], 16398, [0, 74, 148, 185, 3, 40], [242, 60, 97, 171]))
    try check(
      "nearest", TF.resize(x, [9, 5], interpolation: .nearest),
      Expected([3, 9, 5], 16746, [0, 37, 111, 148, 222, 0], [205, 23, 60, 134]))
    try check(
      "max_size", TF.resize(x, [4], maxSize: 5),
      Expected([3, 4, 5], 7476, [30, 86, 144, 178, 68, 86], [195, 81, 85, 141]), slack: 1)
    try check(
      "blur", TF.gaussianBlur(x, [5, 3], [1.2, 0.6]),
      Expected([3, 6, 8], 18055, [44, 57, 87, 124, 154, 156], [89, 91, 114, 127]))
    try check(
      "crop across the edge", TF.crop(x, -2, 5, 5, 6),
      Expected([3, 5, 6], 3570, [0, 0, 0, 0, 0, 0], [51, 0, 0, 0]))
    try check(
      "to int8", TF.convertImageDtype(x, .int8),
      Expected([3, 6, 8], 8936, [0, 18, 37, 55, 74, 92], [30, 48, 67, 85]))
    let wide = try TF.convertImageDtype(x, .int64)
    #expect(try wide[0, 0, 1].item(as: Int.self) == 1_333_065_489_701_666_816)
    #expect(try TF.convertImageDtype(wide, .uint8).equal(x))
    let ten = try TF.tenCrop(x, [4])
    #expect(try ten.count == 10 && ten[5].equal(TF.crop(TF.hflip(x), 0, 0, 4, 4)))
  }

  @Test func drawsAsTorchvision() throws {
    let x = try image()
    try withDefaultGenerator(Generator(seed: 3)) {
      let jitter = ColorJitter(brightness: 0.4, contrast: 0.3, saturation: 0.5, hue: 0.2)
      try check(
        "jitter", jitter(x),
        Expected([3, 6, 8], 10997, [45, 17, 40, 62, 85, 108], [41, 64, 87, 110]), slack: 1)
      try check(
        "jitter again", jitter(x),
        Expected([3, 6, 8], 16765, [58, 14, 55, 98, 139, 181], [52, 94, 136, 177]), slack: 1)
      let whole = Expected(
        [3, 6, 8], 17944, [0, 37, 74, 111, 148, 185], [60, 97, 134, 171])
      try check("blur", GaussianBlur(3)(x), whole)
      try check(
        "erase", RandomErasing(p: 1, value: .random)(x.float()),
        Expected([3, 6, 8], 16672.035496346653, whole.first, whole.last))
      try check(
        "resized crop", RandomResizedCrop((4, 5), scale: 0.3...0.5)(x),
        Expected([3, 4, 5], 7419, [10, 36, 66, 95, 121, 57], [144, 173, 203, 229]), slack: 1)
      try check("invert", RandomInvert(0.5)(x), whole)
      try check(
        "padded crop", RandomCrop((8, 8), padIfNeeded: true, paddingMode: .edge)(x),
        Expected([3, 8, 8], 23904, whole.first, whole.last))
    }
  }

  @Test func describesItselfAsTorchvisionDoes() {
    let flips: [any Transform<Tensor, Tensor>] = [ToTensor(), Grayscale()]
    let cases: [(any CustomStringConvertible, String)] = [
      (
        Compose([Resize(32), CenterCrop(28), ToTensor()]),
        "Compose(\n    Resize(size=32, interpolation=bilinear, max_size=None, antialias=True)\n    CenterCrop(size=(28, 28))\n    ToTensor()\n)"
      ),
      (
        Resize((4, 5), antialias: false),
        "Resize(size=(4, 5), interpolation=bilinear, max_size=None, antialias=False)"
      ),
      (
        Resize(16, interpolation: .bicubic, maxSize: 20),
        "Resize(size=16, interpolation=bicubic, max_size=20, antialias=True)"
      ),
      (Pad(2), "Pad(padding=2, fill=0, padding_mode=constant)"),
      (
        Pad([1, 2, 3, 4], fill: 0.5, paddingMode: .edge),
        "Pad(padding=(1, 2, 3, 4), fill=0.5, padding_mode=edge)"
      ),
      (RandomHorizontalFlip(0.3), "RandomHorizontalFlip(p=0.3)"),
      (RandomVerticalFlip(), "RandomVerticalFlip(p=0.5)"),
      (Grayscale(3), "Grayscale(num_output_channels=3)"),
      (RandomGrayscale(), "RandomGrayscale(p=0.1)"),
      (RandomInvert(), "RandomInvert(p=0.5)"),
      (RandomCrop(32, padding: 4), "RandomCrop(size=(32, 32), padding=4)"),
      (RandomCrop((3, 4), padding: [1, 2]), "RandomCrop(size=(3, 4), padding=(1, 2))"),
      (
        RandomResizedCrop(16),
        "RandomResizedCrop(size=(16, 16), scale=(0.08, 1.0), ratio=(0.75, 1.3333), interpolation=bilinear, antialias=True)"
      ),
      (
        RandomErasing(p: 0.8),
        "RandomErasing(p=0.8, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)"
      ),
      (
        ColorJitter(brightness: 0.2, hue: 0.1),
        "ColorJitter(brightness=(0.8, 1.2), contrast=None, saturation=None, hue=(-0.1, 0.1))"
      ),
      (
        ColorJitter(brightness: 1...1, contrast: 0.1...0.5),
        "ColorJitter(brightness=None, contrast=(0.1, 0.5), saturation=None, hue=None)"
      ),
      (
        RandomRotation(20),
        "RandomRotation(degrees=[-20.0, 20.0], interpolation=nearest, expand=False, fill=0)"
      ),
      (
        RandomApply(flips, p: 0.6),
        "RandomApply(\n    p=0.6\n    ToTensor()\n    Grayscale(num_output_channels=1)\n)"
      ),
      (GaussianBlur((3, 5)), "GaussianBlur(kernel_size=(3, 5), sigma=(0.1, 2.0))"),
      (FiveCrop(3), "FiveCrop(size=(3, 3))"),
      (TenCrop((3, 4)), "TenCrop(size=(3, 4), vertical_flip=False)"),
      (ConvertImageDtype(.float32), "ConvertImageDtype()"),
      (PILToTensor(), "PILToTensor()"),
    ]
    for (transform, text) in cases { #expect(transform.description == text) }
  }

  @Test func refuses() throws {
    let x = try image(), row = Tensor([1, 2, 3])
    expectRefusal("…expected an image of shape [..., H, W], but got shape [3]") {
      try TF.hflip(row)
    }
    expectRefusal("resize: …one or two positive numbers, but got [0]") { try Resize(0)(x) }
    expectRefusal("resize: …cannot become one of…") { try Resize(.max)(x) }
    expectRefusal("resize: …cannot become one of…") { try Resize((.max, .max))(x) }
    expectRefusal("resize: …must be strictly greater…") { try Resize(5, maxSize: 5)(x) }
    expectRefusal("resize: …has nothing to resize") { try Resize(5)(Tensor.empty([3, 0, 5])) }
    expectRefusal("crop: …positive height and width…") { try TF.crop(x, 0, 0, .max, 1) }
    expectRefusal("fiveCrop: …bigger than input size [6, 8]") { try FiveCrop(7)(x) }
    expectRefusal("crop: …a positive height and width…") { try Pad(-3)(x) }
    expectRefusal("pad: padding must be within reason…") { try Pad(.min)(x) }
    expectRefusal("pad: …1, 2 or 4 numbers, not 3…") { try Pad([1, 2, 3])(x) }
    expectRefusal("…too much for reflect of 6 pixels") {
      try Pad([0, 6], paddingMode: .reflect)(x)
    }
    expectRefusal("…1 or 3 channels, but got shape [6, 8]") { try Grayscale()(x[0]) }
    expectRefusal("rgbToGrayscale: …either 1 or 3, but got 2") { try Grayscale(2)(x) }
    expectRefusal("…brightness_factor (-1.0) is not…") { try TF.adjustBrightness(x, -1) }
    expectRefusal("adjustHue: hue_factor (0.6) is not in [-0.5, 0.5].") { try TF.adjustHue(x, 0.6) }
    expectRefusal("rotate: …nearest or bilinear, but got bicubic") {
      try TF.rotate(x, 1, interpolation: .bicubic)
    }
    expectRefusal("rotate: fill has 2 numbers…") { try TF.rotate(x, 1, fill: [1, 2]) }
    expectRefusal("rotate: …angle must be finite…") { try TF.rotate(x, .nan) }
    expectRefusal("…odd and positive integers, but got [2, 2]") { try GaussianBlur(2)(x) }
    expectRefusal("gaussianBlur: …more than 3 × 3 pixels…") { try GaussianBlur(7)(x[0, 0..<3]) }
    expectRefusal("convertImageDtype: the cast from float32 to int32 cannot be performed safely") {
      try ConvertImageDtype(.int32)(x.float())
    }
    expectRefusal("…expected numbers, but got bool") { try ConvertImageDtype(.bool)(x) }
    expectRefusal("erase: …must lie in the image…") { try TF.erase(x, 0, .max, 1, 1, value: 0) }
    expectRefusal("…between 0 and 1, but got 1.5") { try RandomHorizontalFlip(1.5)(x) }
    expectRefusal("RandomErasing: …between 0 and 1, but got nan") { try RandomErasing(p: .nan)(x) }
    expectRefusal("…single value or 3…") { try RandomErasing(p: 1, value: [1, 2])(x) }
    expectRefusal("RandomCrop: …larger than input image size (6, 8)") { try RandomCrop(7)(x) }
    expectRefusal("…scale and ratio must be positive…") {
      try RandomResizedCrop(4, scale: -1...1)(x)
    }
    expectRefusal("…must be non negative, but got -0.1…") { try ColorJitter(brightness: -0.1)(x) }
    expectRefusal("ColorJitter: hue values should be between…") { try ColorJitter(hue: 0.7)(x) }
    expectRefusal("ColorJitter: contrast values should be between…") {
      try ColorJitter(brightness: nil, contrast: -1...1)(x)
    }
    expectRefusal("RandomRotation: …must be positive and finite") { try RandomRotation(-1)(x) }
    expectRefusal("makeGrid: nrow must be positive…") { try makeGrid(x, nrow: 0) }
    expectRefusal("makeGrid: …at least one, but got shape [0, 3, 2, 2]") {
      try makeGrid(Tensor.empty([0, 3, 2, 2]))
    }
    expectRefusal("makeGrid: normalize needs floats…") { try makeGrid(x, normalize: true) }
  }

  @Test func savesFloatsAsBytes() throws {
    try FileBytes.withTemporaryFolder { folder in
      let images = try Tensor([0, 0.5, 1, 2]).reshape([4, 1, 1, 1]).expand([4, 1, 2, 2])
      try saveImage(images, to: "\(folder)/grid.png", nrow: 2, padding: 1, padValue: 0.2)
      let grid = try readImage("\(folder)/grid.png")
      #expect(grid.shape == [3, 7, 7])
      #expect(
        try grid[0, .step(nil, nil, 1), 1].toArray(as: Int.self) == [51, 0, 0, 51, 255, 255, 51])
      #expect(try grid[0, 1].toArray(as: Int.self) == [51, 0, 0, 51, 128, 128, 51])
    }
  }
}
