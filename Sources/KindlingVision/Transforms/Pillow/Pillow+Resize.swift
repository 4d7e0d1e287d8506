import KindlingCore
import Numerics

extension Pillow {
  /// Returns the image resized (Pillow: `Image.resize`).
  static func resize(
    _ image: Image, _ height: Int, _ width: Int, _ interpolation: InterpolationMode
  ) throws -> Image {
    guard let filter = Filter(interpolation) else {
      let scale = Affine(
        a: Double(image.width) / Double(width), b: 0, c: 0,
        d: 0, e: Double(image.height) / Double(height), f: 0)
      return try transform(image, height, width, scale, .nearest, color: [0])
    }
    if image.mode.hasAlpha {
      return try resample(image.premultiplied(), height, width, filter).unpremultiplied()
    }
    return try resample(image, height, width, filter)
  }

  /// Resamples along rows and along columns, each rounded to bytes.
  ///
  /// Columns come first if they lose more than twice as many pixels as rows do.
  private static func resample(
    _ image: Image, _ height: Int, _ width: Int, _ filter: Filter
  ) throws -> Image {
    let (fewerRows, fewerColumns) = (image.height - height, image.width - width)
    if fewerRows > 0 && fewerRows > 2 * fewerColumns {
      return try resampleRows(resampleColumns(image, height, filter), width, filter)
    }
    return try resampleColumns(resampleRows(image, width, filter), height, filter)
  }

  private static func resampleRows(
    _ image: Image, _ width: Int, _ filter: Filter
  ) throws -> Image {
    if width == image.width { return image }
    let channels = image.mode.channels
    let taps = Taps(image.width, to: width, filter), stride = image.width * channels
    return try image.drawn(height: image.height, width: width) { source, target in
      for y in 0..<image.height {
        for x in 0..<width {
          for c in 0..<channels {
            target[(y * width + x) * channels + c] = taps.value(
              x, source, from: y * stride + c, step: channels)
          }
        }
      }
    }
  }

  private static func resampleColumns(
    _ image: Image, _ height: Int, _ filter: Filter
  ) throws -> Image {
    if height == image.height { return image }
    let taps = Taps(image.height, to: height, filter)
    let stride = image.width * image.mode.channels
    return try image.drawn(height: height, width: image.width) { source, target in
      for y in 0..<height {
        for i in 0..<stride {
          target[y * stride + i] = taps.value(y, source, from: i, step: stride)
        }
      }
    }
  }

  /// The filters of Pillow's `Image.resize`.
  private enum Filter {
    case box, bilinear, hamming, bicubic, lanczos

    /// Creates the filter; `nil` for nearest-neighbor interpolation.
    init?(_ interpolation: InterpolationMode) {
      switch interpolation {
      case .nearest, .nearestExact: return nil
      case .box: self = .box
      case .bilinear: self = .bilinear
      case .hamming: self = .hamming
      case .bicubic: self = .bicubic
      case .lanczos: self = .lanczos
      }
    }

    /// The distance beyond which pixels have no weight.
    var support: Double {
      switch self {
      case .box: 0.5
      case .bilinear, .hamming: 1
      case .bicubic: 2
      case .lanczos: 3
      }
    }

    /// Returns the weight of a pixel at distance `x`.
    func callAsFunction(_ x: Double) -> Double {
      switch self {
      case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
      case .bilinear: return max(1 - abs(x), 0)
      case .hamming:
        let x = abs(x)
        if x == 0 { return 1 }
        if x >= 1 { return 0 }
        // Pillow's constants have single precision.
        let angle = x * .pi
        return .sin(angle) / angle * (Double(0.54 as Float) + Double(0.46 as Float) * .cos(angle))
      case .bicubic:
        let x = abs(x), a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
      case .lanczos:
        func sinc(_ x: Double) -> Double { x == 0 ? 1 : .sin(x * .pi) / (x * .pi) }
        return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
      }
    }
  }

  /// The input pixels of each of `size` output pixels, of `count`, with weights of 22 fractional
  /// bits.
  private struct Taps {
    private static let bits = 22
    private var starts: [Int] = []
    private var ends: [Int] = [0]
    private var weights: [Int32] = []

    init(_ count: Int, to size: Int, _ filter: Filter) {
      let scale = Double(count) / Double(size), stretch = max(scale, 1)
      let support = filter.support * stretch, inverse = 1 / stretch
      for i in 0..<size {
        let center = (Double(i) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let last = min(Int(center + support + 0.5), count)
        let shares = (first..<max(first, last)).map {
          filter((Double($0) - center + 0.5) * inverse)
        }
        let sum = shares.reduce(0, +)
        for share in shares {
          let scaled = (sum == 0 ? share : share / sum) * Double(1 << Taps.bits)
          weights.append(Int32(scaled + (scaled < 0 ? -0.5 : 0.5)))
        }
        starts.append(first)
        ends.append(weights.count)
      }
    }

    /// Returns output pixel `i` of input pixels with stride `step`.
    func value(_ i: Int, _ source: UnsafeBufferPointer<UInt8>, from: Int, step: Int) -> UInt8 {
      var sum = Int32(1) << (Taps.bits - 1)
      var place = from + starts[i] * step
      for tap in ends[i]..<ends[i + 1] {
        sum &+= Int32(source[place]) &* weights[tap]
        place += step
      }
      return UInt8(min(max(sum >> Taps.bits, 0), 255))
    }
  }
}
