import Kindling

extension OperatorTable {
  /// Adds the operators that exchange elements with the program.
  mutating func addHostMemory() {
    op(
      "frombuffer",
      samples: [[[1, 2, 3, 4], .dtype(.int16)], [[0, 0, 0, 0], .dtype(.bool), 1, 2]]
    ) {
      a in
      let bytes = try a.ints(0).map { UInt8(truncatingIfNeeded: $0) }
      return try Tensor.frombuffer(
        bytes, dtype: a.dtype(1) ?? .float32, count: a.optionalInt(2), offset: a.int(3, default: 0))
    }
    op("from_blob", samples: [[[2, 2]], [[3], [2]]]) { a in
      // Reading beyond the owned memory would be the caller's error, so only small extents are
      // used.
      let shape = try a.ints(0), strides = try a.optionalInts(1)
      guard let last = try? Layout.checkedExtent(shape, strides ?? shape, offset: 0, ""),
        shape.allSatisfy({ 0...4 ~= $0 }), shape.count < 4, last <= 256
      else { throw UnsupportedError("memory of shape \(shape)") }
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * 512, alignment: 64)
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: 8 * 512)
      let release: @Sendable () -> Void = { [address = UInt(bitPattern: memory)] in
        UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
      }
      do {
        return try Tensor.fromMemory(
          memory, shape: shape, strides: strides, dtype: a.dtype(2) ?? .float64, release: release)
      } catch {
        release()
        throw error
      }
    }
    op("tensor", samples: [[[1, 2, 3]], [[0.5, 2.0], .dtype(.float16)], [7], [[]]]) { a in
      let dtype = try a.dtype(1)
      return a.isList(0)
        ? try Tensor(a.optionalDoubles(0) ?? [], dtype: dtype)
        : try Tensor(a.scalar(0), dtype: dtype)
    }
    op("tolist", like: "abs") { a in try a.tensor(0).toArray(as: Double.self) }
    op("numpy", like: "abs") { a in
      let x = try a.tensor(0)
      return try x.dtype == .int64
        ? x.withUnsafeBuffer(of: Int.self) { $0.count } : x.bytes().count
    }
  }
}
