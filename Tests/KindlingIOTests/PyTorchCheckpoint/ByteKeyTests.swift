import Kindling
import Testing
import _TestExpectations

/// Names that Swift takes for equal and Python does not.
@Suite struct ByteKeyTests {
  static let names = ["\u{E9}", "e\u{301}", "K", "\u{212A}"]

  private func expectAll(_ value: CheckpointValue) throws {
    let keys = value.pairs?.compactMap { $0.key.stringValue.map { Array($0.utf8) } } ?? []
    #expect(keys == Self.names.map { Array($0.utf8) })
    for (number, name) in Self.names.enumerated() {
      #expect(value[name]?.intValue == number, "\(name)")
    }
  }

  @Test(arguments: [CheckpointContainer.zip, .legacy])
  func keysOfDictionariesAreTheirBytes(container: CheckpointContainer) throws {
    let value = CheckpointValue.dictionary(
      Self.names.enumerated().map { (.string($0.element), .int($0.offset)) })
    try expectAll(value)
    try FileBytes.withTemporaryFolder { folder in
      try save(
        ["inner": value, "set": .set(Self.names.map { .string($0) })],
        to: "\(folder)/a.pth", container: container)
      let loaded = try load("\(folder)/a.pth")
      try expectAll(#require(loaded["inner"]))
      #expect(loaded["set"]?.elements?.count == Self.names.count)
    }
  }

  /// State dicts, and every format that holds one.
  @Test func namesOfTensorsAreTheirBytes() throws {
    let state = StateDict(
      try Self.names.enumerated().map { ($0.element, try Tensor([0.0]) + Double($0.offset)) })
    #expect(state.count == Self.names.count)
    try FileBytes.withTemporaryFolder { folder in
      try save(state, to: "\(folder)/a.pth")
      try Safetensors.save(state, to: "\(folder)/a.safetensors")
      try NumPy.savez(state, to: "\(folder)/a.npz")
      let loaded = [
        try loadStateDict(from: "\(folder)/a.pth"), try NumPy.loadz("\(folder)/a.npz"),
        try Safetensors.load("\(folder)/a.safetensors"),
      ]
      for state in loaded {
        #expect(state.count == Self.names.count)
        for (number, name) in Self.names.enumerated() {
          #expect(try state[name]?.item() == Double(number), "\(name)")
        }
      }
      #expect(try inspect("\(folder)/a.pth").count == Self.names.count)
    }
  }

  @Test func metadataThatSwiftCannotHoldIsRefused() throws {
    let header = #"{"__metadata__":{"\#u{E9}":"a","e\#u{301}":"b"}}"#
    let length = header.utf8.count
    let file = withUnsafeBytes(of: UInt64(length).littleEndian) { Array($0) } + Array(header.utf8)
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(file, to: "\(folder)/a.safetensors")
      #expect(try Safetensors.load("\(folder)/a.safetensors").isEmpty)
      expectRefusal("…two spellings…") {
        try Safetensors.metadata("\(folder)/a.safetensors")
      }
    }
  }
}
