/// One position of an indexing expression: `t[0]`, `t[.all, -1]`, `t[1..<3, .newAxis]`, `t[mask]`.
public struct TensorIndex: Sendable {
  enum Kind: Sendable {
    case integer(Int)
    case slice(start: Int?, end: Int?, step: Int)
    case newAxis
    case ellipsis
    case truth(Bool)
    case tensor(Tensor)
    /// A literal that makes no tensor, found out when it is used.
    case invalid(TensorError)
  }
  let kind: Kind
}

/// What may stand between the brackets of a tensor: integers, ranges, `.all`, `.ellipsis`, `.newAxis`,
/// `.slice(…)`, `.step(…)`, bools, arrays of integers or bools, and bool or integer tensors.
public protocol TensorIndexing: Sendable {
  /// The position this stands for.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexing {
  /// The index as data.
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexing where Self == TensorIndex {
  /// The whole dimension (PyTorch: `:`).
  public static var all: TensorIndex { .slice(nil, nil) }
  /// As many whole dimensions as are left (PyTorch: `...`).
  public static var ellipsis: TensorIndex { TensorIndex(kind: .ellipsis) }
  /// A new dimension of size 1 (PyTorch: `None`).
  public static var newAxis: TensorIndex { TensorIndex(kind: .newAxis) }
  /// From `start` up to and without `end`, which may be negative (PyTorch: `start:end`).
  public static func slice(_ start: Int?, _ end: Int?) -> TensorIndex { .step(start, end, 1) }
  /// Every `step`-th from `start` up to and without `end` (PyTorch: `start:end:step`).
  public static func step(_ start: Int?, _ end: Int?, _ step: Int) -> TensorIndex {
    TensorIndex(kind: .slice(start: start, end: end, step: step))
  }
}

extension Int: TensorIndexing {
  /// One element; the dimension disappears.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .integer(self)) }
}
extension Range: TensorIndexing where Bound == Int {
  /// A part of the dimension.
  public var tensorIndex: TensorIndex { .slice(lowerBound, upperBound) }
}
extension ClosedRange: TensorIndexing where Bound == Int {
  /// A part of the dimension, the upper bound included.
  public var tensorIndex: TensorIndex {
    .slice(lowerBound, upperBound == -1 || upperBound == .max ? nil : upperBound + 1)
  }
}
extension PartialRangeFrom: TensorIndexing where Bound == Int {
  /// From an element on.
  public var tensorIndex: TensorIndex { .slice(lowerBound, nil) }
}
extension PartialRangeUpTo: TensorIndexing where Bound == Int {
  /// Up to and without an element.
  public var tensorIndex: TensorIndex { .slice(nil, upperBound) }
}
extension PartialRangeThrough: TensorIndexing where Bound == Int {
  /// Up to and with an element.
  public var tensorIndex: TensorIndex {
    .slice(nil, upperBound == -1 || upperBound == .max ? nil : upperBound + 1)
  }
}
extension Bool: TensorIndexing {
  /// A new dimension of size 1 or 0.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .truth(self)) }
}
extension Tensor: TensorIndexing {
  /// The elements that integers name, or that a bool mask marks.
  public var tensorIndex: TensorIndex { TensorIndex(kind: .tensor(self)) }
}
extension Array: TensorIndexing where Element: TensorNestable {
  /// The elements that integers name, or that bools mark.
  public var tensorIndex: TensorIndex {
    do { return TensorIndex(kind: .tensor(try Tensor([self])[0])) } catch let error as TensorError {
      return TensorIndex(kind: .invalid(error))
    } catch { return TensorIndex(kind: .invalid(TensorError(.value, "", "\(error)"))) }
  }
}
