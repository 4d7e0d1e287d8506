import KindlingCore

/// Something that turns one sample into another, such as an image into a normalised image.
///
/// Conforming types give a `callAsFunction`; the associated types follow from it:
///
/// ```swift
/// struct Invert: Transform {
///   func callAsFunction(_ image: Tensor) throws -> Tensor { try 1 - image }
/// }
/// ```
///
/// Loaders with workers call transforms from several threads at once.
public protocol Transform<Input, Output>: Sendable, CustomStringConvertible {
  /// What goes in: a `Tensor` for images, an `Int` for class labels.
  associatedtype Input
  /// What comes out.
  associatedtype Output

  /// The transformed sample.
  func callAsFunction(_ input: Input) throws -> Output
}

extension Transform {
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

  /// A transform that calls `body`.
  public init(_ body: @escaping @Sendable (Input) throws -> Output) { self.body = body }

  /// What the closure makes of `input`.
  public func callAsFunction(_ input: Input) throws -> Output { try body(input) }
}

/// Transforms applied one after another (torchvision: `transforms.Compose`).
public struct Compose: Transform {
  /// The transforms, first to last.
  public let transforms: [any Transform<Tensor, Tensor>]

  /// A transform that applies `transforms` first to last.
  public init(_ transforms: [any Transform<Tensor, Tensor>]) { self.transforms = transforms }

  /// The image after all transforms.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try transforms.reduce(image) { try $1($0) }
  }

  /// One line a transform, as torchvision prints it.
  public var description: String {
    // Lines within are not indented further, as torchvision's are not.
    "Compose(" + transforms.map { "\n    \($0)" }.joined() + "\n)"
  }
}
