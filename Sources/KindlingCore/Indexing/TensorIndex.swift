/// One index of an indexing expression: `t[0]`, `t[.all, -1]`, `t[1..<3, .newAxis]`, `t[mask]`.
public struct TensorIndex: Sendable {
  enum Kind: Sendable {
    case integer(Int)
    case slice(start: Int?, end: Int?, step: Int)
    case newAxis
    case ellipsis
    case truth(Bool)
    case tensor(Tensor)
    /// An invalid literal, reported when the index is used.
    case invalid(TensorError)
  }
  let kind: Kind
}

/// A type that can index a tensor: integers, ranges, `.all`, `.ellipsis`, `.newAxis`, `.slice(…)`,
/// `.step(…)`, bools, arrays of integers or bools, and bool or integer tensors.
public protocol TensorIndexing: Sendable {
  /// The index that this value represents.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexing {
  /// This index.
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexing where Self == TensorIndex {
  /// The whole dimension (PyTorch: `:`).
  public static var all: TensorIndex { .slice(nil, nil) }
  /// All remaining dimensions (PyTorch: `...`).
  public static var ellipsis: TensorIndex { TensorIndex(kind: .ellipsis) }
  /// A new dimension of size 1 (PyTorch: `None`).
  public static var newAxis: TensorIndex { TensorIndex(kind: .newAxis) }
  /// Returns a slice from `start` up to, but not including, `end`; both may be negative
  /// (PyTorch: `start:end`).
  public static func slice(_ start: Int?, _ end: Int?) -> TensorIndex { .step(start, end, 1) }
  /// Returns a slice with a step, up to, but not including, `end` (PyTorch: `start:end:step`).
  public static func step(_ start: Int?, _ end: Int?, _ step: Int) -> TensorIndex {
    TensorIndex(kind: .slice(start: start, end: end, step: step))
  }
}

extension Int: TensorIndexing {
  /// An index of one element, which removes the dimension.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .integer(self)) }
}
extension Range: TensorIndexing where Bound == Int {
  /// A slice of the dimension.
  public var tensorIndex: TensorIndex { .slice(lowerBound, upperBound) }
}
extension ClosedRange: TensorIndexing where Bound == Int {
  /// A slice of the dimension, including the upper bound.
  public var tensorIndex: TensorIndex {
    .slice(lowerBound, upperBound == -1 || upperBound == .max ? nil : upperBound + 1)
  }
}
extension PartialRangeFrom: TensorIndexing where Bound == Int {
  /// A slice from an element to the end.
  public var tensorIndex: TensorIndex { .slice(lowerBound, nil) }
}
extension PartialRangeUpTo: TensorIndexing where Bound == Int {
  /// A slice up to, but not including, an element.
  public var tensorIndex: TensorIndex { .slice(nil, upperBound) }
}
extension PartialRangeThrough: TensorIndexing where Bound == Int {
  /// A slice up to and including an element.
  public var tensorIndex: TensorIndex {
    .slice(nil, upperBound == -1 || upperBound == .max ? nil : upperBound + 1)
  }
}
extension Bool: TensorIndexing {
  /// A new dimension of size 1 for true, or 0 for false.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .truth(self)) }
}
extension Tensor: TensorIndexing {
  /// An index of the elements at integer indices, or selected by a bool mask.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .tensor(self)) }
}
extension Array: TensorIndexing where Element: TensorNestable {
  /// An index of the elements at integer indices, or selected by bools.
  public var tensorIndex: TensorIndex {
    do { return TensorIndex(kind: .tensor(try Tensor([self])[0])) } catch let error as TensorError {
      return TensorIndex(kind: .invalid(error))
    } catch { return TensorIndex(kind: .invalid(TensorError(.value, "", "\(error)"))) }
  }
}
