/// A number, or an array of numbers nested to any depth, that tensors are created from and
/// converted to.
public protocol TensorNestable: Sendable {
  /// The type of the numbers.
  associatedtype Leaf: TensorScalar
  /// The nesting depth of arrays; 0 for a number.
  static var nestingDepth: Int { get }
  /// Returns the lengths along the first elements, as far as there are any.
  func leadingShape() -> [Int]
  /// Appends the numbers in order; throws if a length differs from `shape[level]`.
  func appendLeaves(to leaves: inout [Leaf], shape: [Int], level: Int) throws
  /// Creates a value of shape `shape[level...]` from the front of `leaves`: the inverse of
  /// `appendLeaves`.
  static func nested(_ leaves: inout ArraySlice<Leaf>, shape: [Int], level: Int) -> Self?
}

extension TensorScalar {
  /// The nesting depth of a number, 0.
  public static var nestingDepth: Int { 0 }
  /// Returns an empty list, since a number has no lengths.
  public func leadingShape() -> [Int] { [] }
  /// Appends this number.
  public func appendLeaves(to leaves: inout [Self], shape: [Int], level: Int) {
    leaves.append(self)
  }
  /// Takes the next number.
  public static func nested(_ leaves: inout ArraySlice<Self>, shape: [Int], level: Int) -> Self? {
    leaves.popFirst()
  }
}

extension Array: TensorNestable where Element: TensorNestable {
  /// The type of the numbers of the elements.
  public typealias Leaf = Element.Leaf
  /// The nesting depth of the elements plus one.
  public static var nestingDepth: Int { Element.nestingDepth + 1 }

  /// Returns the number of elements, followed by the lengths of the first element.
  public func leadingShape() -> [Int] {
    let inner = first?.leadingShape() ?? Array<Int>(repeating: 0, count: Element.nestingDepth)
    return [count] + inner
  }

  /// Appends the numbers of all elements in order.
  public func appendLeaves(to leaves: inout [Leaf], shape: [Int], level: Int) throws {
    try require(
      level < shape.count && count == shape[level], .shape, "Tensor",
      "expected sequence of length \(expected: level < shape.count ? shape[level] : 0) at dim \(level) (got \(got: count)); rows of a nested array must be equally long"
    )
    if Element.self == Leaf.self, let numbers = self as? [Leaf] {
      return leaves.append(contentsOf: numbers)
    }
    for element in self { try element.appendLeaves(to: &leaves, shape: shape, level: level + 1) }
  }

  /// Takes `shape[level]` elements.
  public static func nested(_ leaves: inout ArraySlice<Leaf>, shape: [Int], level: Int)
    -> [Element]?
  {
    guard level < shape.count else { return nil }
    var result: [Element] = []
    result.reserveCapacity(shape[level])
    for _ in 0..<shape[level] {
      guard let element = Element.nested(&leaves, shape: shape, level: level + 1) else {
        return nil
      }
      result.append(element)
    }
    return result
  }
}
