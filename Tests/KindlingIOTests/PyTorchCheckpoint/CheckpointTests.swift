import Kindling
import KindlingPlatform
import Testing
import _TestExpectations

@Suite struct CheckpointTests {
  private func roundTrip(_ value: CheckpointValue) throws -> CheckpointValue {
    try FileBytes.withTemporaryFolder { folder in
      try save(value, to: "\(folder)/file.pth")
      return try load("\(folder)/file.pth")
    }
  }

  @Test(arguments: DType.allCases)
  func everyDTypeSurvives(dtype: DType) throws {
    let x = try Tensor([0.0, 1, 2, 100, 5, 0.5]).to(dtype)
    let loaded = try #require(try roundTrip(.tensor(x)).tensorValue)
    try expectClose(loaded, x)
  }

  @Test func plainValuesSurvive() throws {
    let value: CheckpointValue = [
      "int": .list([0, 255, 256, 65535, 65536, -1, .int(.max), .int(.min)]),
      "big": .bigInt([0, 0, 0, 0, 0, 0, 0, 0, 0x40]), "pi": 3.5, "flag": true, "off": false,
      "none": nil, "text": "é 모델 \u{1F600}", "empty": "", "bytes": .bytes([0, 1, 127, 128, 255]),
      "tuples": .list([
        .tuple([]), .tuple([1]), .tuple([1, 2]), .tuple([1, 2, 3]), .tuple([1, 2, 3, 4]),
      ]),
      "size": .size([2, 3]), "dtype": .dtype(.bfloat16), "list": [],
      "nested": ["a": ["b": [1, [2]]]], "set": .set([1, "a", .tuple([2, nil])]),
      "none at all": .set([]), "counts": .counter([(3, 1), ("x", 2)]),
      "keys": .dictionary([(.tuple([1, "a"]), 2), (.size([3]), 4), (.dtype(.int8), 5)]),
    ]
    let loaded = try roundTrip(value)
    #expect("\(loaded)" == "\(value)")
    #expect(
      try roundTrip(.dictionary([(.int(3), "x"), (.none, "y"), (.bool(true), 1)])).description
        == "{3: 'x', None: 'y', True: 1}")
  }

  @Test func stateDictsKeepTheirOrder() throws {
    let state: StateDict = ["b": Tensor([1.0]), "a": Tensor([2.0, 3.0]), "c": Tensor(4)]
    try FileBytes.withTemporaryFolder { folder in
      try save(state, to: "\(folder)/file.pth")
      let loaded = try loadStateDict(from: "\(folder)/file.pth")
      #expect(loaded.keys == ["b", "a", "c"])
      for key in state.keys { try expectClose(#require(loaded[key]), #require(state[key])) }
    }
  }

  @Test func sharedMemoryStaysShared() throws {
    let base = try Tensor.zeros([3, 4])
    let loaded = try roundTrip([
      "base": .tensor(base), "view": .tensor(base.transpose(0, 1)), "same": .tensor(base),
    ])
    let (x, view) = (
      try #require(loaded["base"]?.tensorValue), try #require(loaded["view"]?.tensorValue)
    )
    #expect(view.strides == [1, 4])
    #expect(loaded["same"]?.tensorValue === x)
    try x.add_(Tensor(1.0))
    try expectClose(view, try Tensor.ones(like: view))
  }

  /// In the file an empty tensor's bytes begin where the next one's do.
  @Test func emptyTensorsOfAFileShareNothing() throws {
    try FileBytes.withTemporaryFolder { folder in
      let state: StateDict = [
        "a": try Tensor.zeros([0, 3]), "b": Tensor([1.0, 2.0]),
        "c": try Tensor.zeros([0]).to(.int64),
      ]
      try Safetensors.save(state, to: "\(folder)/file.safetensors")
      for container in [CheckpointContainer.zip, .legacy] {
        try save(
          Safetensors.load("\(folder)/file.safetensors"), to: "\(folder)/file.pth",
          container: container)
        let loaded = try loadStateDict(from: "\(folder)/file.pth")
        for (key, tensor) in state {
          #expect(
            loaded[key]?.dtype == tensor.dtype && loaded[key]?.shape == tensor.shape, "\(key)")
        }
        try expectClose(#require(loaded["b"]), [1, 2])
      }
    }
  }

  @Test func flagsSurvive() throws {
    let frozen = try Tensor([1.0]).asParameter().requiresGrad_(false)
    let loaded = try roundTrip([
      "p": .tensor(Tensor([1.0]).asParameter()), "frozen": .tensor(frozen),
      "leaf": .tensor(try Tensor([1.0]).requiresGrad_()), "plain": .tensor(Tensor([1.0])),
    ])
    let flags = loaded.pairs?.map {
      ($0.value.tensorValue?.isParameter, $0.value.tensorValue?.requiresGrad)
    }
    #expect(flags?.map { $0.0 } == [true, true, false, false])
    #expect(flags?.map { $0.1 } == [true, false, true, false])
  }

  @Test func writingToALoadedTensorLeavesTheFile() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try save(Tensor([1.0, 2.0]), to: path)
      let before = try FileBytes.read(path)
      try #require(try load(path).tensorValue).add_(Tensor(5.0))
      try #expect(FileBytes.read(path) == before)
      try expectClose(#require(try load(path).tensorValue), [1, 2])
    }
  }

  @Test func tensorsOutliveTheFile() throws {
    let x = try FileBytes.withTemporaryFolder { folder in
      try save(Tensor([1.0, 2.0]), to: "\(folder)/file.pth")
      return try #require(try load("\(folder)/file.pth").tensorValue)
    }
    try expectClose(x, [1, 2])
  }

  @Test func recordsStartAtMultiplesOf64() throws {
    try FileBytes.withTemporaryFolder { folder in
      let state: StateDict = [
        "a": Tensor([1.0, 2.0, 3.0]), "b": Tensor(Array(repeating: 1, count: 33)),
      ]
      try save(state, to: "\(folder)/file.pth")
      for tensor in try loadStateDict(from: "\(folder)/file.pth").values {
        #expect(Int(bitPattern: tensor.storage.address) % 64 == 0)
      }
    }
  }

  @Test func equalValuesMakeEqualFiles() throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(Tensor([1.0, 2.0]), to: "\(folder)/a.pth")
      try save(Tensor([1.0, 2.0]), to: "\(folder)/b.pth")
      try #expect(FileBytes.read("\(folder)/a.pth") == FileBytes.read("\(folder)/b.pth"))
    }
  }

  @Test func everyDamagedByteIsNoticedOrHarmless() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try save(["w": Tensor([1.0, 2.0, 3.0]), "b": Tensor([4.0])] as StateDict, to: path)
      let bytes = try FileBytes.read(path)
      for i in bytes.indices {
        var damaged = bytes
        damaged[i] ^= 0x55
        try FileBytes.write(damaged, to: path)
        guard let loaded = try? loadStateDict(from: path) else { continue }
        try expectClose(#require(loaded["w"]), [1, 2, 3], "byte \(i)")
        try expectClose(#require(loaded["b"]), [4], "byte \(i)")
      }
      for length in bytes.indices {
        try FileBytes.write(Array(bytes[..<length]), to: path)
        #expect(throws: CheckpointError.self, "\(length) bytes") { try load(path) }
      }
    }
  }

  // MARK: Failures

  @Test func aFailedSaveLeavesTheOldFile() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try save(Tensor([1.0]), to: path)
      var deep: CheckpointValue = 1
      for _ in 0..<300 { deep = .list([deep]) }
      #expect(throws: CheckpointError.self) { try save(deep, to: path) }
      try expectClose(#require(try load(path).tensorValue), [1])
      try #expect(FileBytes.list(folder) == ["file.pth"])
    }
  }

  @Test func savingKeepsPermissionsAndLinks() throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(Tensor([1.0]), to: "\(folder)/file.pth")
      chmod("\(folder)/file.pth", 0o640)
      symlink("file.pth", "\(folder)/link.pth")
      try save(Tensor([2.0]), to: "\(folder)/link.pth")
      var status = stat()
      #expect(lstat("\(folder)/link.pth", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(stat("\(folder)/file.pth", &status) == 0 && status.st_mode & 0o777 == 0o640)
      try expectClose(#require(try load("\(folder)/file.pth").tensorValue), [2])
    }
  }

  @Test func saveSaysWhatIsWrong() throws {
    try FileBytes.withTemporaryFolder { folder in
      let one = Tensor(1.0)
      let cases: [(path: String, value: CheckpointValue, words: String)] = [
        ("\(folder)/absent/file.pth", .tensor(one), "No such file or directory"),
        (folder, .tensor(one), "is a folder"),
        ("/dev/null", .tensor(one), "is a device, not a file"),
        ("\(folder)/file.pth", .dictionary([(.list([]), 1)]), "cannot be a dictionary key"),
        ("\(folder)/file.pth", .set([.tuple([[]])]), "[] cannot be a dictionary key or an element"),
      ]
      for (path, value, words) in cases {
        expectRefusal("\(path): …\(words)…", that: { ($0 as? CheckpointError)?.path == path }) {
          try save(value, to: path)
        }
      }
      try #expect(FileBytes.list(folder).isEmpty)
    }
  }

  @Test func loadSaysWhatIsWrong() throws {
    try FileBytes.withTemporaryFolder { folder in
      expectRefusal("…/absent.pth: cannot be opened: No such file or directory") {
        try load("\(folder)/absent.pth")
      }
      expectRefusal("…: is a folder, not a file") { try load(folder) }
      try save(Tensor(1.0), to: "\(folder)/one.pth")
      expectRefusal("…/one.pth: expected a dictionary of tensors; use load(_:) for other values") {
        try loadStateDict(from: "\(folder)/one.pth")
      }
      try save(
        ["epoch": 3, "model": .init(["w": Tensor(1.0)] as StateDict)], to: "\(folder)/tree.pth")
      expectRefusal("…'epoch', 'model'; the one meant may be load(path)[\"model\"]") {
        try loadStateDict(from: "\(folder)/tree.pth")
      }
    }
  }
}
