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
  public var transforms: [any Transform<Tensor, Tensor>] { parts.items }
  private let parts: Parts

  /// A transform that applies `transforms` first to last.
  public init(_ transforms: [any Transform<Tensor, Tensor>]) { parts = Parts(transforms) }

  /// The image after all transforms.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    var image = image
    // Compositions inside others are entered without recursion; the next transform is the last one.
    var left = Array(transforms.reversed())
    while let transform = left.popLast() {
      if let inner = transform as? Compose {
        left.append(contentsOf: inner.transforms.reversed())
      } else {
        image = try transform(image)
      }
    }
    return image
  }

  /// The transforms, released without recursion where they are compositions themselves.
  private final class Parts: @unchecked Sendable {
    private(set) var items: [any Transform<Tensor, Tensor>]

    init(_ items: [any Transform<Tensor, Tensor>]) { self.items = items }

    deinit {
      GraphRelease.drop { pending in
        for case let inner as Compose in items { pending.append(inner.parts) }
        items = []
      }
    }
  }

  /// One line a transform, as torchvision prints it.
  public var description: String {
    // Lines within are not indented further, as torchvision's are not.
    "Compose(" + transforms.map { "\n    \($0)" }.joined() + "\n)"
  }
}
