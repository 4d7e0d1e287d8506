import Kindling
import KindlingVision
import Testing
import _TestExpectations

private let folder = "golden/data_and_transforms"

/// torchvision's transforms of small pictures, as tensors of bytes and of floats.
@Suite struct GoldenTransformTests {
  /// What each of the recorded expressions is here.
  private static let expressions: [String: @Sendable (Tensor) throws -> Tensor] = {
    var table: [String: @Sendable (Tensor) throws -> Tensor] = [
      "T.PILToTensor()": { try PILToTensor()($0) },
      "T.Lambda(lambda x: x)": { try Lambda { (x: Tensor) in x }($0) },
      "T.ConvertImageDtype(torch.float32)": { try ConvertImageDtype(.float32)($0) },
      "T.ConvertImageDtype(torch.uint8)": { try ConvertImageDtype(.uint8)($0) },
      "T.ConvertImageDtype(torch.int16)": { try ConvertImageDtype(.int16)($0) },
      "T.ConvertImageDtype(torch.float64)": { try ConvertImageDtype(.float64)($0) },
      "T.Normalize([0.5], [0.25])": { try Normalize([0.5], [0.25])($0) },
      "T.Grayscale()": { try Grayscale()($0) },
      "T.Grayscale(3)": { try Grayscale(3)($0) },
      "TF.hflip": { try TF.hflip($0) },
      "TF.vflip": { try TF.vflip($0) },
      "TF.invert": { try TF.invert($0) },
      "T.RandomHorizontalFlip(p=1.0)": { try RandomHorizontalFlip(1)($0) },
      "T.RandomHorizontalFlip(p=0.0)": { try RandomHorizontalFlip(0)($0) },
      "T.RandomVerticalFlip(p=1.0)": { try RandomVerticalFlip(1)($0) },
      "T.CenterCrop(20)": { try CenterCrop(20)($0) },
      "T.CenterCrop((11, 14))": { try CenterCrop((11, 14))($0) },
      "T.CenterCrop((40, 50))": { try CenterCrop((40, 50))($0) },
      "T.Pad(2)": { try Pad(2)($0) },
      "T.Pad((1, 2, 3, 4), fill=7)": { try Pad([1, 2, 3, 4], fill: 7)($0) },
      "T.Pad((3, 1), padding_mode='reflect')": { try Pad([3, 1], paddingMode: .reflect)($0) },
      "T.Pad(2, padding_mode='edge')": { try Pad(2, paddingMode: .edge)($0) },
      "T.Pad(3, padding_mode='symmetric')": { try Pad(3, paddingMode: .symmetric)($0) },
      "lambda x: TF.crop(x, 3, 4, 10, 12)": { try TF.crop($0, 3, 4, 10, 12) },
      "lambda x: TF.five_crop(x, 8)[3]": { try FiveCrop(8)($0)[3] },
      "lambda x: TF.adjust_brightness(x, 1.4)": { try TF.adjustBrightness($0, 1.4) },
      "lambda x: TF.adjust_contrast(x, 0.6)": { try TF.adjustContrast($0, 0.6) },
      "lambda x: TF.adjust_saturation(x, 1.7)": { try TF.adjustSaturation($0, 1.7) },
      "lambda x: TF.adjust_hue(x, 0.1)": { try TF.adjustHue($0, 0.1) },
      "lambda x: TF.rotate(x, 90)": { try TF.rotate($0, 90) },
      "lambda x: TF.rotate(x, 30)": { try TF.rotate($0, 30) },
      "lambda x: TF.gaussian_blur(x, 3, 0.8)": { try TF.gaussianBlur($0, [3], [0.8]) },
      "lambda x: TF.erase(x, 2, 3, 5, 6, 0)": { try TF.erase($0, 2, 3, 5, 6, value: 0) },
    ]
    let sizes: [(String, [Int], Int?)] = [
      ("(14, 14)", [14, 14], nil), ("(20, 50)", [20, 50], nil), ("16", [16], nil),
      ("(60, 64)", [60, 64], nil), ("16, max_size=20", [16], 20),
    ]
    let modes: [(String, InterpolationMode, Bool)] = [
      ("BILINEAR, antialias=True", .bilinear, true),
      ("BILINEAR, antialias=False", .bilinear, false),
      ("NEAREST, antialias=True", .nearest, true), ("BICUBIC, antialias=True", .bicubic, true),
    ]
    for (text, size, maxSize) in sizes {
      for (modeText, mode, antialias) in modes {
        table["T.Resize(\(text), interpolation=InterpolationMode.\(modeText))"] = {
          try TF.resize(
            $0, size, interpolation: mode, maxSize: maxSize, antialias: antialias)
        }
      }
    }
    return table
  }()

