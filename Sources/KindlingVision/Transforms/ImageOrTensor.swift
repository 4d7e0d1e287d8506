import KindlingCore

/// The two kinds of images that transforms accept: an ``Image`` and a `Tensor` `[*, C, H, W]`.
///
/// A transform or function that is generic over this protocol returns an image for an image and a
/// tensor for a tensor. ``TF`` functions are generic, so a transform composed of them is written
/// once:
///
/// ```swift
/// struct Tilt: ImageTransform {
///   func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I { try TF.rotate(image, 10) }
/// }
/// ```
public protocol ImageOrTensor: Sendable {
  /// Returns the result of the closure for this kind of image.
  func transformed(
    tensor: (Tensor) throws -> Tensor, image: (Image) throws -> Image
  ) throws -> Self

  /// Returns the value of the closure for this kind of image.
  func inspected<Value>(
    tensor: (Tensor) throws -> Value, image: (Image) throws -> Value
  ) throws -> Value
}

extension Tensor: ImageOrTensor {
  /// Returns the result of `tensor`.
  public func transformed(
    tensor: (Tensor) throws -> Tensor, image: (Image) throws -> Image
  ) throws -> Tensor { try tensor(self) }

  /// Returns the value of `tensor`.
  public func inspected<Value>(
    tensor: (Tensor) throws -> Value, image: (Image) throws -> Value
  ) throws -> Value { try tensor(self) }
}

extension Image: ImageOrTensor {
  /// Returns the result of `image`.
  public func transformed(
    tensor: (Tensor) throws -> Tensor, image: (Image) throws -> Image
  ) throws -> Image { try image(self) }

  /// Returns the value of `image`.
  public func inspected<Value>(
    tensor: (Tensor) throws -> Value, image: (Image) throws -> Value
  ) throws -> Value { try image(self) }
}

/// A transform of images and tensors that keeps the kind.
public protocol ImageTransform: Transform where Input == Tensor, Output == Tensor {
  /// Returns the transformed image, of the same kind.
  func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I
}

extension ImageTransform {
  /// Transforms an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }
}
