import Kindling
import Testing
import _TestExpectations

/// Small files that ask for much time or memory: what a reader spends is bounded by a file's length.
///
/// The sizes are such that work beyond that would not end within the time limit.
@Suite struct HostileSizeTests {
  /// A file in the legacy form around `pickle`, which has the storage '0' of two float32.
  static func legacy(_ pickle: [UInt8]) -> [UInt8] {
    let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let tensor =
      "ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\nFloatStorage\nU\u{1}0U\u{3}cpuK\u{2}NtQK\u{0}K\u{2}"
    return [0x80, 2] + magic + [0x2E, 0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
      // A tensor first, with the number 0 in the memo, and then what is asked of.
      + [0x80, 2] + Array(tensor.utf8) + [0x85] + Array("K\u{1}".utf8) + [0x85, 0x89]
      + Array("NtRq\u{0}0".utf8) + pickle + [0x2E, 0x80, 2] + Array("]U\u{1}0a.".utf8)
      + [2, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
  }

  private static func text(_ count: Int, _ letter: UInt8 = 0x61) -> [UInt8] {
    [0x58] + withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
      + [UInt8](repeating: letter, count: count)
  }

  private static func times(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
    Array(repeatElement(bytes, count: count).joined())
  }

  private func read(_ pickle: [UInt8], _ body: (String) throws -> Void) throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(Self.legacy(pickle), to: "\(folder)/file.pt")
      try body("\(folder)/file.pt")
    }
  }

  /// A key of 1 MB that is set a hundred thousand times.
  @Test(.timeLimit(.minutes(10))) func aLongKeyIsHashedOnce() throws {
    let key = Self.text(1 << 20) + [0x71, 1, 0x30]
    let pickle = key + [0x7D] + Self.times(100_000, [0x68, 1, 0x4B, 1, 0x73])
    try read(pickle) {
      try #expect(load($0).pairs?.count == 1)
      try #expect(inspect($0).isEmpty)
    }
  }

