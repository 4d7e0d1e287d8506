import Kindling
import KindlingPlatform
import KindlingVision
import Synchronization
import Testing
import _TestExpectations

/// Published parameters, fetched from a server that the test starts.
@Suite struct ImageNetWeightsTests {
  /// Parameters that the test publishes itself.
  struct TinyWeights: ImageNetWeights {
    static let `default` = TinyWeights(rawValue: "tiny-00000000")
    static let allCases = [TinyWeights.default]
    let rawValue: String
    var whole: String?
    init(rawValue: String) { self.rawValue = rawValue }
    init(_ rawValue: String, whole: String) { (self.rawValue, self.whole) = (rawValue, whole) }
    var file: PublishedFile {
      PublishedFile(rawValue + ".pth", .sha256(whole ?? String(rawValue.suffix(8))))
    }
  }

  private static let state: StateDict = ["weight": Tensor([1.0, 2.0, 3.0]), "bias": Tensor([0.5])]

  /// A file of parameters, its sum and the name that it is published under.
  private static let published: (bytes: [UInt8], sum: String, name: String) = {
    let made: [UInt8]? = try? FileBytes.withTemporaryFolder { folder in
      try save(state, to: folder + "/made.pth")
      return try FileBytes.read(folder + "/made.pth")
    }
    let bytes = made ?? []
    let sum = sha256(bytes)
    return (bytes, sum, "tiny-\(sum.prefix(8))")
  }()
  private var published: (bytes: [UInt8], sum: String, name: String) { Self.published }
  private var weights: TinyWeights { TinyWeights(rawValue: published.name) }

  /// Runs `body` with a cache that is not there yet and a server; the server ends afterwards.
  private func withServer(
    _ file: [UInt8]? = Self.published.bytes, breakOffs: [Int] = [],
    _ body: (_ cache: String, LocalServer) throws -> Void
  ) throws {
    let server = try LocalServer(
      .init(files: file.map { [published.name + ".pth": $0] } ?? [:], breakOffs: breakOffs))
    defer { server.stop() }
    try FileBytes.withTemporaryFolder { try body($0 + "/new/checkpoints", server) }
  }

  private func fetch(
    _ weights: TinyWeights, _ mirrors: [String], _ cache: String
  ) throws -> StateDict {
    try weights.stateDict(from: mirrors, in: cache, progress: nil)
  }

  @Test func fetchesOnceAndLoads() throws {
    try withServer { cache, server in
      let sums = [String(published.sum.prefix(8)), published.sum, published.sum.uppercased()]
      for weights in [weights] + sums.map({ TinyWeights(published.name, whole: $0) }) {
        let loaded = try fetch(weights, [server.address], cache)
        #expect(loaded.keys == Self.state.keys)
        for (a, b) in zip(loaded.values, Self.state.values) { #expect(try a.equal(b)) }
      }
      #expect(server.requests.count == 1)
      #expect(try FileBytes.list(cache) == [published.name + ".pth"])
    }
  }

  @Test func saysWhereItComesFromAndGoesTo() throws {
    try withServer { cache, server in
      let lines = Mutex<[String]>([]), seen = Mutex<[Int]>([])
      _ = try weights.stateDict(
        from: [server.address], in: cache,
        progress: { _, done, total in seen.withLock { $0 = [done, total] } },
        announce: { line in lines.withLock { $0.append(line) } })
      let file = published.name + ".pth"
      #expect(
        lines.withLock { $0 } == ["Downloading: \"\(server.address)\(file)\" to \(cache)/\(file)"])
      #expect(seen.withLock { $0 } == [published.bytes.count, published.bytes.count])
      _ = try weights.stateDict(
        from: [server.address], in: cache, progress: { _, _, _ in },
        announce: { line in Issue.record("announced \(line)") })
    }
  }

  @Test func goesOnWhereATransferBrokeOff() throws {
    try withServer(breakOffs: [100]) { cache, server in
      #expect(throws: VisionError.self) { try fetch(weights, [server.address], cache) }
      #expect(try FileBytes.list(cache) == [published.name + ".pth.part"])
      _ = try fetch(weights, [server.address], cache)
      #expect(server.requests.map(\.from) == [0, 100])
      #expect(try FileBytes.list(cache) == [published.name + ".pth"])
    }
  }

  @Test func asksTheNextMirrorForARightFile() throws {
    try withServer(published.bytes + [0]) { cache, bad in
      try withServer { _, good in
        let keys = try fetch(weights, [bad.address, good.address], cache).keys
        #expect(keys == Self.state.keys)
        #expect(good.requests.count == 1)
      }
    }
  }

  // MARK: What cannot be

  @Test(arguments: [true, false])
  func refusesAnotherFile(wholeSumIsKnown: Bool) throws {
    try withServer(published.bytes + [0]) { cache, server in
      let weights = wholeSumIsKnown ? TinyWeights(published.name, whole: published.sum) : weights
      let should = wholeSumIsKnown ? "be \(published.sum)" : "begin with \(published.sum.prefix(8))"
      let found = sha256(published.bytes + [0])
      let text =
        "\(server.address)\(published.name).pth: the SHA-256 sum is \(found), but should \(should)"
      expectRefusal("…\(text)…", that: { ($0 as? VisionError)?.kind == .download }) {
        try fetch(weights, [server.address], cache)
      }
      let left = try FileBytes.list(cache)
      #expect(left == [])
    }
  }

