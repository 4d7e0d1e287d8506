import KindlingCore

/// A function of one sample, such as one that normalizes an image.
///
/// Conforming types give a `callAsFunction`; the associated types follow from it:
///
/// ```swift
/// struct Invert: Transform {
///   func callAsFunction(_ image: Tensor) throws -> Tensor { try 1 - image }
/// }
/// ```
///
/// Image data sets hand an ``Image`` to their transform, as torchvision's hand it a PIL image. A
/// transform whose input is a `Tensor` gets its pixels then, `uint8` `[C, H, W]`, as ``PILToTensor``
/// gives them; one that conforms to ``ImageTransform`` takes both kinds.
///
/// Loaders with workers call transforms from several threads at once.
public protocol Transform<Input, Output>: Sendable, CustomStringConvertible {
  /// The type of the input: a `Tensor` or an ``Image``, an `Int` for class labels.
  associatedtype Input
  /// The type of the output.
  associatedtype Output

  /// Returns the transformed sample.
  func callAsFunction(_ input: Input) throws -> Output

  /// Returns the transformed sample where types are known when the program runs, as in ``Compose``
  /// and in data sets.
  ///
  /// Types that take only `Input` need not implement it.
  func apply(_ value: Any) throws -> Any
}

extension Transform {
  /// Calls the transform with `value`, or with the pixels of an image where it takes tensors.
  public func apply(_ value: Any) throws -> Any {
    if let input = value as? Input { return try self(input) }
    if let image = value as? Image, let pixels = try TF.pilToTensor(image) as? Input {
      return try self(pixels)
    }
    throw unexpected(value, wanted: "\(Input.self)")
  }

  func unexpected(_ value: Any, wanted: String) -> TensorError {
    let name = "\(Self.self)".prefix { $0 != "<" }
    return TensorError(.value, "\(name)", "expected \(wanted), but got \(type(of: value))")
  }

  /// The type's name, written as torchvision writes a transform without arguments.
  public var description: String {
    let name = String(describing: Self.self)
    return "\(name.prefix { $0 != "<" })()"
  }

  /// `description` below a heading, further lines indented to match.
  func described(under heading: String) -> String {
    let indent = "\n" + String(repeating: " ", count: heading.count)
    return heading
      + description.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: indent)
  }
}

/// A transform made of a closure (torchvision: `transforms.Lambda`).
public struct Lambda<Input, Output>: Transform {
  private let body: @Sendable (Input) throws -> Output

  /// Creates a transform that calls `body`.
  public init(_ body: @escaping @Sendable (Input) throws -> Output) { self.body = body }

  /// Returns the result of the closure.
  public func callAsFunction(_ input: Input) throws -> Output { try body(input) }
}
