/// One number for all spatial dimensions, or one for each: PyTorch's `3` or `(3, 5)`.
///
/// `Int` and `[Int]` conform.
public protocol Extents: Sendable {
  /// The numbers; a single one applies to all dimensions.
  var extents: [Int] { get }
}

extension Int: Extents {
  /// An array of this number.
  public var extents: [Int] { [self] }
}

extension Array: Extents where Element == Int {
  /// The array itself.
  public var extents: [Int] { self }
}

/// The padding of a convolution: numbers, or `.same` or `.valid`.
public protocol ConvolutionPadding: Sendable {
  /// The amount of padding.
  var padding: PaddingAmount { get }
}

/// The amount of padding of a convolution's input.
public enum PaddingAmount: ConvolutionPadding, Hashable {
  /// This number of elements on each side, for all dimensions or for each.
  case extents([Int])
  /// The padding that keeps the size of the input; requires stride 1.
  case keepingSize
  /// No padding.
  case nothing

  /// The amount itself.
  public var padding: PaddingAmount { self }
}

extension Int: ConvolutionPadding {
  /// This number of elements on each side, for all dimensions.
  public var padding: PaddingAmount { .extents([self]) }
}

extension Array: ConvolutionPadding where Element == Int {
  /// These numbers of elements on each side, one for each dimension.
  public var padding: PaddingAmount { .extents(self) }
}

extension ConvolutionPadding where Self == PaddingAmount {
  /// The padding that keeps the size of the input (PyTorch: `padding='same'`).
  public static var same: PaddingAmount { .keepingSize }
  /// No padding (PyTorch: `padding='valid'`).
  public static var valid: PaddingAmount { .nothing }
}
