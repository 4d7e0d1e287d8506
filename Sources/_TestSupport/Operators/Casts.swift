import Kindling

extension OperatorTable {
  /// The conversions of `elementwise_unary`.
  mutating func addCasts() {
    cast("bfloat16") { try $0.bfloat16() }
    cast("bool") { try $0.bool() }
    cast("byte") { try $0.byte() }
    cast("char") { try $0.char() }
    cast("double") { try $0.double() }
    cast("float") { try $0.float() }
    cast("half") { try $0.half() }
    cast("int") { try $0.int() }
    cast("long") { try $0.long() }
    cast("short") { try $0.short() }
    op("to") { a in
      // The order of the dimensions in memory is no part of a result.
      _ = try a.memoryFormat()
      if a.isTensor(1) {
        _ = try a.bool(2, "non_blocking", default: false)
        return try a.tensor(0).to(a.tensor(1), copy: a.bool(3, "copy", default: false))
      }
      // A device may stand before the dtype; cases know the processor alone.
      var next = 1
      if case .string(let device)? = a.value(1) {
        guard device == "cpu" else { throw UnsupportedError("device \(device)") }
        next = 2
      }
      guard let dtype = try a.dtype(next, "dtype") else { throw UnsupportedError("no dtype") }
      _ = try a.bool(next + 1, "non_blocking", default: false)
      return try a.tensor(0).to(dtype, copy: a.bool(next + 2, "copy", default: false))
    }
  }

  private mutating func cast(
    _ name: String, body: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    op(name) { a in
      _ = try a.memoryFormat()
      return try body(a.tensor(0))
    }
  }
}