  /// Expressions of PIL images, which `source/NAME` holds as `[H, W]` or `[H, W, C]`.
  private static let ofImages: [String: @Sendable (Image) throws -> Tensor] = {
    let mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225], half = [0.5, 0.5, 0.5]
    return [
      "T.ToTensor()": { try ToTensor()($0) },
      "T.PILToTensor()": { try PILToTensor()($0) },
      "T.ConvertImageDtype(torch.float32)": { try ConvertImageDtype(.float32)(PILToTensor()($0)) },
      "T.Compose([T.ToTensor(), T.Normalize((0.2860,), (0.3530,))])": {
        try Compose([ToTensor(), Normalize([0.2860], [0.3530])])($0)
      },
      "T.Compose([T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])": {
        try Compose([ToTensor(), Normalize(mean, std)])($0)
      },
      "T.Compose([T.Resize(20), T.CenterCrop(16), T.ToTensor(), T.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])":
        {
          try Compose([
            Resize(20), CenterCrop(16), ToTensor(), Normalize(half, half),
          ])($0)
        },
    ]
  }()

  private func golden() throws -> (JSONValue, TensorFile) {
    (
      try JSONValue(contentsOf: Shared.path("\(folder)/data.json")),
      try TensorFile(Shared.path("\(folder)/data.safetensors"))
    )
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func transformsAsTorchvision() throws {
    let (data, tensors) = try golden()
    var compared = 0
    for item in try #require(data["transforms"]?.array) {
      let code = try #require(item["code"]?.string), name = try #require(item["source"]?.string)
      let kind = try #require(item["input"]?.string)
      let isArray = kind == "PIL image"
      let image = try Image(tensors.tensor("source/\(name)"), layout: .channelsLast)
      let wanted = try tensors.tensor(#require(item["output"]?.string))
      let result: Tensor
      if isArray {
        // The others are of Pillow's own methods.
        guard let transform = Self.ofImages[code] else { continue }
        result = try transform(image)
      } else {
        let transform = try #require(Self.expressions[code], "\(code)")
        result = try transform(
          kind.hasPrefix("uint8") ? PILToTensor()(image) : ToTensor()(image))
      }
      // Bytes of tensors that were interpolated may be off by one level.
      let interpolates = code.contains("Resize") && !isArray
      let level = interpolates ? (wanted.dtype == .uint8 ? 1 : 1e-4) : 1e-5
      let exact = wanted.dtype == .uint8 && !interpolates
      #expect(result.shape == wanted.shape && result.dtype == wanted.dtype, "\(code) \(kind)")
      guard result.shape == wanted.shape else { continue }
      let worst = try result.double().sub(wanted.double()).abs().max().item()
      #expect(worst <= (exact ? 0 : level), "\(code) of \(name), \(kind): \(worst)")
      compared += 1
    }
    #expect(compared > 100)
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func drawsAsTorchvision() throws {
    let (data, tensors) = try golden()
    let random: [String: any Transform<Tensor, Tensor>] = [
      "T.RandomHorizontalFlip()": RandomHorizontalFlip(),
      "T.RandomVerticalFlip(0.3)": RandomVerticalFlip(0.3),
      "T.RandomCrop(16)": RandomCrop(16),
      "T.RandomCrop(24, padding=4)": RandomCrop(24, padding: 4),
      "T.RandomResizedCrop(16, antialias=True)": RandomResizedCrop(16, antialias: true),
      "T.RandomApply([T.RandomHorizontalFlip(1.0)], p=0.6)":
        RandomApply([RandomHorizontalFlip(1)], p: 0.6),
      "T.Compose([T.RandomHorizontalFlip(), T.RandomCrop(20, padding=2), T.ConvertImageDtype(torch.float32)])":
        Compose([RandomHorizontalFlip(), RandomCrop(20, padding: 2), ConvertImageDtype(.float32)]),
      "T.RandomErasing(p=0.8)": RandomErasing(p: 0.8),
      "T.RandomGrayscale(0.5)": RandomGrayscale(0.5),
      "T.RandomRotation(20)": RandomRotation(20),
    ]
    for item in try #require(data["random_transforms"]?.array) {
      let code = try #require(item["code"]?.string)
      let transform = try #require(random[code], "\(code)")
      let array = try tensors.tensor("source/\(try #require(item["source"]?.string))")
      let source = try PILToTensor()(Image(array, layout: .channelsLast))
      try withDefaultGenerator(Generator(seed: #require(item["seed"]?.int))) {
        for (i, output) in try #require(item["outputs"]?.array).enumerated() {
          let wanted = try tensors.tensor(#require(output["tensor"]?.string))
          let result = try transform(source)
          #expect(result.shape == wanted.shape && result.dtype == wanted.dtype, "\(code) \(i)")
          guard result.shape == wanted.shape else { continue }
          let worst = try result.double().sub(wanted.double()).abs().max().item()
          #expect(worst <= (code.contains("Resized") ? 1 : 0), "\(code) \(i): \(worst)")
        }
      }
    }
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func makesGridsAsTorchvision() throws {
    let (data, tensors) = try golden()
    for item in try #require(data["make_grid"]?.array) {
      let arguments = try #require(item["args"])
      let range = arguments["value_range"]?.array?.compactMap(\.double)
      let grid = try makeGrid(
        tensors.tensor(#require(item["input"]?.string)), nrow: arguments["nrow"]?.int ?? 8,
        padding: arguments["padding"]?.int ?? 2, normalize: arguments["normalize"]?.bool ?? false,
        valueRange: range.map { ($0[0], $0[1]) }, scaleEach: arguments["scale_each"]?.bool ?? false,
        padValue: arguments["pad_value"]?.double ?? 0)
      try expectClose(
        grid, tensors.tensor(#require(item["output"]?.string)), rtol: 1e-6, atol: 1e-6,
        "\(arguments)")
    }
  }

  @Test(.enabled(if: Shared.has(folder), "\(Shared.absence)"))
  func encodesClassesAsVectors() throws {
    let (data, _) = try golden()
    let oneHot = Lambda { (label: Int) in
      try Tensor.zeros(10).scatter_(0, Tensor([label]), 1)
    }
    for item in try #require(data["one_hot"]?.array) {
      let label = try #require(item["label"]?.int)
      #expect(
        try oneHot(label).toArray(as: Double.self)
          == #require(item["one_hot"]?.array).compactMap(\.double))
    }
  }
}
