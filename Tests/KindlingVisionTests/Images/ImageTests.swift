import Kindling
import KindlingVision
import Testing
import _TestExpectations

@Suite struct ImageTests {
  @Test func convertsToTensorsAndBack() throws {
    let image = try Image(bytes: Array(0..<12), width: 2, height: 2, mode: .rgb)
    #expect("\(image)" == "<Image mode=RGB size=2x2>")
    #expect(try image.pixel(x: 1, y: 0) == [3, 4, 5])
    let x = try PILToTensor()(image)
    #expect(try x.shape == [3, 2, 2] && x[1].flatten().toArray(as: Int.self) == [1, 4, 7, 10])
    #expect(try Image(x) == image && ToPILImage()(x) == image)
    let floats = try ToTensor()(image)
    #expect(try floats.equal(x.to(.float32).div(255)))
    #expect(try ToPILImage(mode: .rgb)(floats) == image)
    #expect(try Image(.l, width: 2, height: 1, color: [7]).bytes() == [7, 7])
  }

  @Test func composeTakesBothKinds() throws {
    let image = try Image(.rgb, width: 20, height: 10, color: [255, 0, 51])
    let prepare = Compose([Resize(5), CenterCrop(4), ToTensor(), Normalize([0.0], [1.0])])
    let ofImage = try prepare(image)
    #expect(ofImage.shape == [3, 4, 4] && ofImage.dtype == .float32)
    #expect(try prepare(PILToTensor()(image)).equal(ofImage))
    let small: Image = try Compose([Resize((3, 2))])(image)
    #expect(small.width == 2 && small.height == 3)
    let pixels = try Compose([Resize((3, 2))])(image)
    #expect(pixels.shape == [3, 3, 2] && pixels.dtype == .uint8)

    // A transform of tensors gets the pixels, one of images the image.
    let own = Compose([
      Lambda { (image: Image) in try TF.hflip(image) }, Lambda { (x: Tensor) in try x.float() },
    ])
    #expect(try own(image).shape == [3, 10, 20])
    let crops = Compose([
      FiveCrop(4),
      Lambda { (crops: [Image]) in try Tensor.stack(crops.map(ToTensor().callAsFunction)) },
    ])
    #expect(try crops(image).shape == [5, 3, 4, 4])
    let inferred = Compose([ToTensor(), Lambda { try $0 * 2 }])
    #expect(try inferred(image).max().item() == 2)
    expectRefusal("ToTensor: expected an Image or a Tensor, but got Array<Image>") {
      try Compose([FiveCrop(4), ToTensor()])(image)
    }
  }

  @Test func refuses() throws {
    let gray = try Image(.l, width: 2, height: 2)
    expectRefusal("Image: …dtype uint8, but got float32…") { try Image(Tensor.zeros([3, 2, 2])) }
    expectRefusal("Image: …1 to 4 channels, but got 5…") {
      try Image(Tensor.zeros([5, 2, 2], dtype: .uint8))
    }
    expectRefusal("Image: …with layout: .channelsLast") {
      try Image(Tensor.zeros([2, 2, 9], dtype: .uint8), layout: .channelsLast)
    }
    expectRefusal("…an image has pixels…") { try Image(Tensor.zeros([3, 0, 2], dtype: .uint8)) }
    expectRefusal("…but got 3 bytes") {
      try Image(bytes: [1, 2, 3], width: 2, height: 2, mode: .l)
    }
    expectRefusal("…but got 0 bytes") {
      try Image(bytes: [], width: .max, height: .max, mode: .rgb)
    }
    expectRefusal("Image: …cannot have 0 by 2…") { try Image(.l, width: 0, height: 2) }
    expectRefusal("Image: …1 or 3 numbers…") {
      try Image(.rgb, width: 1, height: 1, color: [1, 2])
    }
    expectRefusal("Image: …no pixel (2, 0)…") { try gray.pixel(x: 2, y: 0) }
    expectRefusal("invert: …convert the image to L or RGB…") { try TF.invert(gray.convert(.la)) }
    expectRefusal("…it should be L") { try ToPILImage(mode: .rgb)(Tensor.zeros([2, 2])) }
    expectRefusal("toPILImage: …int64 is not supported…") { try ToPILImage()(Tensor([[1, 2]])) }
    expectRefusal("pad: …from 0 to 255, but got 256…") { try Pad(1, fill: 256)(gray) }
    expectRefusal("rotate: …does not match the number of channels of the image (2 != 1)") {
      try TF.rotate(gray, 10, fill: [1, 2])
    }
    expectRefusal("resize: …is unsupported with tensors…") {
      try Resize(4, interpolation: .lanczos)(Tensor.rand(1, 2, 2))
    }
    expectRefusal("resize: …cannot become one of…") { try Resize((1 << 20, 1 << 20))(gray) }
    expectRefusal("posterize: …between 1 and 8…") { try TF.posterize(gray, 0) }
    expectRefusal("…at most 1, the bound of float32…") { try TF.solarize(Tensor.rand(1, 2, 2), 2) }
    expectRefusal("equalize: only uint8…") { try TF.equalize(Tensor.rand(1, 2, 2)) }
    expectRefusal("…length of p doesn't match…") { try RandomChoice([Resize(2)], p: [1, 2])(gray) }
    expectRefusal("RandomChoice: …at least one transform…") { try RandomChoice([])(gray) }
    expectRefusal("affine: argument scale should be positive, but got 0.0") {
      try TF.affine(gray, angle: 0, translate: (0, 0), scale: 0, shear: [0])
    }
    expectRefusal("RandomAffine: translation values should be between 0 and 1…") {
      try RandomAffine(1, translate: (2, 0))(gray)
    }
  }