  @Test func saysThatNothingIsThere() throws {
    try withServer(nil) { cache, empty in
      let gone = try LocalServer(.init(files: [:]))
      gone.stop()
      let mirrors = [gone.address, empty.address]
      let message =
        #expect(throws: VisionError.self) { try fetch(weights, mirrors, cache) }?.message ?? ""
      #expect(message.hasPrefix("could not download \(published.name).pth; tried\n"))
      for mirror in mirrors {
        #expect(message.contains("  \(mirror)\(published.name).pth: "), "\(message)")
      }
      #expect(message.contains("404") && message.contains("connect"), "\(message)")
      let left = try FileBytes.list(cache)
      #expect(left == [])
    }
  }

  /// `/dev/full` takes no byte, as a full disk.
  @Test(.enabled(if: FileBytes.exists("/dev/full")))
  func saysThatTheDiskIsFull() throws {
    try withServer { cache, server in
      try makeFolders([String(cache.dropLast("/checkpoints".count)), cache])
      let part = "\(cache)/\(published.name).pth.part"
      #expect(symlink("/dev/full", part) == 0)
      let other = "http://127.0.0.1:1/"
      expectRefusal(
        "cannot write \(part): No space left on device",
        that: { ($0 as? VisionError)?.kind == .system }
      ) {
        try fetch(weights, [server.address, other], cache)
      }
    }
  }

  @Test func saysThatTheFolderCannotBe() throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write([], to: folder + "/file")
      expectRefusal(
        "…cannot make the folder \(folder)/file/…", that: { ($0 as? VisionError)?.kind == .system }
      ) {
        try fetch(weights, [], folder + "/file/cache")
      }
    }
  }

  @Test func unknownWeightsAreNamed() throws {
    #expect(try ResNet50Weights(named: "DEFAULT") == .imagenet1kV2)
    #expect(try ResNet50Weights(named: "IMAGENET1K_V1") == .imagenet1kV1)
    #expect(try VGG16Weights(named: "IMAGENET1K_FEATURES") == .imagenet1kFeatures)
    let names = "DEFAULT, IMAGENET1K_V1, IMAGENET1K_V2"
    expectRefusal(
      "ResNet50Weights has no weights 'IMAGENET1K_V9'; there are \(names)",
      that: { ($0 as? VisionError)?.kind == .value }
    ) { try ResNet50Weights(named: "IMAGENET1K_V9") }
  }

  // MARK: What torchvision publishes

  /// Addresses and presets from torchvision 0.29.2: `get_model_weights(…)`, `.url`, `.transforms()`.
  private static let all: [(weights: any ImageNetWeights, file: String, resize: Int)] = [
    (VGG11Weights.default, "vgg11-8a719046", 256),
    (VGG11BNWeights.default, "vgg11_bn-6002323d", 256),
    (VGG13Weights.default, "vgg13-19584684", 256),
    (VGG13BNWeights.default, "vgg13_bn-abd245e5", 256),
    (VGG16Weights.default, "vgg16-397923af", 256),
    (VGG16BNWeights.default, "vgg16_bn-6c64b313", 256),
    (VGG16Weights.imagenet1kFeatures, "vgg16_features-amdegroot-88682ab5", 256),
    (VGG19Weights.default, "vgg19-dcbb9e9d", 256),
    (VGG19BNWeights.default, "vgg19_bn-c79401a0", 256),
    (ResNet18Weights.default, "resnet18-f37072fd", 256),
    (ResNet34Weights.default, "resnet34-b627a593", 256),
    (ResNet50Weights.imagenet1kV1, "resnet50-0676ba61", 256),
    (ResNet50Weights.default, "resnet50-11ad3fa6", 232),
    (ResNet101Weights.imagenet1kV1, "resnet101-63fe2227", 256),
    (ResNet101Weights.default, "resnet101-cd907fc2", 232),
    (ResNet152Weights.imagenet1kV1, "resnet152-394f9c45", 256),
    (ResNet152Weights.default, "resnet152-f82ba261", 232),
  ]

  @Test(arguments: all.indices)
  func areThoseOfTorchvision(index: Int) {
    let (weights, file, resize) = Self.all[index]
    #expect(weights.url == "https://download.pytorch.org/models/\(file).pth")
    #expect(weights.transforms.resizeSize == resize && weights.transforms.cropSize == 224)
    #expect(weights.categories.count == 1000)
    // A whole sum, where there is one, begins with what the name ends in.
    guard case .sha256(let digits) = weights.file.digest else {
      Issue.record("\(file) is not known by its SHA-256 sum")
      return
    }
    #expect(digits.hasPrefix(file.suffix(8)) && [8, 64].contains(digits.count))
  }

  @Test func featuresOfCaffeHaveTheirOwnPreset() {
    #expect(
      VGG16Weights.imagenet1kFeatures.transforms.description == """
        ImageClassification(
            crop_size=[224]
            resize_size=[256]
            mean=[0.48235, 0.45882, 0.40784]
            std=[0.00392156862745098, 0.00392156862745098, 0.00392156862745098]
            interpolation=InterpolationMode.BILINEAR
        )
        """)
  }

  @Test(arguments: [
    (["KINDLING_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"], "/a/checkpoints"),
    (["XDG_CACHE_HOME": "/b", "HOME": "/c"], "/b/kindling/checkpoints"),
    (["HOME": "/c"], "/c/.cache/kindling/checkpoints"),
  ])
  func filesAreKept(variables: [String: String], folder: String) {
    #expect(ModelCache.folder { variables[$0] } == folder)
  }
}
