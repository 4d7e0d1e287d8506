import Kindling
import Testing
import _TestExpectations

private final class Registered: Module, Layer {
  let width: Int
  let first: Linear
  @Parameter var scale: Tensor
  @Buffer var seen: Tensor

  init(width: Int) {
    self.width = width
    first = Linear(3, width)
    scale = Tensor([1.0])
    seen = Tensor(0)
  }

  func forward(_ x: Tensor) throws -> Tensor { try first(x) * scale }
}

private final class Unregistered: Module, Layer {
  let inner = ReLU()
  func forward(_ x: Tensor) throws -> Tensor { try inner(x) }
}

private final class TwoInputs: Module {
  let both = Linear(2, 2)
  func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try call([a, b]) { try self.both($0[0] + $0[1]) }
  }
}

@Suite struct WholeModelTests {
  private func roundTrip<M: Module>(
    _ model: M, container: CheckpointContainer = .zip
  ) throws -> M {
    try FileBytes.withTemporaryFolder { folder in
      try save(model, to: "\(folder)/model.pth", container: container)
      return try loadModel(from: "\(folder)/model.pth", as: M.self)
    }
  }

  private func expectEqual(_ a: Module, _ b: Module) throws {
    #expect(a.description == b.description)
    let (x, y) = (try a.stateDict(), try b.stateDict())
    #expect(x.keys == y.keys)
    for (key, tensor) in x { try expectClose(#require(y[key]), tensor, key) }
    let pairs = zip(a.namedParameters(), b.namedParameters())
    for (p, q) in pairs {
      #expect(p.parameter.requiresGrad == q.parameter.requiresGrad, "\(p.name)")
    }
    for (m, n) in zip(a.modules(), b.modules()) { #expect(m.isTraining == n.isTraining) }
  }

  /// One of each class, with arguments that are not the defaults.
  static let modules: [@Sendable () throws -> Module] = [
    { Linear(4, 3) }, { Linear(4, 3, bias: false) }, { ReLU(inplace: true) }, { Sigmoid() },
    { Tanh() }, { Softmax(dim: 1) }, { LogSoftmax() }, { Identity() },
    { Dropout(0.25, inplace: true) },
    { Flatten(0, 2) }, { Unflatten(1, [2, -1]) },
    { Sequential(["a": Linear(2, 2), "b": Sequential(ReLU(), Sequential())]) },
    { ParameterList([try Tensor.ones(2, 1), Tensor(0.5)]) },
    { ModuleList([Linear(1, 1), MSELoss()]) }, { ModuleDict(["x": Linear(1, 1), "y": Tanh()]) },
    { MSELoss(reduction: .sum) }, { L1Loss(reduction: .none) }, { SmoothL1Loss(beta: 0.5) },
    { HuberLoss(reduction: .sum, delta: 2) }, { KLDivLoss(reduction: .batchmean, logTarget: true) },
    { Conv1d(2, 4, 3, padding: PaddingAmount.keepingSize, dilation: 2) },
    { Conv2d(4, 2, [3, 1], stride: 2, padding: [1, 0], groups: 2, bias: false) },
    { Conv3d(1, 1, 2, padding: PaddingAmount.nothing) }, { ConvTranspose1d(2, 3, 2) },
    { ConvTranspose2d(2, 4, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2) },
    { ConvTranspose3d(1, 2, [1, 2, 1]) }, { MaxPool1d(2, ceilMode: true) },
    { MaxPool2d([2, 3], stride: [1, 2], padding: 1, dilation: [1, 2]) }, { MaxPool3d(2) },
    { AvgPool1d(2, stride: 1) }, { AvgPool2d(3, padding: 1, divisorOverride: 5) },
    { AvgPool3d([1, 2, 2], countIncludePad: false) }, { AdaptiveAvgPool1d(2) },
    { AdaptiveAvgPool2d([nil, 3]) }, { AdaptiveAvgPool3d(1) }, { AdaptiveMaxPool1d(3) },
    { AdaptiveMaxPool2d([2, 2]) }, { AdaptiveMaxPool3d(nil as Int?) },
    { BatchNorm1d(3) }, { BatchNorm2d(2, eps: 0.1, momentum: nil, bias: false) },
    { BatchNorm3d(2, affine: false, trackRunningStats: false) },
    { InstanceNorm1d(2, affine: true) },
    { InstanceNorm2d(3) }, { InstanceNorm3d(2, trackRunningStats: true) }, { LayerNorm([3, 4]) },
    { LayerNorm(4, elementwiseAffine: false) }, { LayerNorm(4, bias: false) },
    { RMSNorm(3, eps: 0.5) },
    { GroupNorm(2, 4) }, { GroupNorm(1, 2, affine: false) }, { LocalResponseNorm(3, beta: 0.5) },
    { Embedding(5, 3, paddingIdx: 1, maxNorm: 2) }, { ReLU6() }, { SiLU(inplace: true) },
    { Mish() },
    { SELU() }, { Hardswish() }, { Hardsigmoid() }, { Softsign() }, { Tanhshrink() },
    { LogSigmoid() },
    { Softmax2d() }, { Softmin(dim: -1) }, { GLU(1) }, { LeakyReLU(0.2) },
    { GELU(approximate: .tanh) },
    { ELU(alpha: 2, inplace: true) }, { CELU(alpha: 0.5) }, { Hardtanh(-2, 2.5) },
    { Softplus(beta: 2, threshold: 10) }, { Hardshrink(0.25) }, { Softshrink() },
    { Threshold(0.1, 20) }, { RReLU(0.1, 0.2) }, { PReLU(3, initial: 0.5) }, { Dropout1d(0.1) },
    { Dropout2d(0.2) }, { Dropout3d() }, { AlphaDropout() }, { FeatureAlphaDropout(0.3) },
    { CrossEntropyLoss(weight: Tensor([1.0, 2.0]), ignoreIndex: 1, labelSmoothing: 0.1) },
    { NLLLoss(weight: Tensor([1.0, 2.0]), reduction: .sum) }, { BCELoss(weight: Tensor([0.5])) },
    { BCEWithLogitsLoss(weight: nil, posWeight: Tensor([3.0])) },
    { ConstantPad1d(2, 3.5) }, { ConstantPad2d([1, 2, 0, 1], 7) }, { ConstantPad3d(1, -1) },
    { ZeroPad1d([1, 0]) }, { ZeroPad2d(1) }, { ZeroPad3d(2) }, { ReflectionPad1d(1) },
    { ReflectionPad2d([0, 1, 2, 3]) }, { ReflectionPad3d(1) }, { ReplicationPad1d(3) },
    { ReplicationPad2d(1) }, { ReplicationPad3d(1) }, { CircularPad1d([1, 2]) },
    { CircularPad2d(1) },
    { CircularPad3d(1) }, { Upsample(scaleFactor: 2) }, { Upsample(size: 5, mode: .bicubic) },
    { Upsample(size: [4, 6], mode: .bilinear, alignCorners: true) },
    { Upsample(scaleFactor: [2, 1.5], mode: .nearestExact, recomputeScaleFactor: true) },
    { PixelShuffle(2) }, { PixelUnshuffle(3) }, { ChannelShuffle(2) },
    { MultiheadAttention(4, 2, dropout: 0.1, batchFirst: true) },
    { MultiheadAttention(4, 2, bias: false, addBiasKV: true, addZeroAttn: true, kdim: 3) },
    { Bilinear(2, 3, 4) }, { Bilinear(1, 2, 1, bias: false) },
    { EmbeddingBag(5, 3, maxNorm: 2, mode: .sum, includeLastOffset: true, paddingIdx: 1) },
    { EmbeddingBag(4, 2, scaleGradByFreq: true, mode: .sum) },
    { Fold([4, 5], 2, stride: [1, 2]) }, { Unfold([2, 3], dilation: 2, padding: 1) },
    { FractionalMaxPool3d([1, 2, 2], outputSize: 3) }, { MaxUnpool1d(2) },
    { MaxUnpool2d([2, 3], stride: 2, padding: 1) }, { MaxUnpool3d(2) },
    { UpsamplingNearest2d(scaleFactor: 2) }, { UpsamplingBilinear2d(size: [2, 3]) },
    { Conv2d(4, 2, [3, 1], padding: [1, 0], paddingMode: .reflect) },
    { SyncBatchNorm(4, eps: 1, momentum: nil) }, { CrossMapLRN2d(3, alpha: 1, beta: 0.5, k: 2.0) },
    { CosineSimilarity(dim: 0, eps: 0.1) }, { PairwiseDistance(p: 1.5, keepdim: true) },
    { LPPool1d(2, 3, ceilMode: true) }, { LPPool2d(1.5, [2, 1], stride: 2) }, { LPPool3d(3, 2) },
    { FractionalMaxPool2d(2, outputSize: [3, 2]) },
    { FractionalMaxPool2d(3, outputRatio: [0.5, 0.25]) },
    { CTCLoss(blank: 2, reduction: .sum, zeroInfinity: true) },
    { TripletMarginLoss(margin: 0.5, p: 1, eps: 0.1, swap: true) },
    { MarginRankingLoss(margin: 2) },
    { HingeEmbeddingLoss(margin: 2) }, { GaussianNLLLoss(full: true) },
    { PoissonNLLLoss(logInput: false, full: true) }, { SoftMarginLoss(reduction: .sum) },
    { MultiMarginLoss(p: 2, weight: Tensor([1.0, 2.0])) }, { MultiLabelMarginLoss() },
    { MultiLabelSoftMarginLoss(weight: Tensor([0.5])) }, { CosineEmbeddingLoss(margin: 0.25) },
    { try Linear(3, 2).to(.float64) }, { try Linear(3, 2).requiresGrad_(false) },
    { Sequential(Dropout(), Linear(1, 1)).eval() },
  ]

  /// A class cannot be described without being tested.
  @Test func everyClassIsHere() throws {
    let types = try Self.modules.flatMap { try $0().modules() }.map {
      ObjectIdentifier(type(of: $0))
    }
    let missing = LayerForm.classes.filter { !types.contains(ObjectIdentifier($0)) }
    #expect(missing.isEmpty, "\(missing)")
  }

  /// The attributes of each class are those of PyTorch's `__dict__`, in its order.
  @Test func attributesAreThoseOfPyTorch() throws {
    let modules = try Self.modules.flatMap { try $0().modules() }
    for (name, attributes) in try #require(try Golden.json("module_attributes.json").object) {
      let form = try #require(LayerForm.named(name), "\(name)")
      let module = try #require(modules.first { type(of: $0) == form.type }, "\(name)")
      let own = (form.attributes(of: module).pairs ?? []).compactMap(\.key.stringValue)
      #expect(own == attributes.array?.compactMap(\.string), "\(name)")
    }
  }

  @Test(arguments: modules.indices)
  func everyClassSurvives(index: Int) throws {
    let model = try withDefaultGenerator(Generator(seed: 1)) { try Self.modules[index]() }
    try expectEqual(roundTrip(model), model)
    try expectEqual(roundTrip(model, container: .legacy), model)
  }

  @Test func aLoadedModelComputesAndLearns() throws {
    let model = withDefaultGenerator(Generator(seed: 2)) {
      Sequential(Linear(3, 4), ReLU(), Linear(4, 2))
    }
    let loaded = try FileBytes.withTemporaryFolder { folder in
      try save(model, to: "\(folder)/model.pth")
      return try loadModel(from: "\(folder)/model.pth")
    }
    let x = try Tensor([[1.0, -2.0, 3.0]])
    try expectClose(loaded(x), model(x))
    let optimizer = try SGD(loaded.parameters(), lr: 0.1)
    try loaded(x).sum().backward()
    try optimizer.step()
    #expect(try !loaded(x).equal(model(x)))
  }

  @Test func partsOfASequentialStayMixedInMode() throws {
    let model = Sequential(Dropout(), Linear(1, 1), Dropout())
    try (model[1] as any Layer).eval()
    try expectEqual(roundTrip(model), model)
  }

  @Test func whatIsSharedStaysShared() throws {
    let layer = Linear(2, 2)
    let loaded = try roundTrip(Sequential(layer, ReLU(), layer))
    #expect(try loaded[0] === loaded[2])
    let (a, b) = (Linear(2, 2), Linear(2, 2))
    b.weight = a.weight
    let tied = try roundTrip(Sequential(a, b))
    #expect(try tied[0, as: Linear.self].weight === tied[1, as: Linear.self].weight)
    #expect(tied.parameters().count == 3)
  }

  @Test func loadingLeavesTheGeneratorAlone() throws {
    let model = Sequential(Linear(2, 2))
    try withDefaultGenerator(Generator(seed: 3)) {
      let before = Generator.default.stateBytes
      _ = try roundTrip(model)
      #expect(Generator.default.stateBytes == before)
    }
  }

  // MARK: Models of PyTorch's

  /// Work that grows with the square of the number of modules would not end within the time limit.
  @Test(.timeLimit(.minutes(5))) func tenThousandModules() throws {
    let model = Sequential((0..<10_000).map { _ in Linear(1, 1) })
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/model.pth"
      try save(model, to: path)
      let loaded = try loadModel(from: path, as: Sequential.self)
      #expect(loaded.count == 10_000)
      #expect(
        try loaded.stateDict()["9999.weight"]?.item() == model.stateDict()["9999.weight"]?.item())
    }
  }

