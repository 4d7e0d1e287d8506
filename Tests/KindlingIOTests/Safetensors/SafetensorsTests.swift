import Kindling
import Testing
import _TestExpectations

@Suite struct SafetensorsTests {
  static let files =
    (try? Golden.json("serialization/manifest.json")["safetensors_files"]?.array) ?? []

  @Test(arguments: files)
  func holdsWhatTheReferenceSaved(file: JSONValue) throws {
    let name = try #require(file["file"]?.string)
    let path = Golden.path("serialization/\(name)")
    let loaded = try Safetensors.load(path)
    let expected = try #require(file["tensors"]?.object)
    #expect(Set(loaded.keys) == Set(expected.keys))
    for (key, tensor) in loaded {
      let entry = try #require(expected[key])
      #expect(tensor.shape == entry["shape"]?.ints, "\(key)")
      let dtype = try #require(entry["dtype"]?.string)
      let wider = [
        "uint16": "int32", "uint32": "int64", "uint64": "int64", "float8_e4m3fn": "float32",
      ]
      #expect(tensor.dtype.description == wider[dtype] ?? dtype, "\(key)")
      guard let first = entry["first"]?.array else { continue }
      let values = first.map { $0.double ?? ($0.bool == true ? 1 : 0) }
      #expect(try tensor.toArray(as: Double.self).prefix(values.count) == values[...], "\(key)")
    }
    let metadata = try Safetensors.metadata(path)
    #expect(metadata == (file["metadata"]?.object ?? [:]).compactMapValues(\.string))
  }

  @Test func everyDTypeSurvives() throws {
    var state = StateDict()
    for dtype in DType.allCases {
      state["\(dtype)"] = try Tensor([[0.0, 1, 2], [100, 5, 0.5]]).to(dtype)
    }
    state["scalar"] = Tensor(2.5)
    state["empty"] = try Tensor.zeros(0, 3)
    state["transposed"] = try Tensor([[1, 2, 3], [4, 5, 6]]).t()
    state["quote\"back\\slash\n모델"] = Tensor([1])
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/all.safetensors"
      try Safetensors.save(state, to: path, metadata: ["누가": "\"x\"\t", "a": ""])
      let loaded = try Safetensors.load(path)
      #expect(Set(loaded.keys) == Set(state.keys))
      for (key, tensor) in state {
        try expectClose(#require(loaded[key]), tensor, key)
        #expect(loaded[key]?.isContiguous == true)
      }
      try #expect(Safetensors.metadata(path) == ["누가": "\"x\"\t", "a": ""])
      let entries = try inspect(path)
      #expect(entries.count == state.count)
      #expect(entries.first { $0.key == "float64" }?.byteCount == 48)
    }
  }

  /// All 8-bit floats, against the reference's own conversion.
  @Test(
    arguments: [
      (4, [(0x00, 0), (0x01, 0.001953125), (0x08, 0.015625), (0x38, 1), (0x7E, 448), (0xB8, -1)]),
      (5, [(0x00, 0), (0x01, 1.52587890625e-05), (0x3C, 1), (0x7B, 57344), (0xBC, -1)]),
    ] as [(Int, [(Int, Float)])])
  func smallFloatsAreWidened(exponentBits: Int, values: [(Int, Float)]) throws {
    let name = exponentBits == 4 ? "F8_E4M3" : "F8_E5M2"
    try FileBytes.withTemporaryFolder { folder in
      let header = Array(
        #"{"x":{"dtype":"\#(name)","shape":[\#(values.count)],"data_offsets":[0,\#(values.count)]}}"#
          .utf8)
      try FileBytes.write(
        [UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header + values.map { UInt8($0.0) },
        to: "\(folder)/x.safetensors")
      let x = try #require(try Safetensors.load("\(folder)/x.safetensors")["x"])
      #expect(try x.toArray(as: Float.self) == values.map(\.1))
    }
  }

  @Test func saveSaysWhatIsWrong() throws {
    try FileBytes.withTemporaryFolder { folder in
      expectRefusal("…cannot be called __metadata__…") {
        try Safetensors.save(["__metadata__": Tensor(1)], to: "\(folder)/x.safetensors")
      }
      try #expect(FileBytes.list(folder).isEmpty)
    }
  }

  @Test func everyDamagedByteIsNoticedOrHarmless() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file.safetensors"
      try Safetensors.save(["w": Tensor([1.0, 2.0, 3.0]), "b": Tensor([true, false])], to: path)
      let bytes = try FileBytes.read(path)
      for i in bytes.indices {
        var damaged = bytes
        damaged[i] ^= 0x55
        try FileBytes.write(damaged, to: path)
        do { _ = try Safetensors.load(path) } catch {
          #expect(error is CheckpointError, "byte \(i)")
        }
      }
      for length in bytes.indices {
        try FileBytes.write(Array(bytes[..<length]), to: path)
        #expect(throws: CheckpointError.self, "\(length) bytes") { try Safetensors.load(path) }
      }
    }
  }
}
