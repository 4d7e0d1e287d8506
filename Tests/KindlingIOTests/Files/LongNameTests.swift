import Kindling
import Testing
import _TestSupport

/// Names that are too long for a format, or merely long.
@Suite struct LongNameTests {
  @Test func namesOfArrays() throws {
    try FileBytes.withTemporaryFolder { folder in
      let name = String(repeating: "a", count: 70_000)
      #expect(throws: CheckpointError.self) {
        try NumPy.savez([name: Tensor([1.0])], to: "\(folder)/long.npz")
      }
      #expect(try FileBytes.list(folder).isEmpty)
      let fits = String(repeating: "a", count: 60_000)
      try NumPy.savez([fits: Tensor([1.0])], to: "\(folder)/fits.npz")
      #expect(try NumPy.loadz("\(folder)/fits.npz")[fits]?.item() == 1)
    }
  }

  @Test func namesOfFiles() throws {
    try FileBytes.withTemporaryFolder { folder in
      // 244 bytes: as long as names may be, but for what a temporary file might add.
      let path = "\(folder)/\(String(repeating: "모", count: 80)).pth"
      try save(["x": Tensor([1.0])] as StateDict, to: path)
      #expect(try loadStateDict(from: path).keys == ["x"])
    }
  }
}
