import Kindling
import Testing
import _TestExpectations

/// What PyTorch saves beside plain tensors and state dicts: `Tests/Golden/serialization/more`.
@Suite struct PyTorchValueTests {
  static func path(_ name: String) -> String { Golden.path("serialization/more/\(name)") }

  @Test(arguments: ["views.pt", "views.legacy.pt"])
  func viewsHaveTheirSigns(name: String) throws {
    let views = try load(Self.path(name))
    let expected: [(String, Tensor)] = try [
      ("plain", Tensor([[1.0, 2], [3, -4], [5, 0.5]])),
      ("conj", Tensor([[1.0, -2], [3, 4], [5, -0.5]])), ("part", Tensor([[3.0, 4], [5, -0.5]])),
      ("imag", Tensor([-2.0, 4, -0.5])), ("both", Tensor([[-1.0, 2], [-3, -4], [-5, 0.5]])),
      ("neg", Tensor([[-1, -3], [-2, -4]])),
      ("parameter", Tensor([[1.0, -2], [3, 4], [5, -0.5]]).to(.float64)),
    ]
    for (key, tensor) in expected {
      try expectClose(#require(views[key]?.tensorValue), tensor, rtol: 0, atol: 0, key)
    }
    let (conj, part) = (views["conj"]?.tensorValue, views["part"]?.tensorValue)
    #expect(
      conj?.storage === part?.storage && conj?.storage !== views["plain"]?.tensorValue?.storage)
    #expect(views["neg"]?.tensorValue?.strides == [1, 2])
    #expect(views["parameter"]?.tensorValue?.isParameter == true)
  }

