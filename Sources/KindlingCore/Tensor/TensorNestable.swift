/// Numbers, and arrays of them nested to any depth: what tensors are made from and read into.
public protocol TensorNestable: Sendable {
  /// The numbers at the bottom.
  associatedtype Leaf: TensorScalar
  /// How deeply arrays are nested; 0 for a number.
  static var nestingDepth: Int { get }
  /// The lengths found by following first elements, as far as there are any.
  func leadingShape() -> [Int]
  /// Appends the numbers in order; throws where a length differs from `shape[level]`.
  func appendLeaves(to leaves: inout [Leaf], shape: [Int], level: Int) throws
  /// The inverse of `appendLeaves`: takes what `shape[level...]` holds from the front of `leaves`.
  static func nested(_ leaves: inout ArraySlice<Leaf>, shape: [Int], level: Int) -> Self?
}

extension TensorScalar {
  /// A number is not nested.
  public static var nestingDepth: Int { 0 }
  /// A number has no lengths.
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
  /// The numbers at the bottom of the elements.
  public typealias Leaf = Element.Leaf
  /// One more than the elements'.
  public static var nestingDepth: Int { Element.nestingDepth + 1 }

  /// The count, then what the first element says.
  public func leadingShape() -> [Int] {
    let inner = first?.leadingShape() ?? Array<Int>(repeating: 0, count: Element.nestingDepth)
    return [count] + inner
  }

  /// Appends the numbers of all elements in order.
  public func appendLeaves(to leaves: inout [Leaf], shape: [Int], level: Int) throws {
    guard level < shape.count, count == shape[level] else {
      throw TensorError(
        .shape, "Tensor",
        "expected sequence of length \(level < shape.count ? shape[level] : 0) at dim \(level) (got \(count)); rows of a nested array must be equally long"
      )
    }
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