  @Test func printsNumbersAsWritten() {
    let cases: [(any Transform, String)] = [
      (
        RandomErasing(p: 1, value: 2.0),
        "RandomErasing(p=1, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=2.0, inplace=False)"
      ),
      (
        RandomErasing(value: 2),
        "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=2, inplace=False)"
      ),
      (RandomHorizontalFlip(1), "RandomHorizontalFlip(p=1)"),
      (RandomHorizontalFlip(p: 1.0), "RandomHorizontalFlip(p=1.0)"),
      (Pad(1, fill: 3.0), "Pad(padding=1, fill=3.0, padding_mode=constant)"),
      (
        RandomRotation(5, fill: 1),
        "RandomRotation(degrees=[-5.0, 5.0], interpolation=nearest, expand=False, fill=1)"
      ),
      (RandomSolarize(192), "RandomSolarize(threshold=192,p=0.5)"),
      (RandomSolarize(192.0, p: 1), "RandomSolarize(threshold=192.0,p=1)"),
      (RandomPosterize(4), "RandomPosterize(bits=4,p=0.5)"),
      (RandomAdjustSharpness(2), "RandomAdjustSharpness(sharpness_factor=2,p=0.5)"),
      (RandomAutocontrast(), "RandomAutocontrast(p=0.5)"),
      (RandomEqualize(0.25), "RandomEqualize(p=0.25)"),
      (
        RandomAffine(3, shear: 5, fill: 2),
        "RandomAffine(degrees=[-3.0, 3.0], shear=[-5.0, 5.0], fill=2)"
      ),
      (
        RandomAffine(3, translate: (0.1, 0.2), scale: 0.5...2),
        "RandomAffine(degrees=[-3.0, 3.0], translate=(0.1, 0.2), scale=(0.5, 2.0))"
      ),
      (Normalize([0], [1]), "Normalize(mean=(0,), std=(1,))"),
      (ToPILImage(mode: .rgb), "ToPILImage(mode=RGB)"),
      (RandomChoice([ToTensor()], p: [2]), "RandomChoice(\n    ToTensor()\n)(p=[2])"),
      (RandomChoice([ToTensor()]), "RandomChoice(\n    ToTensor()\n)(p=None)"),
      (RandomOrder([ToTensor()]), "RandomOrder(\n    ToTensor()\n)"),
    ]
    for (transform, text) in cases { #expect(transform.description == text) }
  }

  /// Deep nesting neither overflows the stack when it is used nor when it is dropped.
  @Test func deepNestingIsHarmless() throws {
    let x = try Tensor.zeros([1, 2, 2])
    for wrap: @Sendable (any Transform) -> any Transform in [
      { Compose([$0]) }, { RandomApply([$0], p: 1) }, { RandomOrder([$0]) },
      { RandomChoice([$0]) },
    ] {
      var nested: any Transform = RandomHorizontalFlip(0)
      for _ in 0..<100_000 { nested = wrap(nested) }
      if nested is Compose {
        #expect(try (nested.apply(x) as? Tensor)?.shape == [1, 2, 2])
        #expect(nested.description.utf8.count > 100_000)
      }
    }
  }
}