  /// As in Python each NaN is a key of its own.
  @Test(.timeLimit(.minutes(10))) func keysThatAreNoNumbersAreManyKeys() throws {
    let pickle =
      [0x7D] + Self.times(30_000, [0x47, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0, 0x4B, 1, 0x73])
    try read(pickle) { try #expect(load($0).pairs?.count == 30_000) }
  }

  static let bombs: [(String, [UInt8])] = [
    ("lists", times(3_000_000, [0x5D])), ("dictionaries", times(2_000_000, [0x7D])),
    ("tuples", times(3_000_000, [0x29])), ("sets", times(2_000_000, [0x8F])),
    ("numbers", [0x28] + times(4_000_000, [0x4E]) + [0x6C]),
    ("copies", [0x28, 0x4E] + times(6_000_000, [0x32])),
    ("memo", [0x4E] + times(6_500_000, [0x94])),
    (
      "sparse memo",
      [0x4E]
        + (1...2_000_000).flatMap { i -> [UInt8] in
          [0x72] + withUnsafeBytes(of: UInt32(3 * i).littleEndian, Array.init)
        }
    ), ("globals", [0x28] + times(1_200_000, Array("ca\nb\n".utf8)) + [0x6C]),
    ("objects", Array("c__main__\nA\nq\u{1}0".utf8) + times(700_000, [0x68, 1, 0x29, 0x81])),
    ("calls", Array("c__main__\nA\nq\u{1}0".utf8) + times(700_000, [0x68, 1, 0x29, 0x52])),
  ]

  /// One byte of a file must not become a hundred of memory.
  @Test(.timeLimit(.minutes(10)), arguments: bombs.map(\.0))
  func valuesBeyondTheFileAreRefused(name: String) throws {
    for (_, pickle) in Self.bombs.filter({ $0.0 == name }) {
      try read(pickle) { path in
        expectRefusal("…more values than a file of its size may") { try load(path) }
      }
    }
  }

  /// Names are made of tensors alone, and their length is bounded.
  @Test(.timeLimit(.minutes(10))) func namesAreBounded() throws {
    // Dictionaries in each other under long keys, without a tensor.
    let key = Self.text(5000)
    var nested: [UInt8] = []
    for _ in 0..<190 { nested += [0x7D] + key }
    nested += [0x4E] + [UInt8](repeating: 0x73, count: 190)
    try read(nested) { try #expect(inspect($0).isEmpty) }
    // One long key that leads to lists of one tensor.
    let long = Self.text(1 << 18) + [0x71, 1, 0x30, 0x7D, 0x68, 1, 0x5D, 0x28]
    let many = long + Self.times(10_000, [0x68, 0]) + [0x65, 0x73]
    try read(many) { path in
      let error = #expect(throws: CheckpointError.self) { try inspect(path) }
      #expect(error?.kind == .unsafe)
      try #expect(load(path).pairs?.first?.value.elements?.count == 10_000)
    }
  }

  /// What is shared stays shared: a list that holds one list fifty times, and so on, ten deep.
  @Test(.timeLimit(.minutes(10)), arguments: [CheckpointContainer.zip, .legacy])
  func sharedContainersAreWrittenOnce(container: CheckpointContainer) throws {
    var list = CheckpointValue.list([1, 2])
    var tuple = CheckpointValue.tuple([1, 2])
    var pairs = CheckpointValue.dictionary([("a", 1)])
    for _ in 0..<10 {
      list = .list(Array(repeating: list, count: 50))
      tuple = .tuple(Array(repeating: tuple, count: 50))
      pairs = .orderedDictionary((0..<50).map { (CheckpointValue.int($0), pairs) })
    }
    try FileBytes.withTemporaryFolder { folder in
      let value: CheckpointValue = [
        "list": list, "tuple": tuple, "pairs": pairs,
        "key": .dictionary([(key: tuple, value: .int(1))]),
      ]
      // A key that unfolds without end is a tuple whose hash Python would compute without end.
      try save(
        ["list": list, "tuple": tuple, "pairs": pairs], to: "\(folder)/a.pth", container: container)
      try #expect(FileBytes.read("\(folder)/a.pth").count < 20_000)
      let again = try load("\(folder)/a.pth")
      try save(again, to: "\(folder)/b.pth", container: container)
      try #expect(FileBytes.read("\(folder)/b.pth").count < 20_000)
      #expect(again["list"]?[0]?[49]?.elements?.count == 50)
      try save(value, to: "\(folder)/c.pth", container: container)
    }
  }

  /// A list and a tuple of one memory are a list and a tuple, and equal lists need not be one.
  @Test func whatIsWrittenOnceIsTheSameKind() throws {
    let items: [CheckpointValue] = [1, "a", nil]
    try FileBytes.withTemporaryFolder { folder in
      try save(
        [
          "list": .list(items), "tuple": .tuple(items), "set": .set(items), "again": .list(items),
          "other": [1, "a", nil],
        ], to: "\(folder)/a.pth")
      #expect(
        try load("\(folder)/a.pth").description
          == "{'list': [1, 'a', None], 'tuple': (1, 'a', None), 'set': {1, 'a', None}, 'again': [1, 'a', None], 'other': [1, 'a', None]}"
      )
    }
  }

  /// Tables of sizes, which are short in all honest files.
  @Test(.timeLimit(.minutes(10))) func headersAreBounded() throws {
    try FileBytes.withTemporaryFolder { folder in
      let sizes = String(repeating: "1,", count: 1 << 19)
      let shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
      let npy =
        [0x93] + Array("NUMPY".utf8) + [2, 0]
        + withUnsafeBytes(of: UInt32(shape.utf8.count).littleEndian) { Array($0) }
        + Array(shape.utf8)
      try FileBytes.write(npy, to: "\(folder)/a.npy")
      expectRefusal("…more than 1000 numbers") { try NumPy.load("\(folder)/a.npy") }
      let header = #"{"a":{"dtype":"F32","shape":[\#(sizes)1],"data_offsets":[0,4]}}"#
      let file =
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        + Array(header.utf8) + [0, 0, 0, 0]
      try FileBytes.write(file, to: "\(folder)/a.safetensors")
      expectRefusal("…more than 1000 numbers") {
        try Safetensors.load("\(folder)/a.safetensors")
      }
    }
  }
}
