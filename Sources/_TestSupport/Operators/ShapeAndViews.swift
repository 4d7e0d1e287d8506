import Kindling

extension OperatorTable {
  /// `shape_and_views`.
  mutating func addShapeAndViews() {
    op("transpose", "swapaxes") { a in try a.tensor(0).transpose(a.int(1, "dim0"), a.int(2, "dim1")) }
    op("expand") { a in try a.tensor(0).expand(a.variadicInts(from: 1, "size")) }
    op("expand_as") { a in try a.tensor(0).expand(a.tensor(1, "other").shape) }
    op("clone") { a in
      guard try a.memoryFormat() == nil else { throw UnsupportedError("memory_format") }
      return try a.tensor(0).clone()
    }
    op("contiguous") { a in
      guard try a.memoryFormat() == nil else { throw UnsupportedError("memory_format") }
      return try a.tensor(0).contiguous()
    }
    op("item") { a in
      let x = try a.tensor(0)
      switch x.dtype {
      case .bool: return try x.item(as: Bool.self)
      case let dtype where dtype.isInteger: return try x.item(as: Int.self)
      default: return try x.item()
      }
    }
  }
}
