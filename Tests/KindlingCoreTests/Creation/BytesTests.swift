import Kindling
import Testing
import _TestExpectations

@Suite struct BytesTests {
  @Test(arguments: DType.allCases)
  func bytesSurvive(dtype: DType) throws {
    let x = try Tensor([[0.0, 1, 2], [100, 5, 0.5]]).to(dtype)
    for tensor in [x, try x.t(), try x[.all, 1...], try Tensor.zeros([0], dtype: dtype)] {
      let bytes = try tensor.bytes()
      #expect(bytes.count == tensor.numel * dtype.byteSize)
      try expectClose(Tensor.frombuffer(bytes, dtype: dtype).reshape(tensor.shape), tensor)
      // A collection that is no array, as `Data` may be.
      try expectClose(
        Tensor.frombuffer(bytes.lazy.map { $0 }, dtype: dtype).reshape(tensor.shape), tensor)
    }
  }

  @Test func aPartIsRead() throws {
    let bytes: [UInt8] = [9, 1, 0, 2, 0, 3, 0, 9]
    try expectClose(Tensor.frombuffer(bytes, dtype: .int16, count: 2, offset: 1), [1, 2])
    try expectClose(Tensor.frombuffer([0, 7, 1] as [UInt8], dtype: .bool), [0, 1, 1])
    #expect(try Tensor.frombuffer(bytes, dtype: .float64, requiresGrad: true).requiresGrad)
  }

  @Test(
    arguments: [
      (4, nil, -1, "offset must be non-negative"), (4, nil, 5, "no greater than buffer length (4)"),
      (4, nil, 1, "must be a multiple of element size (4)"),
      (4, 2, 0, "requested buffer length (2 * 4 bytes)"),
      (4, -1, 0, "requested buffer length"),
      (0, .max, 0, "must not be greater than actual buffer length"),
    ] as [(Int, Int?, Int, String)])
  func refuses(size: Int, count: Int?, offset: Int, words: String) {
    expectRefusal("…\(words)…") {
      try Tensor.frombuffer(
        [UInt8](repeating: 0, count: size), dtype: .float32, count: count, offset: offset)
    }
  }
}