  /// A small file whose modules stand in each other again and again has no end of paths.
  @Test(.timeLimit(.minutes(10))) func pathsAreBounded() throws {
    var model = Sequential(Linear(1, 1))
    for _ in 0..<40 { model = Sequential(model, model) }
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/model.pth"
      try save(model, to: path)
      for read in [{ _ = try inspect(path) }, { _ = try loadModel(from: path) }] {
        expectRefusal("…more modules, or deeper ones…") { try read() }
      }
    }
  }

  @Test func anEntryOfADictionaryIsLoadedByItsKey() throws {
    let path = PyTorchValueTests.path("entry.pt")
    #expect(try loadModel(from: path, key: "model") is Sequential)
    #expect(try loadModel(from: path, key: "ema", as: Linear.self).inFeatures == 1)
    #expect(try loadModelState(from: path, key: "model").keys == ["0.weight", "0.bias"])
    #expect(
      try inspect(path).map(\.key) == ["model.0.weight", "model.0.bias", "ema.weight", "ema.bias"])
    let hint = "may be loadModel(from: path, key: \"model\"), loadModel(from: path, key: \"ema\")"
    expectRefusal("…with its key where it lies in a dictionary (loadModel(from:key:))…") {
      try load(PyTorchValueTests.path("layers.pt"))
    }
    expectRefusal("…holds a dict, not a model saved whole; the one meant \(hint)…") {
      try loadModel(from: path)
    }
    expectRefusal("…no entry 'net'; the one meant \(hint)…") {
      try loadModel(from: path, key: "net")
    }
    expectRefusal("…holds a int under 'epoch', not a model…") {
      try loadModel(from: path, key: "epoch")
    }
    expectRefusal("…holds no dictionary; load it without a key") {
      try loadModel(from: PyTorchValueTests.path("layers.pt"), key: "model")
    }
  }

  @Test func inspectListsWhatTheStateDictHas() throws {
    #expect(
      try inspect(PyTorchValueTests.path("tied.pt")).map(\.key)
        == ["seen", "0.weight", "0.bias", "2.weight", "2.bias"])
  }

  // MARK: Classes of users

  @Test func aClassWithoutAFormIsNotSaved() throws {
    try FileBytes.withTemporaryFolder { folder in
      let averaged = try AveragedModel(Linear(1, 1)) { Linear(1, 1) }
      expectRefusal(
        "…the class AveragedModel has no form in files: call ModuleRegistry.register(AveragedModel.self, as: \"…\") { saved in … } before saving, or save its stateDict()"
      ) {
        try save(Sequential(averaged), to: "\(folder)/model.pth")
      }
      #expect(try FileBytes.list(folder) == [])
    }
  }

  @Test func aRegisteredClassComesBack() throws {
    ModuleRegistry.register(
      Registered.self, as: "models.Registered", attributes: { ["width": .int($0.width)] },
      make: { Registered(width: try $0.int("width")) })
    let model = withDefaultGenerator(Generator(seed: 4)) { Registered(width: 5) }
    try noGrad { _ = try model.scale.fill_(3) }
    let loaded = try roundTrip(model)
    #expect(loaded.width == 5)
    try expectEqual(loaded, model)
    // Inside built-in ones too, and not only at the root.
    try expectEqual(roundTrip(Sequential(model, ReLU())), Sequential(model, ReLU()))
  }

  @Test func anUnregisteredClassIsNamed() throws {
    let call = "ModuleRegistry.register(Unregistered.self, as: \"__main__.Unregistered\")"
    expectRefusal("…the class __main__.Unregistered is not registered…\(call)…") {
      try roundTrip(Sequential(Linear(1, 1), Unregistered()))
    }
  }

  @Test func aModuleThatIsNoLayerSaysHowToLoadIt() throws {
    ModuleRegistry.register(TwoInputs.self, as: "models.TwoInputs") { _ in TwoInputs() }
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/model.pth"
      let model = TwoInputs()
      try save(model, to: path)
      try expectEqual(loadModel(from: path, as: TwoInputs.self), model)
      expectRefusal("…loadModel(from:as: TwoInputs.self)") { try loadModel(from: path) }
      expectRefusal("…/model.pth: the model is a TwoInputs, not a Linear") {
        try loadModel(from: path, as: Linear.self)
      }
    }
  }

  // MARK: Files that are something else

  @Test func aStateDictIsNoModel() throws {
    try FileBytes.withTemporaryFolder { folder in
      try save(Linear(1, 1).stateDict(), to: "\(folder)/state.pth")
      expectRefusal("…not a model saved whole; read it with load(_:)") {
        try loadModel(from: "\(folder)/state.pth")
      }
      try save(Linear(1, 1), to: "\(folder)/model.pth")
      expectRefusal("…loadModel(from:)…") { try load("\(folder)/model.pth") }
      #expect(try inspect("\(folder)/model.pth").map(\.key) == ["weight", "bias"])
    }
  }

  @Test(
    .timeLimit(.minutes(10)), arguments: HostileFileTests.entries.compactMap { $0["file"]?.string })
  func hostileFilesMakeNoModel(name: String) {
    let error = #expect(throws: CheckpointError.self) {
      try loadModel(from: HostileFileTests.path(name))
    }
    if name.contains("os_system.pt") { #expect(error?.description.contains("os.system") == true) }
  }

  /// Sizes that the file's own tensors do not bear out are refused before there is memory for them.
  @Test func attributesMustFitTheTensors() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/model.pth"
      try save(Linear(1, 259), to: path)
      // 259 and its two bytes after the opcode M.
      var bytes = try FileBytes.read(path)
      let name = Array("out_features".utf8)
      let place = try #require(
        (0..<bytes.count - 20).last { Array(bytes[$0..<$0 + name.count]) == name })
      let number = try #require(
        (place..<bytes.count - 3).first { bytes[$0...].starts(with: [0x4D, 3, 1]) })
      bytes[number + 2] = 0x7F
      try FileBytes.write(bytes, to: path)
      expectRefusal("…make 'weight' of shape [32515, 1]…") {
        try loadModel(from: path, verify: false)
      }
    }
  }
}
