import Kindling
import Testing
import _TestExpectations

/// Checkpoints with objects beside the tensors: `Tests/Golden/serialization/opaque`.
@Suite struct OpaqueValueTests {
  static func path(_ name: String) -> String { Golden.path("serialization/opaque/\(name)") }
  static let endings = [".pt", ".legacy.pt", ".protocol5.pt"]

  /// `name`, and what becomes of it when it is written and read again in both forms.
  private func everyForm(_ name: String, _ body: (CheckpointValue) throws -> Void) throws {
    let value = try load(Self.path(name))
    try body(value)
    try FileBytes.withTemporaryFolder { folder in
      for container in [CheckpointContainer.zip, .legacy] {
        // What refers to itself is read and not written.
        let pairs = value.pairs?.filter { $0.key.stringValue != "config" } ?? []
        try save(.dictionary(pairs), to: "\(folder)/copy.pt", container: container)
        try body(load("\(folder)/copy.pt"))
      }
    }
  }

  @Test(arguments: endings) func objectsAreWrittenDown(ending: String) throws {
    let texts = [
      ("namespace", "argparse.Namespace(){'lr': 0.1, 'layers': [1, 2]}"),
      ("default", "collections.defaultdict(builtins.list){'a': [1]}"),
      ("path", "pathlib.PurePosixPath('a', 'b')"),
      ("when", "datetime.datetime(<10 bytes>)"), ("span", "datetime.timedelta(2, 0, 0)"),
      ("color", "__main__.Color(1)"), ("inner", "__main__.Outer.Inner(){'depth': 2}"),
      ("deque", "collections.deque((), 4)[1, 2]"), ("frozen", "{1}"),
      ("simple", "types.SimpleNamespace(){'a': 1}"), ("decimal", "decimal.Decimal('1.5')"),
      ("fraction", "fractions.Fraction(1, 3)"), ("range", "builtins.range(0, 3, 1)"),
      ("class", "collections.OrderedDict"), ("function", "torch.nn.functional.relu"),
      ("empty", "<0 bytes>"),
    ]
    try everyForm("objects\(ending)") { value in
      for (key, text) in texts {
        var found = value[key]?.description ?? "nothing"
        // Python 2's names of the same.
        found = found.replacing("__builtin__.", with: "builtins.")
          .replacing("builtins.xrange", with: "builtins.range")
        #expect(found == text, "\(key)")
      }
      try expectClose(#require(value["w"]?.tensorValue), Tensor([[0.0, 1, 2], [3, 4, 5]]))
      #expect(value["namespace"]?["lr"]?.doubleValue == 0.1)
      #expect(value["default"]?["a"]?[0]?.intValue == 1)
      #expect(value["deque"]?.elements?.count == 2)
      let point = try #require(value["point"]?.opaqueValue)
      #expect(point.className == "__main__.Point" && point.form == .object)
      #expect(point.arguments.last?.tensorValue === value["w"]?.tensorValue)
      if let config = value["config"] {
        #expect(config["width"]?.intValue == 3 && config["me"]?.opaqueValue?.form == .cycle)
      }
      #expect(value["generator"]?.opaqueValue?.className.hasPrefix("numpy.random") == true)
    }
  }

  @Test func whatRefersToItselfIsNotWritten() throws {
    try FileBytes.withTemporaryFolder { folder in
      expectRefusal("…__main__.Config refers to itself…") {
        try save(load(Self.path("objects.pt")), to: "\(folder)/copy.pt")
      }
    }
  }

  @Test(arguments: endings) func numPysNumbersAndArraysAreData(ending: String) throws {
    let texts = [
      ("f8", "0.25"), ("f4", "0.5"), ("f2", "1.5"), ("i8", "-7"), ("u1", "200"), ("flag", "True"),
      ("c8", "(1.0, -2.0)"),
    ]
    let arrays: [(String, Tensor)] = try [
      ("a", Tensor([[0.0, 1, 2], [3, 4, 5]])),
      ("fortran", Tensor([[0, 1, 2], [3, 4, 5]]).to(.int16)),
      ("swapped", Tensor([0, 1, 2]).to(.int32)), ("unsigned", Tensor([1, 1 << 31])),
      ("none", Tensor.zeros([0, 2]).to(.float64)), ("zero", Tensor(5.5).to(.float64)),
      ("complex", Tensor([[1.0, 2.0]]).to(.float64)),
    ]
    try everyForm("arrays\(ending)") { value in
      for (key, text) in texts { #expect(value[key]?.description == text, "\(key)") }
      for (key, tensor) in arrays {
        try expectClose(#require(value[key]?.tensorValue, "\(key)"), tensor, key)
      }
      for key in ["big", "text", "day", "objects", "texts", "record"] {
        #expect(value[key]?.opaqueValue != nil, "\(key)")
      }
      #expect(value["rng"]?[1]?.tensorValue?.shape == [624])
    }
    let listed = try inspect(Self.path("arrays\(ending)")).filter { $0.key == "a" }
    #expect(listed.map { "\($0.shape) \($0.dtype)" } == ["[2, 3] float32"])
  }

  @Test(arguments: endings) func otherTensorsAreReadable(ending: String) throws {
    let classes = [
      ("sparse", "torch._utils._rebuild_sparse_tensor"),
      ("csr", "torch._utils._rebuild_sparse_tensor"),
      ("quantized", "torch._utils._rebuild_qtensor"),
      ("meta", "torch._utils._rebuild_meta_tensor_no_storage"),
      ("nested", "torch._utils._rebuild_nested_tensor"),
      ("fnuz", "torch._utils._rebuild_tensor_v3"),
    ]
    try everyForm("tensors\(ending)") { value in
      for (key, name) in classes {
        #expect(value[key]?.opaqueValue?.className == name, "\(key)")
      }
      try expectClose(#require(value["w"]?.tensorValue), Tensor([[0.0, 1, 2], [3, 4, 5]]))
      #expect(try value["last"]?.tensorValue?.toArray(as: Int.self) == [7, 8])
      // The parts of a sparse tensor are tensors.
      let parts = try #require(value["sparse"]?.opaqueValue?.arguments.last)
      #expect(try parts[1]?.tensorValue?.toArray(as: Double.self) == [3, 4])
    }
    expectRefusal("…load(path)…") {
      try loadStateDict(from: Self.path("tensors\(ending)"))
    }
  }

  @Test func aModelBesideOtherObjectsIsLoadedByItsKey() throws {
    let path = Self.path("model_and_args.pt")
    let value = try load(path)
    #expect(value["args"]?["lr"]?.doubleValue == 0.5 && value["best"]?.doubleValue == 0.5)
    #expect(value["ema"]?.tensorValue?.shape == [2, 3])
    #expect(
      value["model"]?.opaqueValue?.className == "torch.nn.modules.container.Sequential")
    #expect(try loadModel(from: path, key: "model") is Sequential)
    #expect(try inspect(path).map(\.key) == ["model.0.weight", "model.0.bias", "ema"])
    expectRefusal("…may be loadModelState(from: path, key: \"model\")…") {
      try loadStateDict(from: path)
    }
    // What is no model is not called one, and the hint leads to what works.
    expectRefusal(
      "…the file holds a argparse.Namespace under 'args', not a model saved whole; the one meant may be loadModel(from: path, key: \"model\")"
    ) { try loadModel(from: path, key: "args") }
    #expect(
      try loadModel(from: Self.path("module_with_objects.pt"), as: Linear.self).inFeatures == 2)
    let root = try load(Self.path("namespace.pt"))
    #expect(root["w"]?.tensorValue?.shape == [2, 3])
    expectRefusal("…not a model saved whole; read it with load(_:)") {
      try loadModel(from: Self.path("namespace.pt"))
    }
  }

  @Test func aCompressedCheckpointIsRead() throws {
    let state = try loadStateDict(from: Self.path("rezipped.pt"))
    #expect(try state["w"]?.equal(Tensor.arange(1000.0)) == true)
    #expect(try state["b"]?.equal(Tensor.ones([3])) == true)
    #expect(try loadStateDict(from: Self.path("rezipped.pt"), mapped: true).keys == ["w", "b"])
    // A byte of the compressed data.
    var bytes = try FileBytes.read(Self.path("rezipped.pt"))
    let place = try #require(
      (0..<bytes.count - 6).first {
        Array(bytes[$0..<$0 + 6]) == Array("data/0".utf8)
      })
    bytes[place + 200] ^= 0xFF
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(bytes, to: "\(folder)/a.pt")
      #expect(throws: CheckpointError.self) { try loadStateDict(from: "\(folder)/a.pt") }
    }
  }
}
