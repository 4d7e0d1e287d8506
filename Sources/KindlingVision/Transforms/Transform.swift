import KindlingCore

/// A function of one sample, such as one that normalizes an image.
///
/// Conforming types implement `callAsFunction`; the associated types are inferred from it:
///
/// ```swift
/// struct Invert: Transform {
///   func callAsFunction(_ image: Tensor) throws -> Tensor { try 1 - image }
/// }
/// ```
///
/// Image datasets pass an ``Image`` to their transform, like torchvision's PIL image. A transform
/// whose input is a `Tensor` then gets its pixels, `uint8` `[C, H, W]`, converted by
/// ``PILToTensor``. A transform that conforms to ``ImageTransform`` accepts both kinds.
///
/// Loaders with workers call transforms from several threads at once.
public protocol Transform<Input, Output>: Sendable, CustomStringConvertible {
  /// The type of the input: a `Tensor` or an ``Image``, an `Int` for class labels.
  associatedtype Input
  /// The type of the output.
  associatedtype Output

  /// Returns the transformed sample.
  func callAsFunction(_ input: Input) throws -> Output

  /// Returns the transformed sample for types known only at run time, as in ``Compose`` and
  /// datasets.
  ///
  /// Types that accept only `Input` need not implement it.
  func apply(_ value: Any) throws -> Any
}

extension Transform {
  /// Calls the transform with `value`, or with the pixels of an image if it takes tensors.
  public func apply(_ value: Any) throws -> Any {
    if let input = value as? Input { return try self(input) }
    if let image = value as? Image, let pixels = try TF.pilToTensor(image) as? Input {
      return try self(pixels)
    }
    throw unexpected(value, wanted: "\(Input.self)")
  }

  func unexpected(_ value: Any, wanted: String) -> TensorError {
    let name = "\(Self.self)".prefix { $0 != "<" }
    return TensorError(
      .value, "\(name)", "expected \(expected: wanted), but got \(got: type(of: value))")
  }

  /// The transform as torchvision prints one without arguments: `Name()`.
  public var description: String {
    let name = String(describing: Self.self)
    return "\(name.prefix { $0 != "<" })()"
  }

  /// Returns `description` below a heading, with the same indentation for all lines.
  func described(under heading: String) -> String {
    let indent = "\n" + String(repeating: " ", count: heading.count)
    return heading
      + description.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: indent)
  }
}

/// A transform that calls a closure (torchvision: `transforms.Lambda`).
public struct Lambda<Input, Output>: Transform {
  private let body: @Sendable (Input) throws -> Output

  /// Creates a transform that calls `body`.
  public init(_ body: @escaping @Sendable (Input) throws -> Output) { self.body = body }

  /// Returns the result of the closure.
  public func callAsFunction(_ input: Input) throws -> Output { try body(input) }
}
