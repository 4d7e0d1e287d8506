import Kindling
import Testing
import _TestExpectations

@Suite struct NumPyTests {
  static let files = (try? Golden.json("serialization/manifest.json")["numpy_files"]?.array) ?? []
  static func path(_ name: String) -> String { Golden.path("serialization/\(name)") }

  @Test(arguments: files)
  func holdsWhatNumPySaved(file: JSONValue) throws {
    let name = try #require(file["file"]?.string)
    if let arrays = file["arrays"]?.object {
      let loaded = try NumPy.loadz(Self.path(name))
      #expect(Set(loaded.keys) == Set(arrays.keys))
      for (key, expected) in arrays { try check(#require(loaded[key]), expected, "\(name) \(key)") }
    } else if file["expect"] != nil {
      let error = #expect(throws: CheckpointError.self, "\(name)") {
        try NumPy.load(Self.path(name))
      }
      #expect(
        ["holds texts", "holds structures", "holds Python objects"].contains {
          error?.description.contains($0) == true
        }, "\(error?.description ?? "nothing")")
    } else {
      try check(NumPy.load(Self.path(name)), file, name)
    }
  }

  private func check(_ tensor: Tensor, _ expected: JSONValue, _ name: String) throws {
    let values = try #require(expected["values"]?.array).compactMap(\.string).flatMap(Self.numbers)
    let dtype = try #require(expected["dtype"]?.string)
    let read = [
      "uint16": "int32", "uint32": "int64", "uint64": "int64", "complex64": "float32",
      ">f4": "float32", ">i2": "int16",
    ]
    #expect(tensor.dtype.description == read[dtype] ?? dtype, "\(name)")
    let shape = try #require(expected["shape"]?.ints)
    #expect(tensor.shape == shape + (dtype == "complex64" ? [2] : []), "\(name)")
    try #expect(tensor.toArray(as: Double.self) == values, "\(name)")
    if expected["fortran_order"]?.bool == true { #expect(!tensor.isContiguous, "\(name)") }
  }

  /// `1.5`, `True`, or `(1+2j)` as its two parts.
  private static func numbers(_ text: String) -> [Double] {
    switch text {
    case "True": return [1]
    case "False": return [0]
    default: break
    }
    guard text.hasSuffix("j)") else { return [Double(text) ?? .nan] }
    let inner = text.dropFirst().dropLast(2)
    let sign = inner.lastIndex { "+-".contains($0) } ?? inner.startIndex
    return [Double(inner[..<sign]) ?? .nan, Double(inner[sign...]) ?? .nan]
  }

  @Test(arguments: DType.allCases.filter { $0 != .bfloat16 })
  func everyDTypeSurvives(dtype: DType) throws {
    try FileBytes.withTemporaryFolder { folder in
      let tensors = [
        try Tensor([[0.0, 1, 2], [100, 5, 0.5]]).to(dtype), try Tensor(2.5).to(dtype),
        try Tensor.zeros([0, 3], dtype: dtype), try Tensor([[1, 2, 3], [4, 5, 6]]).to(dtype).t(),
      ]
      for tensor in tensors {
        try NumPy.save(tensor, to: "\(folder)/x.npy")
        try expectClose(NumPy.load("\(folder)/x.npy"), tensor)
        try expectClose(NumPy.load(bytes: NumPy.bytes(tensor)), tensor)
        for compressed in [false, true] {
          try NumPy.savez(
            ["a b": tensor, "모델": tensor], to: "\(folder)/x.npz", compressed: compressed)
          let loaded = try NumPy.loadz("\(folder)/x.npz")
          #expect(loaded.keys == ["a b", "모델"])
          try expectClose(#require(loaded["모델"]), tensor)
        }
      }
    }
  }

  @Test func compressionCompresses() throws {
    try FileBytes.withTemporaryFolder { folder in
      let zeros = try Tensor.zeros(1 << 20)
      try NumPy.savez(["x": zeros], to: "\(folder)/x.npz", compressed: true)
      try #expect(FileBytes.read("\(folder)/x.npz").count < 10_000)
      try expectClose(#require(try NumPy.loadz("\(folder)/x.npz")["x"]), zeros)
      let entries = try inspect("\(folder)/x.npz")
      #expect(entries.first?.key == "x" && entries.first?.byteCount == 4 << 20)
    }
  }

  @Test func saveSaysWhatIsWrong() throws {
    try FileBytes.withTemporaryFolder { folder in
      let half = try Tensor([1.0]).to(.bfloat16)
      expectRefusal("\(folder)/x.npy: NumPy has no bfloat16; convert with to(.float32) first") {
        try NumPy.save(half, to: "\(folder)/x.npy")
      }
      try #expect(FileBytes.list(folder).isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func everyDamagedByteIsNoticedOrHarmless(compressed: Bool) throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file.npz"
      try NumPy.savez(["w": Tensor([1.0, 2.0, 3.0])], to: path, compressed: compressed)
      let bytes = try FileBytes.read(path)
      for i in bytes.indices {
        var damaged = bytes
        damaged[i] ^= 0x55
        try FileBytes.write(damaged, to: path)
        do {
          guard let w = try NumPy.loadz(path)["w"] else { continue }
          try expectClose(w, [1, 2, 3], "byte \(i)")
        } catch { #expect(error is CheckpointError, "byte \(i)") }
      }
      for length in bytes.indices {
        try FileBytes.write(Array(bytes[..<length]), to: path)
        #expect(throws: CheckpointError.self, "\(length) bytes") { try NumPy.loadz(path) }
      }
    }
  }
}
