import CImageCodecs

/// The color mode that an image is converted to when it is read (torchvision: `io.ImageReadMode`).
public enum ImageReadMode: String, Sendable, CaseIterable {
  /// The mode of the file; palette pixels stay indices.
  case unchanged
  /// One channel.
  case gray
  /// Gray and opacity; PNG only.
  case grayAlpha
  /// Red, green and blue.
  case rgb
  /// Red, green, blue and opacity; PNG only.
  case rgbAlpha

  var code: kc_mode {
    switch self {
    case .unchanged: KC_UNCHANGED
    case .gray: KC_GRAY
    case .grayAlpha: KC_GRAY_ALPHA
    case .rgb: KC_RGB
    case .rgbAlpha: KC_RGB_ALPHA
    }
  }
}
