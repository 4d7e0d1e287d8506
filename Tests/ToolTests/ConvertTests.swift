import Kindling
import Testing
import _TestExpectations

@Suite struct ConvertTests {
  private func kindling(_ arguments: [String], in folder: String) throws -> Program.Result {
    try Program.run("kindling", arguments, in: folder)
  }

  private static let state: StateDict = [
    "w": Tensor([1.0, 2.0, 3.0]), "layer.bias": Tensor([4]), "flag": Tensor([true, false]),
  ]

  /// Every way from one format to another, and back through inspect.
  @Test(arguments: ["a.pth", "a.safetensors", "a.npz"], ["b.pth", "b.safetensors", "b.npz"])
  func tensorsTravel(from: String, to: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      try write(Self.state, to: "\(folder)/\(from)")
      let result = try kindling(["convert", from, to], in: folder)
      #expect(result.status == 0 && result.errors == "", "\(result.errors)")
      let loaded = try read("\(folder)/\(to)")
      #expect(Set(loaded.keys) == Set(Self.state.keys))
      for (key, tensor) in Self.state { try expectClose(#require(loaded[key]), tensor, key) }
      let listed = try kindling(["inspect", to], in: folder)
      #expect(listed.output.contains("layer.bias  [1]    int64"), "\(listed.output)")
      #expect(listed.lines.last == "3 tensors, 6 elements, 22 bytes")
    }
  }

  @Test func oneTensorTravels() throws {
    try FileBytes.withTemporaryFolder { folder in
      try NumPy.save(Tensor([1.0, 2.0]), to: "\(folder)/x.npy")
      for step in [
        "x.npy y.pth", "y.pth z.npy", "z.npy z.npz --compressed", "y.pth y.safetensors",
        "x.npy old.pth --legacy",
      ] {
        let result = try kindling(
          ["convert"] + step.split(separator: " ").map(String.init), in: folder)
        #expect(result.status == 0, "\(step): \(result.errors)")
      }
      for tensor in [
        try load("\(folder)/y.pth").tensorValue, try NumPy.load("\(folder)/z.npy"),
        try NumPy.loadz("\(folder)/z.npz")["arr_0"], try load("\(folder)/old.pth").tensorValue,
        try Safetensors.load("\(folder)/y.safetensors")["tensor"],
      ] { try expectClose(#require(tensor), [1, 2]) }
      #expect(try FileFormat(ofFile: "\(folder)/old.pth") == .legacy)
    }
  }

  /// A model beside an object of another class has the names of its state dict.
  @Test func tensorsOfObjectsTravel() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = Golden.path("serialization/opaque/model_and_args.pt")
      let result = try kindling(["convert", path, "c.safetensors"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors == "left out, being no tensors: args, args.lr, best\n")
      let loaded = try Safetensors.load("\(folder)/c.safetensors")
      #expect(Set(loaded.keys) == ["model.0.weight", "model.0.bias", "ema"])
      let copied = try kindling(["convert", path, "c.pth"], in: folder)
      #expect(copied.status == 0, "\(copied.errors)")
      #expect(try loadModel(from: "\(folder)/c.pth", key: "model") is Sequential)
    }
  }

  @Test func whatIsNoTensorIsNamed() throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(
        ["epoch": 3, "model": .init(Self.state), "betas": .tuple([0.9, 0.999])],
        to: "\(folder)/c.pth")
      let result = try kindling(["convert", "c.pth", "c.safetensors"], in: folder)
      #expect(result.status == 0)
      #expect(
        result.errors == "left out, being no tensors: epoch, betas\n"
          || result.errors.contains("epoch"))
      #expect(try Safetensors.load("\(folder)/c.safetensors").keys.contains("model.layer.bias"))
    }
  }

  @Test func aWholeModelBecomesItsStateDict() throws {
    try FileBytes.withTemporaryFolder { folder in
      let model = Sequential(["fc": Linear(2, 3), "act": ReLU()])
      try save(model, to: "\(folder)/model.pth")
      let result = try kindling(["convert", "model.pth", "state.pth"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      try model.loadStateDict(loadStateDict(from: "\(folder)/state.pth"))
    }
  }

  /// Checkpoints keep their tree and their notes; names joined by dots are for the other formats.
  @Test func checkpointsNeedNoNames() throws {
    try FileBytes.withTemporaryFolder { folder in
      let value: CheckpointValue = [
        "a.b": .tensor(Tensor([1.0])), "a": ["b": .tensor(Tensor([2.0]))],
      ]
      try save(value, to: "\(folder)/in.pth", notes: ["classes": ["red", "green"]])
      let kept = try kindling(["convert", "in.pth", "out.pth"], in: folder)
      #expect(kept.status == 0 && kept.errors == "", "\(kept.errors)")
      let loaded = try load("\(folder)/out.pth")
      try expectClose(#require(loaded["a.b"]?.tensorValue), [1])
      try expectClose(#require(loaded["a"]?["b"]?.tensorValue), [2])
      let names = try loadNotes(from: "\(folder)/out.pth")["classes"]?.elements
      #expect(names?.map(\.stringValue) == ["red", "green"])
      let old = try kindling(["convert", "in.pth", "old.pth", "--legacy"], in: folder)
      #expect(old.status == 0 && old.errors.contains("left out: the notes"), "\(old.errors)")
      let named = try kindling(["convert", "in.pth", "out.safetensors"], in: folder)
      #expect(named.errors.contains("two tensors would be called a.b"), "\(named.errors)")
    }
  }

  @Test(arguments: [
    ("convert absent.pth out.npz", "absent.pth: cannot be opened"),
    ("convert a.pth out.txt", "the ending tells no format"),
    ("convert a.pth out", "the ending tells no format"),
    ("convert a.pth out.npy", "holds 3 tensors, and an .npy file holds one"),
    ("convert a.pth out.npz --legacy", "--legacy is an option of .pth"),
    ("convert a.pth out.pth --compressed", "--compressed is an option of .npz"),
    ("convert text out.pth", "unknown file format"),
    ("convert half.pth out.npy", "NumPy has no bfloat16"),
    ("inspect text", "unknown file format"),
  ])
  func refuses(command: String, words: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(Self.state, to: "\(folder)/a.pth")
      try save(Tensor([1.0]).to(.bfloat16), to: "\(folder)/half.pth")
      try FileBytes.write(Array("some text".utf8), to: "\(folder)/text")
      let before = try FileBytes.list(folder)
      let result = try kindling(command.split(separator: " ").map(String.init), in: folder)
      #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
      #expect(try FileBytes.list(folder) == before)
    }
  }

  private func write(_ state: StateDict, to path: String) throws {
    switch FileFormat(pathExtension: path) {
    case .safetensors: try Safetensors.save(state, to: path)
    case .npz: try NumPy.savez(state, to: path)
    default: try save(state, to: path)
    }
  }

  private func read(_ path: String) throws -> StateDict {
    switch try FileFormat(ofFile: path) {
    case .safetensors: try Safetensors.load(path)
    case .npz: try NumPy.loadz(path)
    default: try loadStateDict(from: path)
    }
  }
}
