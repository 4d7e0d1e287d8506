import KindlingCore

/// A number that is either a plain number or the only element of a tensor.
///
/// L-BFGS branches on comparisons of such numbers. To take the same branches as PyTorch, arithmetic
/// with a float32 tensor is rounded to float32.
struct LBFGSNumber {
  let value: Double
  /// The tensor's dtype; `nil` for a plain number.
  let dtype: DType?

  init(_ value: Double, _ dtype: DType? = nil) {
    self.dtype = dtype
    self.value = dtype == .float32 ? Double(Float(value)) : value
  }

  /// Creates a number from the only element of `tensor`.
  init(_ tensor: Tensor) throws { self.init(try tensor.item(), tensor.dtype) }

  /// Creates a number from its value in a state dict.
  init?(_ saved: CheckpointValue?) throws {
    if let tensor = saved?.tensorValue {
      try self.init(tensor)
    } else if let number = saved?.doubleValue {
      self.init(number)
    } else {
      return nil
    }
  }

  /// The value for state dicts.
  var saved: CheckpointValue {
    dtype.map { .tensor(Tensor(value, floating: $0)) } ?? .double(value)
  }

  private static func both(
    _ a: LBFGSNumber, _ b: LBFGSNumber, _ body: (Double, Double) -> Double
  ) -> LBFGSNumber {
    let dtype = a.dtype ?? b.dtype
    return LBFGSNumber(
      body(LBFGSNumber(a.value, dtype).value, LBFGSNumber(b.value, dtype).value), dtype)
  }

  static func + (a: LBFGSNumber, b: LBFGSNumber) -> LBFGSNumber { both(a, b, +) }
  static func - (a: LBFGSNumber, b: LBFGSNumber) -> LBFGSNumber { both(a, b, -) }
  static func * (a: LBFGSNumber, b: LBFGSNumber) -> LBFGSNumber { both(a, b, *) }
  static func / (a: LBFGSNumber, b: LBFGSNumber) -> LBFGSNumber { both(a, b, /) }
  static prefix func - (a: LBFGSNumber) -> LBFGSNumber { LBFGSNumber(-a.value, a.dtype) }

  private static func compared(
    _ a: LBFGSNumber, _ b: LBFGSNumber, _ body: (Double, Double) -> Bool
  ) -> Bool {
    let dtype = a.dtype ?? b.dtype
    return body(LBFGSNumber(a.value, dtype).value, LBFGSNumber(b.value, dtype).value)
  }

  static func < (a: LBFGSNumber, b: LBFGSNumber) -> Bool { compared(a, b, <) }
  static func <= (a: LBFGSNumber, b: LBFGSNumber) -> Bool { compared(a, b, <=) }
  static func > (a: LBFGSNumber, b: LBFGSNumber) -> Bool { compared(a, b, >) }
  static func >= (a: LBFGSNumber, b: LBFGSNumber) -> Bool { compared(a, b, >=) }

  var magnitude: LBFGSNumber { LBFGSNumber(abs(value), dtype) }
  var squareRoot: LBFGSNumber { LBFGSNumber(value.squareRoot(), dtype) }

  /// Returns the smaller number; the first one if they are equal or not comparable.
  static func least(_ a: LBFGSNumber, _ b: LBFGSNumber) -> LBFGSNumber { b < a ? b : a }
  /// Returns the larger number; the first one if they are equal or not comparable.
  static func most(_ a: LBFGSNumber, _ b: LBFGSNumber) -> LBFGSNumber { b > a ? b : a }
}

extension LBFGSNumber: ExpressibleByFloatLiteral {
  init(floatLiteral value: Double) { self.init(value) }
}