  @Test(arguments: ["values.pt", "values.legacy.pt"])
  func otherValuesAreRead(name: String) throws {
    let values = try load(Self.path(name))
    try expectValues(values)
    #expect(
      try inspect(Self.path(name)).map { "\($0.key) \($0.shape) \($0.dtype)" } == [
        "w [2] float32", "attributes.0 [2] float32", "attributes.1 [2] float32",
        "buffer [1] int64", "untyped [4] uint8", "typed [2] float32",
      ])
    try FileBytes.withTemporaryFolder { folder in
      for container in [CheckpointContainer.zip, .legacy] {
        try save(values, to: "\(folder)/copy.pth", container: container)
        try expectValues(load("\(folder)/copy.pth"))
      }
    }
  }

  private func expectValues(_ values: CheckpointValue) throws {
    let expected = [
      ("set", "{1, 2}"), ("empty", "set()"),
      ("keys", "{(1, 'a'): 1, ((2,), None): 2, torch.Size([3]): 3, torch.int8: 4}"),
      ("complex", "(1.0, -2.0)"), ("cpu", "'cpu'"), ("cuda", "'cuda:1'"),
      ("layout", "'torch.strided'"), ("bytes", "<2 bytes>"),
    ]
    for (key, text) in expected { #expect(values[key]?.description == text, "\(key)") }
    let tensors: [(String, Tensor)] = [
      ("w", Tensor([3.0, 4])), ("buffer", Tensor([7])), ("typed", Tensor([0.5, 1.5])),
      ("untyped", try Tensor([1, 0, 2, 0]).to(.uint8)),
    ]
    for (key, tensor) in tensors {
      try expectClose(#require(values[key]?.tensorValue), tensor, key)
    }
    let twice = try #require(values["attributes"])
    try expectClose(#require(twice[0]?.tensorValue), Tensor([1.0, 2]))
    #expect(twice[0]?.tensorValue === twice[1]?.tensorValue)
  }

  @Test(arguments: ["counter.pt", "counter.legacy.pt"])
  func countersStayCounters(name: String) throws {
    let saved = try load(Self.path(name))
    try FileBytes.withTemporaryFolder { folder in
      try save(saved, to: "\(folder)/copy.pth")
      let milestones = try load("\(folder)/copy.pth")["milestones"]
      guard case .counter(let pairs)? = milestones else {
        Issue.record("\(milestones?.description ?? "nothing")")
        return
      }
      #expect(pairs.map(\.key.intValue) == [2, 4] && pairs.map(\.value.intValue) == [1, 2])
    }
  }

  /// Tensors of foreign kinds are opaque, listed by their parts, and no models.
  @Test(
    arguments: [
      ("sparse", "torch._utils._rebuild_sparse_tensor"),
      ("quantized", "torch._utils._rebuild_qtensor"), ("fnuz", "torch._utils._rebuild_tensor_v3"),
    ], [".pt", ".legacy.pt"])
  func foreignTensorsAreNamed(file: (name: String, words: String), ending: String) throws {
    let path = Self.path(file.name + ending)
    #expect(try load(path).description.contains(file.words))
    _ = try inspect(path)
    expectRefusal("…not a model…") { try loadModel(from: path) }
  }

  // MARK: Hostile pickles

  /// A file in the legacy form around `pickle`, which has the storage '0' of two float32 if any.
  private func expectPickleRefusal(
    _ text: String, of pickle: [UInt8], storage: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    var file =
      [0x80, 2] + magic + [0x2E]
      + Array("\u{80}\u{2}M\u{E9}\u{3}.".unicodeScalars.map { UInt8($0.value) })
    file += [0x80, 2] + Array("}.".utf8) + [0x80, 2] + pickle + Array(".".utf8)
    file += [0x80, 2] + Array((storage ? "]U\u{1}0a." : "].").utf8)
    if storage { file += [2, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8) }
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write(file, to: "\(folder)/file.pt")
      expectRefusal(text, sourceLocation: sourceLocation) {
        try load("\(folder)/file.pt")
      }
    }
  }

  @Test func keysThatUnfoldAreRefused() throws {
    // A tuple of two, of which each is the last one twice.
    var tuple = Array("K\u{1}K\u{1}".utf8) + [0x86]
    for _ in 0..<60 { tuple += [0x32, 0x86] }
    let key = Array("}".utf8) + tuple + Array("K\u{1}s".utf8)
    try expectPickleRefusal("…multiplies its data…", of: key)
    let element = Array("c__builtin__\nset\n](".utf8) + tuple + [0x65, 0x85, 0x52]
    try expectPickleRefusal("…multiplies its data…", of: element)
    let deep = Array("}K\u{1}".utf8) + [UInt8](repeating: 0x85, count: 300) + Array("K\u{1}s".utf8)
    try expectPickleRefusal("…levels deep…", of: deep)
    let list = Array("}]".utf8) + [0x85] + Array("K\u{1}s".utf8)
    try expectPickleRefusal("…a list cannot be a dictionary key…", of: list)
  }

  @Test func signsMustSuitTheDType() throws {
    func view(_ kind: String, _ mark: String) -> [UInt8] {
      let text =
        "ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\n\(kind)\nU\u{1}0U\u{3}cpuK\u{2}NtQK\u{0}K\u{2}"
      return Array(text.utf8) + [0x85] + Array("K\u{1}".utf8) + [0x85, 0x89] + Array("N".utf8)
        + Array("}X".utf8) + [UInt8(mark.utf8.count), 0, 0, 0] + Array(mark.utf8) + [0x88]
        + Array("stR".utf8)
    }
    let cases = [
      ("FloatStorage", "conj", "a tensor of dtype float32 is no conjugate view"),
      ("BoolStorage", "neg", "a tensor of dtype bool is no negative view"),
    ]
    for (kind, mark, words) in cases {
      try expectPickleRefusal("…\(words)…", of: view(kind, mark), storage: true)
    }
  }

  /// The constructor is one of tensors, whatever the file says.
  @Test func tensorsAreMadeByTheirConstructors() throws {
    let nested = "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\n"
    try expectPickleRefusal("…no such arguments…", of: Array("\(nested)ctorch\nTensor\n)NtR".utf8))
  }
}
