import Kindling
import Testing
import _TestExpectations

private final class Camel: Module {
  @Parameter var fooBar = Tensor([1.0])
  @Parameter var foo_bar = Tensor([2.0])
}

private final class Dotted: Module {
  let layers = [ReLU(), Linear(1, 1)] as [Module]
  @Submodule("layers.1") var other = Linear(1, 1)
}

private final class Crossing: Module {
  @Parameter("a.weight") var own = Tensor([1.0])
  let a = Linear(1, 1, bias: false)
}

private final class Holder: Module, Layer {
  let heads: ModuleDict
  init(_ heads: ModuleDict) { self.heads = heads }
  func forward(_ x: Tensor) throws -> Tensor { x }
}

private final class Counter: Module, Layer {
  let fc = Linear(1, 1)
  var calls = 3
  func forward(_ x: Tensor) throws -> Tensor { try fc(x) }
  override func getExtraState() throws -> Tensor? { Tensor(calls) }
  override func setExtraState(_ state: Tensor) throws { calls = try state.item(as: Int.self) }
}

/// State dicts: their keys, hooks and extra entries, and tensors in the places of parameters.
@Suite struct ModuleStateTests {
  // MARK: Keys

  @Test func namesThatCollideAreRefused() throws {
    let appended = Sequential(["1": Linear(2, 2)]).append(Linear(2, 2))
    expectRefusal("…'1' cannot be a module's name: names must be unique, not empty and without…") {
      try appended(.ones(1, 2))
    }
    let text = "two members of Sequential are called '1', and one would be lost in a state dict"
    expectRefusal("…\(text)…") { try appended.stateDict() }
    expectRefusal("…\(text)…") { try Sequential(appended).stateDict() }
    expectRefusal("…\(text)…") { try appended.loadStateDict([:]) }
    for key in ["a.b", ""] {
      let dict = ModuleDict([key: Linear(1, 1)])
      let words = "ModuleDict: '\(key)' cannot be a module's name"
      expectRefusal("…\(words)…") { try dict.stateDict() }
      expectRefusal("…\(words)…") { try Holder(dict)(.ones(1)) }
    }
    expectRefusal("two members of ModuleDict are called 'a'…") {
      try ModuleDict(["a": Linear(1, 1), "a": Linear(1, 1)]).stateDict()
    }
    let late = ModuleDict(["a": Linear(1, 1)])
    late["b.c"] = ReLU()
    expectRefusal("ModuleDict: 'b.c' cannot be a module's name…") { try late.stateDict() }
    late["a"] = ReLU()
    #expect(late.keys == ["a", "b.c"])
  }

  @Test func entriesOfOneKeyAreRefused() throws {
    expectRefusal("two members of Camel are called 'foo_bar', and one would be lost…") {
      try Camel().stateDict()
    }
    expectRefusal("two members of Dotted are called 'layers.1'…") { try Dotted().stateDict() }
    let text = "two entries of the state dict of Crossing have the key 'a.weight'"
    expectRefusal("…\(text)…") { try Crossing().stateDict() }
    expectRefusal("…\(text)…") { try Crossing().loadStateDict([:]) }
  }

  /// Swift's strings of equal meaning are one text, Python's are two.
  @Test func keysAreEqualWhereTheirBytesAre() throws {
    let one = "\u{e9}", two = "e\u{301}"
    #expect(one == two)
    var state: StateDict = [one: Tensor(1.0)]
    state[two] = Tensor(2.0)
    #expect(state.count == 2 && state.values.count == 2)
    #expect(try state[one]?.item() == 1 && state[two]?.item() == 2)
    state[one] = nil
    #expect(state.count == 1 && state.keys[0].unicodeScalars.count == 2)

    let model = Sequential([one: Linear(1, 1, bias: false), two: Linear(1, 1, bias: false)])
    #expect(try model.stateDict().count == 2)
    #expect(try model.getSubmodule(two) === model[1])
    let other: StateDict = try ["\(one).weight": .zeros(1, 1)]
    expectRefusal("…Missing key(s) in state_dict: \"\(two).weight\".…") {
      try model.loadStateDict(other)
    }
    let dict = ModuleDict([one: ReLU(), two: ReLU()])
    #expect(dict.count == 2 && dict[one] !== dict[two])
    let registered = Module()
    try registered.registerModule(one, Linear(1, 1))
    try registered.registerModule(two, Linear(1, 1))
    #expect(try registered.stateDict().count == 4)
  }

