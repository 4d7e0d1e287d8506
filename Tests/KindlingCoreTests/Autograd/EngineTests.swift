import Kindling
import Testing

@Suite struct EngineTests {
  private func leaf(_ values: [Double]) throws -> Tensor {
    try Tensor(values, dtype: .float64).requiresGrad_()
  }

  private func values(_ t: Tensor?) throws -> [Double]? { try t?.toArray(as: Double.self) }

  @Test func gradientsOfSharedPartsAddUp() throws {
    let x = try leaf([1, 2, 3])
    let y = try x * x
    try (y + y * x).sum().backward()
    #expect(try values(x.grad) == [5, 16, 33])
  }

  @Test func gradAccumulatesIntoOneObject() throws {
    let x = try leaf([1, 2])
    try (x * x).sum().backward()
    let first = try #require(x.grad)
    try (x * x).sum().backward()
    #expect(x.grad === first)
    #expect(try values(first) == [4, 8])
  }

  @Test func aSharedGradientIsCopied() throws {
    let x = try leaf([1, 2])
    let seed = try Tensor([1.0, 1.0], dtype: .float64)
    try x.backward(seed)
    try x.backward(seed)
    #expect(try values(seed) == [1, 1])
    #expect(try values(x.grad) == [2, 2])
  }

  @Test func secondBackwardNeedsARetainedGraph() throws {
    let x = try leaf([1, 2])
    let y = try (x * x).sum()
    try y.backward(retainGraph: true)
    try y.backward()
    #expect(throws: TensorError.self) { try y.backward() }
    let z = try (x + x).sum()
    try z.backward()
    try z.backward()  // nothing was saved, as in PyTorch
  }

  @Test func higherDerivatives() throws {
    let x = try leaf([2])
    let y = try x * x * x
    let g = try grad(of: y, withRespectTo: x, createGraph: true)
    let h = try grad(of: g, withRespectTo: x, createGraph: true)
    let k = try grad(of: h, withRespectTo: x)
    #expect(try [values(g), values(h), values(k)] == [[12], [12], [6]])
    let e = try x.exp()
    let de = try grad(of: e, withRespectTo: x, createGraph: true)
    let dde = try grad(of: de, withRespectTo: x)
    #expect(try values(dde) == values(e))
  }

  @Test func gradLeavesOtherLeavesAlone() throws {
    let x = try leaf([1, 2]), y = try leaf([3, 4]), u = try leaf([1])
    let z = try (x * y).sum()
    let g = try grad(of: [z], withRespectTo: [x, u], allowUnused: true)
    #expect(try values(g[0]) == [3, 4] && g[1] == nil && x.grad == nil && y.grad == nil)
  }

  @Test func backwardIntoChosenInputs() throws {
    let x = try leaf([1, 2]), y = try leaf([3, 4])
    try (x * y).sum().backward(inputs: [x])
    #expect(try values(x.grad) == [3, 4] && y.grad == nil)
  }

  @Test func hooksRunInOrderAndMayReplace() throws {
    let x = try leaf([1])
    var log: [String] = []
    let handle = try x.registerHook {
      log.append("x"); return try $0 * 10
    }
    let y = try x * 2
    try y.retainGrad()
    try y.registerHook {
      log.append("y"); return try $0 + 1
    }
    try y.sum().backward(retainGraph: true)
    #expect(log == ["y", "x"])
    #expect(try values(x.grad) == [40] && values(y.grad) == [2])
    handle.remove()
    x.grad = nil
    try x.registerPostAccumulateGradHook { log.append("post \(try $0.grad?.item() ?? 0)") }
    try (x * 3).sum().backward()
    #expect(log == ["y", "x", "post 3.0"])
  }

  @Test func inPlaceOnAViewRewritesTheBase() throws {
    let x = try leaf([1, 2, 3, 4])
    let y = try x * 1
    let m = try y.view([2, 2])
    let column = try m.transpose(0, 1)
    try column.mul_(column.clone())
    #expect(y.gradFn?.name == "CopySlices")
    #expect(column.gradFn?.name == "AsStridedBackward0")
    #expect(m.gradFn?.name == "AsStridedBackward0")
    try (y * y).sum().backward()
    #expect(try values(x.grad) == [4, 32, 108, 256])
  }
}
