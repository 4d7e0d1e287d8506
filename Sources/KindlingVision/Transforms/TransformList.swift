import KindlingCore

/// The transforms of a container, released without recursion at any nesting depth.
final class TransformList: @unchecked Sendable {
  /// Written by `init` and `deinit` only, so the class may be sent between threads.
  private(set) var transforms: [any Transform]

  init(_ transforms: [any Transform]) { self.transforms = transforms }

  deinit {
    GraphRelease.drop { pending in
      if !transforms.isEmpty { pending.append(Remains(transforms)) }
      transforms = []
    }
  }

  private final class Remains {
    private let transforms: [any Transform]
    init(_ transforms: [any Transform]) { self.transforms = transforms }
  }
}

/// A part of a description that has yet to be printed.
private enum PrintedPart {
  case text(String)
  case transform(any Transform)
}

/// A transform composed of others.
///
/// Nested containers are called and described without recursion.
protocol TransformContainer: Transform {
  var list: TransformList { get }
  /// The text before the lines of the transforms.
  var opening: String { get }
  /// The text after them.
  var closing: String { get }
  /// Returns the transforms that one application runs, first to last.
  func drawn() throws -> [any Transform]
}

extension TransformContainer {
  /// The transforms.
  public var transforms: [any Transform] { list.transforms }

  /// Applies the transforms to a value of any type that the first one accepts.
  public func apply(_ value: Any) throws -> Any { try run(value) }

  /// Returns the result of ``drawn()``, with nested containers expanded.
  func run(_ value: Any) throws -> Any {
    var value = value
    var pending: [any Transform] = try drawn().reversed()
    while let next = pending.popLast() {
      if let container = next as? any TransformContainer {
        pending += try container.drawn().reversed()
      } else {
        value = try next.apply(value)
      }
    }
    return value
  }

  /// The transforms, one per line, in torchvision's printed form.
  public var description: String {
    var text = ""
    var pending: [PrintedPart] = [.transform(self)]
    while let part = pending.popLast() {
      switch part {
      case .text(let more): text += more
      case .transform(let transform):
        guard let container = transform as? any TransformContainer else {
          text += "\(transform)"
          continue
        }
        text += container.opening
        pending.append(.text(container.closing))
        // As in torchvision, nested lines are not indented further.
        for inner in container.list.transforms.reversed() {
          pending += [.transform(inner), .text("\n    ")]
        }
      }
    }
    return text
  }

  /// Returns the result as `Wanted`; an image is converted to its pixels if that is a tensor.
  func result<Wanted>(_ value: Any) throws -> Wanted {
    let result = try apply(value)
    if let result = result as? Wanted { return result }
    if let image = result as? Image, let pixels = try TF.pilToTensor(image) as? Wanted {
      return pixels
    }
    throw TensorError(
      .value, "\(Self.self)",
      "the transforms gave \(type(of: result)), where \(Wanted.self) is expected")
  }
}

/// A transform that applies others in sequence (torchvision: `transforms.Compose`).
///
/// ```swift
/// let augmented = Compose([
///   RandomCrop(32, padding: 4), RandomHorizontalFlip(), ToTensor(), Normalize([0.5], [0.5]),
/// ])
/// let x = try augmented(image)         // a Tensor, of an Image or of a Tensor
/// ```
public struct Compose: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// Images as tensors.
  public typealias Output = Tensor

  let list: TransformList

  // If all transforms take tensors, so do the closures among them: the other initializer applies.
  /// Creates a transform that applies `transforms` first to last.
  @_disfavoredOverload
  public init(_ transforms: [any Transform]) { list = TransformList(transforms) }

  /// Creates a transform of tensors, so that the types of closures are inferred.
  public init(_ transforms: [any Transform<Tensor, Tensor>]) { list = TransformList(transforms) }

  /// Returns the tensor after all transforms.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try result(image) }

  /// Returns the tensor after all transforms; an image at the end is converted by ``PILToTensor``.
  public func callAsFunction(_ image: Image) throws -> Tensor { try result(image) }

  /// Returns the result of all transforms as the requested type:
  /// `let small: Image = try compose(image)`.
  ///
  /// - Throws: `TensorError` if the result has another type.
  public func callAsFunction<Result>(_ sample: some Any, as: Result.Type = Result.self) throws
    -> Result
  { try result(sample) }
}

extension Compose: TransformContainer {
  var opening: String { "Compose(" }
  var closing: String { "\n)" }
  func drawn() -> [any Transform] { list.transforms }
}
