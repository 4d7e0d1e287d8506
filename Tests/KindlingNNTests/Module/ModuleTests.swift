import Kindling
import Testing
import _TestExpectations

private class Base: Module {
  @Parameter var scale = Tensor([2.0])
  @Buffer var runningMean = Tensor([0.5])
  @Buffer(persistent: false) var scratch = Tensor([0.0])
  let fc1 = Linear(2, 2)
}

private final class Derived: Base {
  @Parameter("weight_ih_l0") var input = Tensor([1.0])
  @Parameter var absent: Tensor? = nil
  @Submodule("head.out") var head = Linear(2, 1)
  var optional: Linear?
  var layers = [Linear(1, 1), Linear(1, 2)]
  let byName: [String: Module] = ["b": Linear(1, 1), "a": ReLU()]
  let number = 3
  let text = "text"
}

private final class TwoInputs: Module {
  let fc = Linear(2, 2)
  func forward(_ a: Tensor, _ b: Tensor) throws -> Tensor { try fc(a) + b }
  func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try call([a, b]) { try forward($0[0], $0[1]) }
  }
}

private final class Tied: Module {
  let encoder = Linear(2, 2, bias: false)
  let decoder = Linear(2, 2, bias: false)
  override init() {
    super.init()
    decoder.weight = encoder.weight
  }
}

private final class Parent: Module {
  let child = Child()
  override init() {
    super.init()
    child.parent = self
  }
}
private final class Child: Module {
  weak var parent: Parent?
  let fc = Linear(1, 1)
}

private final class Lazy: Module, Layer {
  lazy var fc = Linear(2, 2)
  func forward(_ x: Tensor) throws -> Tensor { try fc(x) }
}
private final class InTuple: Module, Layer {
  let pair = (Linear(2, 2), 3)
  func forward(_ x: Tensor) throws -> Tensor { try pair.0(x) }
}
private final class Nested: Module, Layer {
  let rows = [[Linear(2, 2)]]
  func forward(_ x: Tensor) throws -> Tensor { try rows[0][0](x) }
}
private struct Pair { let a = Parameter(wrappedValue: Tensor([1.0])) }
private final class InStruct: Module, Layer {
  let pair = Pair()
  func forward(_ x: Tensor) throws -> Tensor { x }
}

