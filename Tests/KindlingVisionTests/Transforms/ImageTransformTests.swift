import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestSupport

/// Transforms of images and of tensors of bytes, to the last unit what torchvision and Pillow give.
///
/// `scripts/check-image-transforms` makes other cases and names their file in `KINDLING_IMAGE_CASES`.
@Suite struct ImageTransformTests {
  /// The arguments of an operation, as the file holds them.
  private struct Arguments {
    let values: [JSONValue]

    func number(_ i: Int) throws -> Double { try #require(values[i].double) }
    func integer(_ i: Int) throws -> Int { try #require(values[i].int) }
    func flag(_ i: Int) throws -> Bool { try #require(values[i].bool as Bool?) }
    func integers(_ i: Int) throws -> [Int] { try #require(values[i].ints) }
    func numbers(_ i: Int) throws -> [Double]? {
      guard let array = values[i].array else { return nil }
      return array.compactMap(\.double)
    }
    func mode(_ i: Int) throws -> InterpolationMode {
      let name = try #require(values[i].string)
      return try #require(InterpolationMode(rawValue: name))
    }
    func point(_ i: Int) throws -> (x: Double, y: Double)? {
      try numbers(i).map { ($0[0], $0[1]) }
    }
  }

  private func applied<I: ImageOrTensor>(
    _ name: String, _ image: I, _ a: Arguments
  ) throws -> I {
    switch name {
    case "resize":
      return try TF.resize(
        image, a.integers(0), interpolation: a.mode(1), antialias: a.flag(2))
    case "rotate":
      return try TF.rotate(
        image, a.number(0), interpolation: a.mode(1), expand: a.flag(2), center: a.point(3),
        fill: a.numbers(4))
    case "affine":
      let move = try a.integers(1)
      let shear = try a.numbers(3) ?? []
      return try TF.affine(
        image, angle: a.number(0), translate: (move[0], move[1]), scale: a.number(2), shear: shear,
        interpolation: a.mode(4), fill: a.numbers(5),
        center: a.point(6))
    case "crop":
      return try TF.crop(image, a.integer(0), a.integer(1), a.integer(2), a.integer(3))
    case "center_crop": return try TF.centerCrop(image, a.integers(0))
    case "pad":
      let name = try #require(a.values[2].string)
      let mode: ImagePaddingMode =
        switch name {
        case "edge": .edge
        case "reflect": .reflect
        case "symmetric": .symmetric
        default: .constant
        }
      return try TF.pad(image, a.integers(0), fill: a.number(1), paddingMode: mode)
    case "hflip": return try TF.hflip(image)
    case "vflip": return try TF.vflip(image)
    case "invert": return try TF.invert(image)
    case "autocontrast": return try TF.autocontrast(image)
    case "equalize": return try TF.equalize(image)
    case "rgb_to_grayscale":
      return try TF.rgbToGrayscale(image, numOutputChannels: a.integer(0))
    case "adjust_brightness": return try TF.adjustBrightness(image, a.number(0))
    case "adjust_contrast": return try TF.adjustContrast(image, a.number(0))
    case "adjust_saturation": return try TF.adjustSaturation(image, a.number(0))
    case "adjust_hue": return try TF.adjustHue(image, a.number(0))
    case "adjust_gamma": return try TF.adjustGamma(image, a.number(0), gain: a.number(1))
    case "adjust_sharpness": return try TF.adjustSharpness(image, a.number(0))
    case "posterize": return try TF.posterize(image, a.integer(0))
    case "solarize": return try TF.solarize(image, a.number(0))
    case "gaussian_blur": return try TF.gaussianBlur(image, a.integers(0), [a.number(1)])
    case "resized_crop":
      return try TF.resizedCrop(
        image, a.integer(0), a.integer(1), a.integer(2), a.integer(3), size: a.integers(4))
    default: throw GoldenError("no operation \(name)")
    }
  }

  private static let random: [String: any Transform] = [
    "RandomResizedCrop(9)": RandomResizedCrop(9),
    "RandomCrop(8, padding=4, pad_if_needed=True)": RandomCrop(8, padding: 4, padIfNeeded: true),
    "ColorJitter(0.4, 0.4, 0.4, 0.2)": ColorJitter(
      brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2),
    "RandomRotation(30, fill=7)": RandomRotation(30, fill: 7),
    "RandomRotation(60, BILINEAR, expand)": RandomRotation(
      60, interpolation: .bilinear, expand: true),
    "RandomAffine(20, (0.1, 0.2), (0.8, 1.2), 10)": RandomAffine(
      20, translate: (0.1, 0.2), scale: 0.8...1.2, shear: 10),
    "RandomHorizontalFlip()": RandomHorizontalFlip(),
    "RandomGrayscale(0.5)": RandomGrayscale(0.5),
    "RandomPosterize(3)": RandomPosterize(3),
    "RandomSolarize(100)": RandomSolarize(100),
    "RandomAdjustSharpness(2)": RandomAdjustSharpness(2),
    "RandomAutocontrast()": RandomAutocontrast(),
    "RandomEqualize()": RandomEqualize(),
    "RandomInvert()": RandomInvert(),
    "GaussianBlur(3)": GaussianBlur(3),
    "RandomApply([RandomCrop(3)])": RandomApply([RandomCrop(3)]),
    "RandomChoice([Resize(5), CenterCrop(6)], p=[1, 3])": RandomChoice(
      [Resize(5), CenterCrop(6)], p: [1, 3]),
    "RandomOrder([Resize(5), CenterCrop(6)])": RandomOrder([Resize(5), CenterCrop(6)]),
    "Compose([Resize(9), CenterCrop(7), RandomVerticalFlip()])": Compose([
      Resize(9), CenterCrop(7), RandomVerticalFlip(),
    ]),
  ]

  private func bytes(_ hex: JSONValue?) throws -> [UInt8] {
    let digits = Array(try #require(hex?.string).utf8)
    func value(_ digit: UInt8) -> UInt8 { digit < 0x60 ? digit - 0x30 : digit - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map {
      value(digits[$0]) << 4 | value(digits[$0 + 1])
    }
  }

  private func result(_ item: JSONValue, _ image: some ImageOrTensor) throws -> Any {
    if let name = item["operation"]?.string {
      let arguments = try #require(item["arguments"]?.array)
      return try applied(name, image, Arguments(values: arguments))
    }
    let name = try #require(item["transform"]?.string)
    let transform = try #require(Self.random[name], "\(name)")
    let seed = UInt64(try #require(item["seed"]?.int))
    return try withDefaultGenerator(Generator(seed: seed)) { try transform.apply(image) }
  }

  @Test func asTorchvision() throws {
    let path = getenv("KINDLING_IMAGE_CASES").map { String(cString: $0) }
    let cases = try JSONValue(contentsOf: path ?? Golden.path("images/transforms.json"))
    var compared = 0, failures: [String: Int] = [:]
    for item in try #require(cases.array) {
      let modeName = try #require(item["mode"]?.string)
      let mode = try #require(Image.Mode(rawValue: modeName))
      let (width, height) = (
        try #require(item["width"]?.int), try #require(item["height"]?.int)
      )
      let image = try Image(
        bytes: bytes(item["pixels"]), width: width, height: height, mode: mode)
      let isImage = item["kind"]?.string == "PIL"
      let outcome = Result {
        if isImage { return try result(item, image) }
        // Tensors lie channels first in the file.
        return try result(
          item,
          Tensor(bytes(item["pixels"]), dtype: .uint8).reshape([mode.channels, height, width]))
      }
      let label = item["operation"]?.string ?? item["transform"]?.string ?? ""
      let text =
        "\(isImage ? "\(mode) image" : "tensor") \(width)x\(height) \(label) \(item["arguments"].map { "\($0)" } ?? "")"
      compared += 1
      var reason: String?
      if let message = item["error"]?.string {
        if case .success = outcome { reason = "torchvision throws \(message)" }
      } else {
        let wanted = try #require(item["result"])
        let pixels = try bytes(wanted["pixels"])
        switch outcome {
        case .failure(let error): reason = "\(error)"
        case .success(let found as Image):
          let size = (wanted["mode"]?.string, wanted["width"]?.int, wanted["height"]?.int)
          if size != (found.mode.rawValue, found.width, found.height) {
            reason = "\(found) and not \(size)"
          } else {
            reason = try difference(found.bytes(), pixels)
          }
        case .success(let found as Tensor):
          reason =
            wanted["shape"]?.ints != found.shape
            ? "\(found.shape) and not \(wanted["shape"]?.ints ?? [])"
            : try difference(found.contiguous().flatten().toArray(as: UInt8.self), pixels)
        case .success(let found): reason = "gave \(type(of: found))"
        }
      }
      if let reason {
        failures["\(isImage ? "image" : "tensor") \(label)", default: 0] += 1
        if failures["\(isImage ? "image" : "tensor") \(label)"] == 1 {
          Issue.record("\(text): \(reason)")
        }
      }
    }
    #expect(failures.isEmpty, "\(failures)")
    #expect(compared > 300)
  }

  private func difference(_ found: [UInt8], _ wanted: [UInt8]) throws -> String? {
    guard found != wanted else { return nil }
    let different = zip(found, wanted).enumerated().filter { $1.0 != $1.1 }
    let first = try #require(different.first)
    return
      "\(different.count) of \(wanted.count) bytes differ, the first at \(first.offset): \(first.element.0) and not \(first.element.1)"
  }
}
