import Kindling
import KindlingVision
import Testing
import _TestExpectations

@Suite struct IDXTests {
  struct Readable: Sendable {
    let file: [UInt8]
    let dtype: DType
    let shape: [Int]
    let values: [Double]
  }

  @Test(arguments: [
    Readable(
      file: [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255], dtype: .uint8, shape: [3], values: [7, 0, 255]),
    Readable(
      file: [0, 0, 9, 1, 0, 0, 0, 2, 0x80, 1], dtype: .int8, shape: [2], values: [-128, 1]),
    Readable(
      file: [0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0xFF, 0xFE], dtype: .int16,
      shape: [1, 2],
      values: [256, -2]),
    Readable(
      file: [0, 0, 0x0C, 1, 0, 0, 0, 1, 0, 0, 1, 2], dtype: .int32, shape: [1], values: [258]),
    Readable(
      file: [0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0], dtype: .float32, shape: [1],
      values: [1.5]),
    Readable(
      file: [0, 0, 0x0E, 1, 0, 0, 0, 1, 0xC0, 4, 0, 0, 0, 0, 0, 0], dtype: .float64, shape: [1],
      values: [-2.5]),
    Readable(
      file: [0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5], dtype: .uint8, shape: [0, 5], values: []),
  ])
  func readsEveryElementType(_ expected: Readable) throws {
    try FileBytes.withTemporaryFolder { folder in
      for bytes in [expected.file, gzip(expected.file)] {
        try FileBytes.write(bytes, to: "\(folder)/file")
        let tensor = try IDX.read("\(folder)/file")
        #expect(tensor.dtype == expected.dtype)
        #expect(tensor.shape == expected.shape)
        #expect(try tensor.to(.float64).toArray(as: Double.self) == expected.values)
      }
    }
  }

  @Test(
    arguments: [
      ([], "is not an IDX file: it begins with []"),
      ([0x89, 0x50, 0x4E, 0x47, 0, 0], "is not an IDX file"),
      ([0, 0, 7, 1, 0, 0, 0, 1, 0], "is not an IDX file"),
      ([0, 0, 8, 0], "has 0 dimensions"),
      ([0, 0, 8, 200], "has 200 dimensions"),
      ([0, 0, 8, 2, 0, 0, 0, 1], "its header is not whole"),
      ([0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "is truncated"),
      ([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "has more bytes than its header promises"),
      // Sizes whose product overflows, and one that no memory holds.
      (
        [0, 0, 0x0E, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
        "more than the file can hold"
      ),
      ([0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 1, 0, 1], "more than the file can hold"),
    ] as [([UInt8], String)])
  func refusesDamagedFiles(file: [UInt8], reason: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      for bytes in [file, gzip(file)] {
        let path = "\(folder)/file"
        try FileBytes.write(bytes, to: path)
        expectRefusal("\(path)…\(reason)…") { try IDX.read(path) }
      }
    }
  }

  /// A gzip file may unpack to a thousand times its size, which those of data sets do not.
  @Test func refusesWhatUnpacksToFarMore() throws {
    try FileBytes.withTemporaryFolder { folder in
      let header: [UInt8] = [0, 0, 8, 2, 0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]
      let path = "\(folder)/file.gz"
      // Bytes that do not shrink, or the file could not hold so much at all.
      let bytes = (0..<120_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 2_654_435_761) >> 13) }
      try FileBytes.write(gzip(header + bytes), to: path)
      expectRefusal("…it unpacks to 100000000 bytes, far more…") { try IDX.read(path) }
    }
  }

  @Test func refusesDamagedCompression() throws {
    try FileBytes.withTemporaryFolder { folder in
      let whole = gzip(TinyImages.images(3))
      for count in [11, whole.count / 2, whole.count - 9, whole.count - 1] {
        try FileBytes.write(Array(whole.prefix(count)), to: "\(folder)/cut")
        #expect(throws: VisionError.self, "the first \(count) bytes") {
          try IDX.read("\(folder)/cut")
        }
      }
      var flipped = whole
      flipped[whole.count - 6] ^= 1
      try FileBytes.write(flipped, to: "\(folder)/flipped")
      #expect(throws: VisionError.self) { try IDX.read("\(folder)/flipped") }
    }
  }

  @Test func namesTheFileThatIsAbsent() {
    expectRefusal("/nowhere/at/all: No such file or directory") { try IDX.read("/nowhere/at/all") }
    #expect(throws: VisionError.self) { try IDX.read("/") }
  }
}