struct ModuleTests {
  @Test func findsMembersThroughSuperclassesAndCollections() throws {
    let module = Derived()
    let keys = [
      "scale", "weight_ih_l0", "running_mean", "fc1.weight", "fc1.bias", "head.out.weight",
      "head.out.bias", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
      "by_name.b.weight", "by_name.b.bias",
    ]
    #expect(try module.stateDict().keys == keys)
    #expect(module.namedParameters().count == 12)
    #expect(module.namedBuffers().map(\.name) == ["running_mean", "scratch"])
    #expect(
      module.namedChildren().map(\.name)
        == ["fc1", "head.out", "layers.0", "layers.1", "by_name.a", "by_name.b"])
    #expect(try module.getParameter("layers.1.bias") === module.layers[1].bias)
    #expect(try module.getSubmodule("head.out") === module.head)
    #expect(try module.getBuffer("running_mean") === module.runningMean)
  }

  @Test func seesWhatIsAssignedLater() throws {
    let module = Derived()
    let before = module.parameters().count
    module.optional = Linear(3, 3)
    module.layers.append(Linear(1, 3))
    module.absent = Tensor([1.0])
    #expect(module.parameters().count == before + 5)
    #expect(module.absent?.requiresGrad == true)
    module.head = Linear(7, 7)
    #expect(try module.getParameter("head.out.weight").shape == [7, 7])
  }

  @Test func sharedParametersCountOnce() throws {
    let module = Tied()
    #expect(module.parameters().count == 1)
    #expect(try module.stateDict().keys == ["encoder.weight", "decoder.weight"])
  }

  @Test func cyclesAreCut() throws {
    let module = Parent()
    #expect(module.modules().count == 3)
    #expect(try module.stateDict().keys == ["child.fc.weight", "child.fc.bias"])
    #expect(module.description.contains("Parent(...)"))
    #expect(module.eval().child.fc.isTraining == false)
  }

  @Test func hiddenMembersAreReported() throws {
    let x = try Tensor.ones(1, 2)
    expectRefusal("the lazy property 'fc' of Lazy…") { try Lazy()(x) }
    expectRefusal("the property 'pair' of InTuple…") { try InTuple()(x) }
    expectRefusal("the property 'rows' of Nested…") { try Nested()(x) }
    expectRefusal("the property 'pair' of InStruct…") { try InStruct()(x) }
    expectRefusal("the lazy property 'fc' of Lazy…") { try Sequential(Lazy()).stateDict() }
    expectRefusal("…use a stored property, an optional, an array…") {
      try Nested().loadStateDict([:])
    }
  }

  @Test func stateDictsRoundTripAndListWhatDiffers() throws {
    let a = Sequential(Linear(3, 2), ReLU(), Linear(2, 1)),
      b = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
    #expect(try b.loadStateDict(a.stateDict()).description == "<All keys matched successfully>")
    let x = try Tensor.ones(4, 3)
    #expect(try a(x).equal(b(x)))

    let before = try a.getParameter("2.bias").item()
    let wrong: StateDict = try [
      "0.weight": .zeros(3, 3), "0.bias": .zeros(2), "2.bias": .zeros(4), "x": .zeros(1),
    ]
    expectRefusal(
      "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: \"2.weight\". \n\tUnexpected key(s) in state_dict: \"x\". \n\tsize mismatch for 0.weight: copying a param with shape torch.Size([3, 3]) from checkpoint, the shape in current model is torch.Size([2, 3]).\n\tsize mismatch for 2.bias: copying a param with shape torch.Size([4]) from checkpoint, the shape in current model is torch.Size([1])."
    ) { try a.loadStateDict(wrong) }
    #expect(try a.getParameter("2.bias").item() == before)
    let loose = try a.loadStateDict(["0.bias": .zeros(2), "x": .zeros(1)], strict: false)
    #expect(
      loose.description
        == "_IncompatibleKeys(missing_keys=['0.weight', '2.weight', '2.bias'], unexpected_keys=['x'])"
    )
    #expect(try a.getParameter("0.bias").toArray(as: Double.self) == [0, 0])
  }

  @Test func convertingKeepsParametersTheSameObjects() throws {
    let module = Derived()
    let optimizer = try SGD(module.parameters(), lr: 0.5)
    let weight = module.fc1.weight
    #expect(try module.double() === module)
    #expect(module.fc1.weight === weight)
    #expect(weight.dtype == .float64 && weight.requiresGrad && weight.isLeaf)
    #expect(module.runningMean.dtype == .float64)
    try module.fc1(Tensor.ones([1, 2], dtype: .float64)).sum().backward()
    let before = try weight.clone()
    try optimizer.step()
    #expect(try !weight.equal(before))
    try module.float()
    #expect(weight.dtype == .float32 && weight.grad?.dtype == .float32)
    expectRefusal("Module.to only accepts floating point dtypes, but got desired dtype=int64") {
      try module.to(.int64)
    }
    expectRefusal("device cuda is not available…") { try module.to(.cuda) }
  }

  @Test func frozenParametersStayAndCostNothing() throws {
    let model = Sequential(Linear(3, 4), ReLU(), Linear(4, 2))
    let frozen = try model[0, as: Linear.self]
    try frozen.requiresGrad_(false)
    let before = try frozen.weight.toArray(as: Float.self)
    let optimizer = try SGD(model.parameters(), lr: 0.1, momentum: 0.9, weightDecay: 0.1)
    let y = try model(Tensor.ones(2, 3))
    // The graph ends at the frozen layer: its product has no node.
    #expect(y.gradFn?.nextFunctions[1] == nil)
    try y.sum().backward()
    try optimizer.step()
    #expect(frozen.weight.grad == nil)
    #expect(try frozen.weight.toArray(as: Float.self) == before)
    frozen.weight = frozen.weight
    #expect(!frozen.weight.requiresGrad)
  }

  @Test func hooksRunInCallsAndNotInForward() throws {
    let model = Sequential(Linear(2, 2))
    var log: [String] = []
    let handles = [
      model.registerForwardPreHook { _, _ in
        log.append("pre"); return nil
      },
      model.registerForwardHook { _, _, y in
        log.append("post"); return try y * 2.0
      },
    ]
    let x = try Tensor.ones(1, 2)
    let plain = try model.forward(x)
    #expect(log.isEmpty)
    #expect(try model(x).equal(plain * 2.0))
    #expect(log == ["pre", "post"])
    handles.forEach { $0.remove() }
    #expect(try model(x).equal(plain))
    #expect(log == ["pre", "post"])
  }

  @Test func preHooksReplaceInputs() throws {
    let identity = Identity()
    identity.registerForwardPreHook { _, inputs in [try inputs[0] + 1.0] }
    #expect(try identity(Tensor([1.0])).item() == 2)
    identity.registerForwardPreHook { _, _ in [] }
    expectRefusal("a forward pre-hook of Identity returned 0 inputs instead of 1") {
      try identity(Tensor([1.0]))
    }
  }

  @Test func backwardHooksSeeAndReplaceGradients() throws {
    let model = Linear(2, 1)
    var seen: [Double] = []
    model.registerFullBackwardPreHook { _, gradOutput in [try gradOutput[0]?.mul(3)] }
    model.registerFullBackwardHook { _, gradInput, gradOutput in
      seen = [try gradOutput[0]?.item() ?? -1]
      return [try gradInput[0]?.mul(0)]
    }
    let x = try Tensor.ones([1, 2], requiresGrad: true)
    try model(x).sum().backward()
    #expect(seen == [3])
    #expect(try model.bias?.grad?.item() == 3)
    #expect(try x.grad?.toArray(as: Double.self) == [0, 0])
    // Without an input that needs a gradient the hook still runs, and gets none.
    try model(Tensor.ones(1, 2)).sum().backward()
    #expect(seen == [3])
  }

  @Test func modulesWithOtherSignaturesRunHooks() throws {
    let module = TwoInputs()
    var count = 0
    module.registerForwardHook { _, inputs, _ in
      count += inputs.count; return nil
    }
    _ = try module(Tensor.ones(1, 2), Tensor.ones(1, 2))
    #expect(count == 2)
  }

  @Test func applyVisitsChildrenFirst() throws {
    var names: [String] = []
    Sequential(Linear(1, 1), Sequential(ReLU())).apply { names.append($0.typeName) }
    #expect(names == ["Linear", "ReLU", "Sequential", "Sequential"])
  }

  @Test func zeroGradClearsAll() throws {
    let model = Linear(2, 1)
    try model(Tensor.ones(1, 2)).sum().backward()
    model.zeroGrad(setToNone: false)
    #expect(try model.weight.grad?.toArray(as: Double.self) == [0, 0])
    model.zeroGrad()
    #expect(model.weight.grad == nil && model.bias?.grad == nil)
  }

  @Test func membersCanBeRegistered() throws {
    let module = Identity()
    try module.registerParameter("w", Tensor([1.0]))
    try module.registerBuffer("b", Tensor([1.0]), persistent: false)
    try module.registerModule("sub", Linear(1, 1))
    #expect(module.namedParameters().map(\.name) == ["w", "sub.weight", "sub.bias"])
    #expect(try module.stateDict().keys == ["w", "sub.weight", "sub.bias"])
    expectRefusal("attribute 'w' already exists") { try module.registerBuffer("w", nil) }
    expectRefusal("parameter name can't contain \".\"…") {
      try module.registerParameter("a.b", nil)
    }
    expectRefusal("module name can't be empty string \"\"") { try module.registerModule("", nil) }
  }

  @Test func missingPathsThrow() throws {
    let model = Sequential(Linear(1, 1))
    expectRefusal("Sequential has no submodule `3`") { try model.getSubmodule("3") }
    expectRefusal("Sequential has no parameter `0.foo`") { try model.getParameter("0.foo") }
    expectRefusal("Sequential has no buffer `0.weight`") { try model.getBuffer("0.weight") }
    expectRefusal("index 3 is out of range for 1 modules") { try model[3] }
    expectRefusal("Sequential: layer 0 is a Linear, not a ReLU") { try model[0, as: ReLU.self] }
    expectRefusal("Sequential: 'a.b' cannot be a module's name…") {
      try Sequential(["a.b": Identity()])(Tensor([1.0]))
    }
  }

  @Test func containersCanBeEdited() throws {
    let model = Sequential(Linear(1, 2)).append(ReLU())
    try model.replace(-1, with: Tanh())
    #expect(model.count == 2)
    #expect(try model[1] is Tanh)
    #expect(model.map(\.typeName) == ["Linear", "Tanh"])
    let named = Sequential(["conv": Linear(1, 2), "act": ReLU()])
    #expect(named["act"] is ReLU)
    #expect(try named.stateDict().keys == ["conv.weight", "conv.bias"])
    let list = ModuleList([ReLU()])
    try list.insert(0, Tanh())
    #expect(try list[0] is Tanh && list.count == 2)
    let dict = ModuleDict(["a": ReLU()])
    dict["b"] = Tanh()
    dict["a"] = nil
    #expect(dict.keys == ["b"] && dict.count == 1)
  }

  /// The printed forms and the texts of errors are PyTorch's.
  @Test func parameterLists() throws {
    final class Scales: Module {
      let all = ParameterList([Tensor([1.0, 2.0]), Tensor(0.5)])
    }
    let model = Scales()
    #expect(try model.stateDict().keys == ["all.0", "all.1"])
    #expect(
      model.description == """
        Scales(
          (all): ParameterList(
              (0): Parameter containing: [torch.float32 of size 2]
              (1): Parameter containing: [torch.float32 of size ]
          )
        )
        """)
    #expect(ParameterList().description == "ParameterList()")
    #expect(
      ParameterList([Tensor(0.5)]).description
        == "ParameterList(  (0): Parameter containing: [torch.float32 of size ])")
    try model.all.append(Tensor([[3.0]]))
    #expect(model.all.count == 3 && model.all.map(\.ndim) == [1, 0, 2])
    #expect(try model.all[-1].requiresGrad)
    expectRefusal("index 3 is out of range for 3 parameters") { try model.all[3] }
    let refused =
      "ParameterList: Only Tensors of floating point and complex dtype can require gradients, got int64"
    expectRefusal(refused) { try model.all.append(Tensor([1])) }
    expectRefusal(refused) { try ParameterList([Tensor([1])]).stateDict() }
    let computed = try model.all[0] * 2
    #expect(try ParameterList([computed])[0].isLeaf)
  }
}
