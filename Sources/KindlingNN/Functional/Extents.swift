/// One number for every spatial dimension, or one for each: what PyTorch takes as `3` or `(3, 5)`.
///
/// `Int` and `[Int]` are extents.
public protocol Extents: Sendable {
  /// The numbers; one alone stands for all dimensions.
  var extents: [Int] { get }
}

extension Int: Extents {
  /// This number alone.
  public var extents: [Int] { [self] }
}

extension Array: Extents where Element == Int {
  /// These numbers.
  public var extents: [Int] { self }
}

/// The padding of a convolution: numbers, or `.same` or `.valid`.
public protocol ConvolutionPadding: Sendable {
  /// What is padded.
  var padding: PaddingAmount { get }
}

/// How much a convolution pads its input.
public enum PaddingAmount: ConvolutionPadding, Hashable {
  /// This many elements on either side, for all dimensions or for each.
  case extents([Int])
  /// So much that the output is as large as the input; for stride 1 alone.
  case keepingSize
  /// Nothing.
  case nothing

  /// This amount.
  public var padding: PaddingAmount { self }
}

extension Int: ConvolutionPadding {
  /// This many elements on either side, for all dimensions.
  public var padding: PaddingAmount { .extents([self]) }
}

extension Array: ConvolutionPadding where Element == Int {
  /// These many elements on either side, one number for each dimension.
  public var padding: PaddingAmount { .extents(self) }
}

extension ConvolutionPadding where Self == PaddingAmount {
  /// So much that the output is as large as the input (PyTorch: `padding='same'`).
  public static var same: PaddingAmount { .keepingSize }
  /// Nothing (PyTorch: `padding='valid'`).
  public static var valid: PaddingAmount { .nothing }
}
