import KindlingCore

/// A number that is either plain or the only element of a tensor.
///
/// L-BFGS decides by comparing such numbers. To take the decisions that PyTorch takes, arithmetic in
/// which a float32 tensor takes part is rounded to float32, as it is there.
struct LBFGSNumber {
  let value: Double
  /// The tensor's dtype; nil for a plain number.
  let dtype: DType?

  init(_ value: Double, _ dtype: DType? = nil) {
    self.dtype = dtype
    self.value = dtype == .float32 ? Double(Float(value)) : value
  }

  /// The only element of `tensor`.
  init(_ tensor: Tensor) throws { self.init(try tensor.item(), tensor.dtype) }

  /// What a state dict holds.
  init?(_ saved: CheckpointValue?) throws {
    if let tensor = saved?.tensorValue {
      try self.init(tensor)
    } else if let number = saved?.doubleValue {
      self.init(number)
    } else {
      return nil
    }
  }

  /// As state dicts hold it.
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

  /// The smaller one, the first of equals; the first also where they do not compare.
  static func least(_ a: LBFGSNumber, _ b: LBFGSNumber) -> LBFGSNumber { b < a ? b : a }
  /// The greater one, the first of equals; the first also where they do not compare.
  static func most(_ a: LBFGSNumber, _ b: LBFGSNumber) -> LBFGSNumber { b > a ? b : a }
}

extension LBFGSNumber: ExpressibleByFloatLiteral {
  init(floatLiteral value: Double) { self.init(value) }
}
