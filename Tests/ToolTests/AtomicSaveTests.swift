import Kindling
import Testing
import _TestSupport

/// Saving is all or nothing, whatever becomes of the process or the disk.
@Suite struct AtomicSaveTests {
  @Test func aKilledProcessLeavesAWholeCheckpoint() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/state.pth"
      var times = Set<Int>()
      for kill in 0..<300 {
        // Each is killed a little later in its work than the one before.
        let result = try Program.run(
          "kindling-fuzz", ["save-loop", path], killedOnceThereIs: path,
          microsecondsLater: UInt32(kill % 60) * 250)
        #expect(result.status == 128 + 9, "\(result.errors)")
        let saved = try load(path)
        let time = try #require(saved["time"]?.intValue)
        times.insert(time)
        let model = try #require(saved["model"]?.stateDict)
        #expect(model.count == 4)
        for (i, tensor) in model.values.enumerated() {
          let all = try (tensor .== Double(time + i)).all().item(as: Bool.self)
          #expect(all, "kill \(kill)")
        }
      }
      #expect(times.count > 1)
      // What is left besides: at most the last moment of a save, between naming and renaming.
      let others = try FileBytes.list(folder).filter { $0 != "state.pth" }
      #expect(others.count < 10, "\(others)")
    }
  }

  @Test(arguments: ["out.pth", "out.safetensors", "out.npz", "out.npy"])
  func aFullDiskLeavesTheOldFile(output: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(Tensor.zeros(1 << 16), to: "\(folder)/in.pth")
      try FileBytes.write([1, 2, 3], to: "\(folder)/\(output)")
      // Files of 64 KiB at most; the signal that says so is ignored, so that writing fails instead.
      let result = try Program.run(
        "kindling", ["convert", "in.pth", output], in: folder, setup: "ulimit -f 64; trap '' XFSZ;")
      #expect(result.status == 1)
      #expect(
        result.errors.contains("\(output): cannot be written: File too large"), "\(result.errors)")
      try #expect(FileBytes.read("\(folder)/\(output)") == [1, 2, 3])
      try #expect(FileBytes.list(folder) == ["in.pth", output].sorted())
    }
  }
}
