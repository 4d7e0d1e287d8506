/// An RGB color with components from 0 to 255.
public struct Color: Sendable, Equatable {
  /// The red, green and blue components.
  public let red: UInt8, green: UInt8, blue: UInt8

  /// Creates a color from its components.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Black.
  public static let black = Color(0, 0, 0)
  /// White.
  public static let white = Color(255, 255, 255)
  /// A light gray, for grids.
  public static let lightGray = Color(221, 221, 221)
  /// The default colors of lines and bars, in order; matplotlib's.
  public static let cycle = [
    Color(31, 119, 180), Color(255, 127, 14), Color(44, 160, 44), Color(214, 39, 40),
    Color(148, 103, 189), Color(140, 86, 75), Color(227, 119, 194), Color(127, 127, 127),
    Color(188, 189, 34), Color(23, 190, 207),
  ]

  /// The color in the notation of SVG and HTML.
  var hex: String {
    "#"
      + [red, green, blue].map { part in
        let digits = String(part, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }

  /// Returns the interpolation from this color to `other` at `share` (0 to 1).
  func mixed(_ other: Color, _ share: Double) -> Color {
    func part(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8(clamping: Int((Double(a) + (Double(b) - Double(a)) * share).rounded()))
    }
    return Color(part(red, other.red), part(green, other.green), part(blue, other.blue))
  }
}

/// A map from numbers to colors (matplotlib: `cmap`).
public enum Colormap: String, Sendable, CaseIterable {
  /// Black to white.
  case gray
  /// White to black.
  case grayReversed = "gray_r"
  /// Violet through green to yellow; perceptually uniform, and suitable for color-blind readers.
  case viridis
  /// White to dark blue.
  case blues = "Blues"

  /// Returns the color of `value`, from 0 to 1.
  ///
  /// Values outside have the color of the nearer end, and NaN is light gray.
  public func callAsFunction(_ value: Double) -> Color {
    if value.isNaN { return .lightGray }
    let anchors = anchors
    let place = min(max(value, 0), 1) * Double(anchors.count - 1)
    let low = min(Int(place), anchors.count - 2)
    return anchors[low].mixed(anchors[low + 1], place - Double(low))
  }

  /// The equidistant colors between which colors are interpolated.
  private var anchors: [Color] {
    switch self {
    case .gray: [.black, .white]
    case .grayReversed: [.white, .black]
    case .viridis:
      [
        Color(68, 1, 84), Color(71, 45, 123), Color(59, 82, 139), Color(44, 114, 142),
        Color(33, 145, 140), Color(40, 174, 128), Color(94, 201, 98), Color(173, 220, 48),
        Color(253, 231, 37),
      ]
    case .blues:
      [
        Color(247, 251, 255), Color(222, 235, 247), Color(198, 219, 239), Color(158, 202, 225),
        Color(107, 174, 214), Color(66, 146, 198), Color(33, 113, 181), Color(8, 81, 156),
        Color(8, 48, 107),
      ]
    }
  }
}
