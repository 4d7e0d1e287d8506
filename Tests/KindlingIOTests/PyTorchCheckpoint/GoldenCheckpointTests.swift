import Kindling
import Testing
import _TestExpectations

/// Files that real PyTorch wrote, against what it says they hold.
@Suite struct GoldenCheckpointTests {
  static let manifest =
    (try? Golden.json("serialization/manifest.json")["torch_files"]?.array) ?? []
  /// Files that ask for more than a state dict needs, and what the refusal names.
  static let refused = [
    "no_crc32.pt": "verify: false",
    "whole_sequential.pt": "loadModel(from:)", "whole_conv.pt": "loadModel(from:)",
    "whole_sequential.legacy.pt": "loadModel(from:)", "whole_conv.legacy.pt": "loadModel(from:)",
  ]

  static func path(_ name: String) -> String { Golden.path("serialization/\(name)") }
  static func names(_ files: [JSONValue]) -> [String] { files.compactMap { $0["file"]?.string } }

  /// Holds dtypes that are read as others, which the manifest does not speak of.
  private static let rare = "dtypes_rare.pt"

  @Test(arguments: names(manifest).filter { refused[$0] == nil && $0 != rare })
  func holdsWhatPyTorchSaved(name: String) throws {
    try check(load(Self.path(name)), name)
  }

  @Test(arguments: [
    ("uint16", DType.int32), ("uint32", .int64), ("uint64", .int64), ("float8_e4m3fn", .float32),
    ("float8_e5m2", .float32),
  ])
  func readsNewerDtypesAsWiderOnes(name: String, dtype: DType) throws {
    let saved = try load(Self.path(Self.rare))
    #expect(saved.pairs?.count == 5)
    let tensor = try #require(saved[name]?.tensorValue)
    #expect(tensor.dtype == dtype && tensor.shape == [6])
    #expect(try tensor.toArray(as: Double.self) == [0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: names(manifest).filter { refused[$0] == nil && $0 != rare })
  func survivesARoundTrip(name: String) throws {
    try FileBytes.withTemporaryFolder { folder in
      for container in [CheckpointContainer.zip, .legacy] {
        try save(load(Self.path(name)), to: "\(folder)/copy.pt", container: container)
        try check(load("\(folder)/copy.pt"), name)
      }
    }
  }

  @Test(arguments: refused.sorted { $0.key < $1.key })
  func saysWhatItRefuses(name: String, word: String) throws {
    expectRefusal("…\(word)…") { try load(Self.path(name)) }
  }

  @Test func loadsWithoutChecksumsWhenAsked() throws {
    try check(load(Self.path("no_crc32.pt"), verify: false), "no_crc32.pt")
  }

  @Test func inspectListsTensorsWithoutLoading() throws {
    let entries = try inspect(Self.path("checkpoint_adam.pt"))
    #expect(entries.first?.key == "model_state_dict.0.weight")
    #expect(entries.first?.shape == [3, 4])
    #expect(entries.first?.dtype == .float32)
    #expect(entries.first?.byteCount == 48)
    #expect(entries.contains { $0.key == "optimizer_state_dict.state.0.exp_avg" })
  }

  // MARK: Comparison

  private func check(_ value: CheckpointValue, _ name: String) throws {
    let entry = try #require(Self.manifest.first { $0["file"]?.string == name })
    var comparison = Comparison(arrays: try Golden.tensors("serialization/values.safetensors"))
    try comparison.check(value, try #require(entry["content"]), "root")
  }

  private struct Comparison {
    let arrays: TensorFile
    /// The storage of each group of tensors that share one.
    var groups: [Int: ObjectIdentifier] = [:]

    mutating func check(_ value: CheckpointValue, _ json: JSONValue, _ path: String) throws {
      switch (value, json) {
      case (.none, .null): break
      case (.bool(let x), .bool(let y)): #expect(x == y, "\(path)")
      case (.int(let x), .int(let y)): #expect(x == y, "\(path)")
      case (.double(let x), .double(let y)): #expect(x == y, "\(path)")
      case (.string(let x), .string(let y)): #expect(x == y, "\(path)")
      case (.tensor(let tensor), _): try check(tensor, json, path)
      case (.list(let items), _): try check(items, json["$list"]?.array, path)
      case (.tuple(let items), _): try check(items, json["$tuple"]?.array, path)
      case (.dictionary(let pairs), _):
        #expect(json["$dict"]?.string == "dict", "\(path)")
        try check(pairs, json, path)
      case (.orderedDictionary(let pairs), _):
        #expect(json["$dict"]?.string == "OrderedDict", "\(path)")
        try check(pairs, json, path)
      case (.size(let sizes), _): #expect(sizes == json["$size"]?.ints, "\(path)")
      case (.dtype(let dtype), _): #expect("torch.\(dtype)" == json["$dtype"]?.string, "\(path)")
      case (.double(let x), _):
        let y = try #require(json["$float"]?.double, "\(path)")
        expectClose(x, y, "\(path)")
      case (.bytes(let bytes), _):
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == json["$bytes"]?.string, "\(path)")
      case (.bigInt(let bytes), _):
        let float = bytes.reversed().reduce(0.0) { $0 * 256 + Double($1) }
        #expect(float == json["$int"]?.string.flatMap(Double.init), "\(path)")
      default: Issue.record("\(path): \(value), expected \(json)")
      }
    }

    mutating func check(
      _ items: some Collection<CheckpointValue>, _ json: [JSONValue]?, _ path: String
    ) throws {
      let json = try #require(json, "\(path)")
      try #require(items.count == json.count, "\(path)")
      for (i, (item, expected)) in zip(items, json).enumerated() {
        try check(item, expected, "\(path)/\(i)")
      }
    }

    mutating func check(
      _ pairs: some Collection<CheckpointPair>, _ json: JSONValue, _ path: String
    ) throws {
      let items = try #require(json["items"]?.array, "\(path)")
      try #require(pairs.count == items.count, "\(path)")
      for ((key, value), item) in zip(pairs, items) {
        let parts = try #require(item.array, "\(path)")
        try check(key, parts[0], "\(path) key")
        try check(value, parts[1], "\(path)/\(key)")
      }
    }

    mutating func check(_ tensor: Tensor, _ json: JSONValue, _ path: String) throws {
      let name = try #require(json["$tensor"]?.string, "\(path)")
      // Complex numbers come as pairs.
      let isComplex = json["dtype"]?.string?.hasPrefix("complex") == true
      let strides = try #require(json["stride"]?.ints, "\(path)")
      #expect(tensor.strides == (isComplex ? strides.map { 2 * $0 } + [1] : strides), "\(path)")
      #expect(tensor.storageOffset == json["storage_offset"]?.int, "\(path)")
      #expect(tensor.requiresGrad == json["requires_grad"]?.bool, "\(path)")
      #expect(tensor.isParameter == (json["parameter"]?.bool ?? false), "\(path)")
      #expect(tensor.storage.byteCount == json["storage_nbytes"]?.int, "\(path)")
      try expectClose(tensor, arrays.tensor(name), path)
      let group = try #require(json["storage_group"]?.int, "\(path)")
      let storage = ObjectIdentifier(tensor.storage)
      #expect(groups[group, default: storage] == storage, "\(path) shares no memory")
      #expect(!groups.contains { $0.key != group && $0.value == storage }, "\(path) shares memory")
      groups[group] = storage
    }
  }
}