  // MARK: Hooks and extra state

  @Test func hooksRunInPyTorchsOrder() throws {
    let model = Sequential(Linear(1, 1), ReLU())
    var log: [String] = []
    for module in try [model, model[0]] as [Module] {
      module.registerStateDictPreHook { log.append("pre \($0.typeName) '\($1)'") }
      module.registerStateDictPostHook { module, state, prefix in
        log.append("post \(module.typeName) '\(prefix)' \(state.keys)")
      }
      module.registerLoadStateDictPreHook { module, _, prefix in
        log.append("load \(module.typeName) '\(prefix)'")
      }
      module.registerLoadStateDictPostHook { module, _ in log.append("loaded \(module.typeName)") }
    }
    try model.loadStateDict(model.stateDict())
    // As torch.nn.Module's.
    #expect(
      log == [
        "pre Sequential ''", "pre Linear '0.'", "post Linear '0.' [\"0.weight\", \"0.bias\"]",
        "post Sequential '' [\"0.weight\", \"0.bias\"]", "load Sequential ''", "load Linear '0.'",
        "loaded Linear", "loaded Sequential",
      ])
  }

  @Test func hooksRenameAndForgiveKeys() throws {
    let model = Sequential(Linear(1, 1, bias: false))
    let rename = model.registerLoadStateDictPreHook { _, state, prefix in
      state[prefix + "0.weight"] = state[prefix + "old"]
      state[prefix + "old"] = nil
    }
    let old: StateDict = try ["old": .full([1, 1], 7.0)]
    try model.loadStateDict(old)
    #expect(try model.getParameter("0.weight").item() == 7)
    rename.remove()
    expectRefusal("…Unexpected key(s) in state_dict: \"old\"…") { try model.loadStateDict(old) }
    model.registerLoadStateDictPostHook { _, keys in keys.unexpectedKeys = [] }
    model.registerLoadStateDictPostHook { _, keys in keys.missingKeys = [] }
    #expect(try model.loadStateDict(old).description == "<All keys matched successfully>")
    model.registerStateDictPostHook { _, state, _ in state["0.weight"] = nil }
    #expect(try model.stateDict().isEmpty)
  }

  @Test func extraStateIsSavedAndLoaded() throws {
    let a = Sequential(Counter()), b = Sequential(Counter())
    try a[0, as: Counter.self].calls = 8
    let state = try a.stateDict()
    #expect(state.keys == ["0._extra_state", "0.fc.weight", "0.fc.bias"])
    try b.loadStateDict(state)
    #expect(try b[0, as: Counter.self].calls == 8)
    expectRefusal("…Missing key(s) in state_dict: \"0._extra_state\"…") {
      try b.loadStateDict(["0.fc.weight": .zeros(1, 1), "0.fc.bias": .zeros(1)])
    }
    expectRefusal("…Unexpected key(s) in state_dict: \"_extra_state\"…") {
      try Linear(1, 1, bias: false).loadStateDict([
        "weight": .zeros(1, 1), "_extra_state": Tensor(1),
      ])
    }
  }

  // MARK: Members

  @Test func submodulesAreReplaced() throws {
    let model = Sequential(["body": Sequential(Linear(1, 2), ReLU()), "head": Linear(2, 1)])
    let x = try Tensor.ones(1, 1)
    _ = try model(x)
    let other = Linear(2, 3)
    try model.setSubmodule("head", other)
    try model.setSubmodule("body.1", Tanh())
    #expect(try model.getSubmodule("head") === other)
    #expect(try model.getSubmodule("body.1") is Tanh)
    #expect(try model(x).shape == [1, 3])
    expectRefusal("Sequential has no submodule `body.7`") {
      try model.setSubmodule("body.7", ReLU())
    }
    expectRefusal("Cannot set the submodule without a target name!") {
      try model.setSubmodule("", ReLU())
    }
    expectRefusal("…a ModuleList is not a Layer") { try model.setSubmodule("head", ModuleList()) }
    let holder = Holder(ModuleDict(["a": ReLU()]))
    try holder.setSubmodule("heads.a", Tanh())
    #expect(holder.heads["a"] is Tanh)
    expectRefusal("`heads` is a stored property, which cannot be replaced from outside…") {
      try holder.setSubmodule("heads", ModuleDict())
    }
    let list = ModuleList([ReLU(), ReLU()])
    try list.setSubmodule("1", Tanh())
    #expect(try list[1] is Tanh)
  }

  @Test func emptyMemoryKeepsShapesAndObjects() throws {
    let layer = BatchNorm1d(3)
    let weight = try #require(layer.weight)
    try layer.toEmpty(device: .cpu)
    #expect(layer.weight === weight && weight.shape == [3] && weight.requiresGrad)
    #expect(layer.numBatchesTracked?.dtype == .int64)
  }

  @Test func tenThousandModulesAreRegistered() throws {
    let module = Module(), dict = ModuleDict(), named = Sequential()
    for i in 0..<10_000 {
      try module.registerModule("m\(i)", ReLU())
      dict["m\(i)"] = ReLU()
      named.append(ReLU())
    }
    #expect(module.children().count == 10_000 && dict.count == 10_000)
    expectRefusal("attribute 'm77' already exists") { try module.registerModule("m77", ReLU()) }
    expectRefusal("module name can't contain \".\", got: a.b") {
      try module.registerModule("a.b", ReLU())
    }
    expectRefusal("attribute '77' already exists") { try named.registerModule("77", ReLU()) }
  }

  // MARK: Computed tensors

  @Test func computedTensorsAreNoParameters() throws {
    let layer = Linear(2, 2), x = try Tensor.ones(1, 2)
    let base = try Tensor.ones(2, 2).requiresGrad_()
    let text =
      "cannot assign a computed tensor as parameter 'weight' of Linear: a parameter is a leaf, and the graph of the tensor would be cut. Assign its detach() to train it anew, or call the module with functionalCall([\"weight\": tensor], x), which keeps the graph"
    // Before and after a first call.
    layer.weight = try base * 2
    expectRefusal(text) { try layer(x) }
    layer.weight = try (base * 2).detach()
    _ = try layer(x)
    layer.weight = try base * 2
    expectRefusal(text) { try layer(x) }
    expectRefusal(text) { try layer.stateDict() }
    // Nothing is cut in silence.
    try F.linear(x, layer.weight).sum().backward()
    #expect(try base.grad?.toArray(as: Double.self) == [2, 2, 2, 2])
    layer.weight = base
    #expect(try layer(x).requiresGrad)
    expectRefusal("Cannot assign non-leaf Tensor to parameter 'w'.…") {
      try Module().registerParameter("w", base * 2)
    }
  }

  @Test func computedTensorsTakeTheParametersPlace() throws {
    let model = Sequential(Linear(2, 2, bias: false), ReLU()), x = try Tensor.ones(1, 2)
    let own = try model.getParameter("0.weight")
    let base = try Tensor.ones(2, 2).requiresGrad_()
    let y = try model.functionalCall(["0.weight": base * 3], x)
    #expect(try y.toArray(as: Double.self) == [6, 6])
    try y.sum().backward()
    #expect(try base.grad?.toArray(as: Double.self) == [3, 3, 3, 3])
    #expect(try model.getParameter("0.weight") === own && own.grad == nil && own.requiresGrad)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try model.withTensors(["0.weight": base]) { throw Stop() } }
    #expect(try model.getParameter("0.weight") === own)
    expectRefusal("functionalCall: Sequential has no parameter or buffer 'weight'") {
      try model.functionalCall(["weight": base], x)
    }
    // A shared parameter is replaced everywhere.
    let tied = Sequential(Linear(2, 2, bias: false), Linear(2, 2, bias: false))
    try tied[1, as: Linear.self].weight = tied[0, as: Linear.self].weight
    let z = try tied.functionalCall(["0.weight": .eye(2)], x)
    #expect(try z.toArray(as: Double.self) == [1, 1])
  }

  /// PyTorch 0.3 had vectors of one element where there are numbers now.
  @Test func numbersMayComeAsVectors() throws {
    let norm = BatchNorm1d(2)
    var state = try norm.stateDict()
    state["num_batches_tracked"] = Tensor([7])
    try norm.loadStateDict(state)
    #expect(try norm.stateDict()["num_batches_tracked"]?.item(as: Int.self) == 7)
    state["num_batches_tracked"] = Tensor([7, 8])
    expectRefusal("…size mismatch for num_batches_tracked…") { try norm.loadStateDict(state) }
  }
}
