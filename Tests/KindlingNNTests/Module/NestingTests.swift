import Kindling
import Testing
import _TestExpectations

private final class SelfHolding: Module, Layer {
  var inner: Module?
  func forward(_ x: Tensor) throws -> Tensor {
    guard let inner = inner as? SelfHolding else { return x }
    return try inner(x)
  }
}

/// Modules nested very deep, below themselves or in very many places.
@Suite struct NestingTests {
  private func nested(_ depth: Int, _ wrap: (Module) -> Module) -> Module {
    var module: Module = Linear(1, 1)
    for _ in 0..<depth { module = wrap(module) }
    return module
  }

  @Test func deepContainersAreReleased() throws {
    let depth = 100_000
    do { _ = nested(depth) { ModuleList([$0]) } }
    do { _ = nested(depth) { ModuleDict(["a": $0]) } }
    do { _ = nested(depth) { ($0 as? any Layer).map { Sequential($0) } ?? $0 } }
    do {
      _ = nested(depth) { inner in
        let outer = Module()
        try? outer.registerModule("inner", inner)
        return outer
      }
    }
  }

  @Test func deepContainersAreVisitedOrRefused() throws {
    let deep = nested(20_000) { ModuleList([$0]) }
    #expect(deep.modules().count == 20_001)
    #expect(deep.parameters().count == 2)
    #expect(deep.eval().modules().last?.isTraining == false)
    var count = 0
    deep.apply { _ in count += 1 }
    #expect(count == 20_001)
    #expect(deep.description.contains("ModuleList(...)"))
    expectRefusal("modules are nested more than 500 levels deep") { try deep.stateDict() }
    expectRefusal("modules are nested more than 500 levels deep") { try deep.loadStateDict([:]) }
    let layers = nested(100_000) { ($0 as? any Layer).map { Sequential($0) } ?? $0 }
    expectRefusal("calls of modules are nested too deep…") {
      try (layers as? any Layer)?(.ones(1, 1))
    }
    let fine = nested(100) { ($0 as? any Layer).map { Sequential($0) } ?? $0 }
    #expect(try (fine as? any Layer)?(.ones(1, 1)).shape == [1, 1])
    #expect(try fine.stateDict().count == 2)
  }

  @Test func modulesThatHoldThemselvesAreRefused() throws {
    let x = try Tensor.ones(1, 1)
    let text =
      "calls of modules are nested too deep for this thread's stack, the last one of "
    let loop = Sequential(Linear(1, 1))
    loop.append(loop)
    expectRefusal("…\(text)…") { try loop(x) }
    // The module works again.
    #expect(try Sequential(Linear(1, 1))(x).shape == [1, 1])
    #expect(loop.modules().count == 2)
    let holder = SelfHolding()
    holder.inner = holder
    expectRefusal("…\(text)…") { try holder(x) }
    holder.inner = nil
    let hooked = Linear(1, 1)
    let handle = hooked.registerForwardHook { module, inputs, _ in
      try (module as? Linear)?(inputs[0])
    }
    expectRefusal("…does a module hold itself, or a hook call its own module?") { try hooked(x) }
    handle.remove()
    #expect(try hooked(x).shape == [1, 1])
  }

  /// 2²⁶ paths lead to the innermost layer.
  @Test func modulesInVeryManyPlacesAreBounded() throws {
    var module: any Layer = Linear(1, 1)
    for _ in 0..<26 { module = Sequential(module, module) }
    #expect(module.modules().count == 27)
    #expect(module.parameters().count == 2)
    #expect(module.description.count < 10_000_000)
    let text = "more than 200000 paths lead through the modules of Sequential"
    expectRefusal("…\(text)…") { try module.stateDict() }
    expectRefusal("…\(text)…") { try module.loadStateDict([:]) }
  }
}
