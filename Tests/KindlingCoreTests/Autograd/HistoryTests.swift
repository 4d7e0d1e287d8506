import Kindling
import Testing
import _TestExpectations

/// Hooks, saved tensors and histories where PyTorch has rules of its own.
@Suite struct HistoryTests {
  private func leaf(_ values: [Double]) throws -> Tensor {
    try Tensor(values, dtype: .float64).requiresGrad_()
  }

  private func values(_ t: Tensor?) throws -> [Double]? { try t?.toArray(as: Double.self) }

  @Test func writingIntoAViewOfATensorOutsideTheGraph() throws {
    let x = try leaf([1, 2])
    let z = try Tensor.zeros(2, 2, dtype: .float64)
    let row = try z.select(0, 0)
    try row.copy_(x * 3)
    #expect(z.gradFn?.name == "CopySlices" && row.gradFn?.name == "AsStridedBackward0")
    #expect(z.gradFn?.nextFunctions[0] == nil)
    try (z * z).sum().backward()
    #expect(try values(x.grad) == [18, 36])
  }

  @Test func overlappingViewsOfAChangedBase() throws {
    let x = try leaf([1, 2, 3])
    let y = try x * 1
    let windows = try y.unfold(0, 2, 1)
    let wide = try y.select(0, 0).expand([3])
    try y.mul_(2)
    try (windows.sum() + wide.sum()).backward()
    #expect(try values(x.grad) == [8, 4, 2])
  }

  @Test func higherDerivativesThroughWritesInPlace() throws {
    let x = try leaf([1, 2])
    let y = try x * x
    try y.select(0, 1).exp_()
    let g = try grad(of: y.sum(), withRespectTo: x, createGraph: true)
    let h = try grad(of: g.sum(), withRespectTo: x)
    let e = try Tensor(4.0, dtype: .float64).exp().item()
    #expect(try values(g) == [2, 4 * e])
    let second = try #require(try values(h))
    #expect(second[0] == 2 && abs(second[1] - 18 * e) < 1e-9)
  }

  @Test func detachSharesTheVersionAndDataDoesNot() throws {
    let x = try leaf([1, 2])
    let y = try x.exp()
    try y.data.add_(1)
    try y.sum().backward()
    let z = try x.exp()
    try z.detach().add_(1)
    #expect(throws: TensorError.self) { try z.sum().backward() }
  }

  @Test func logicInPlaceKeepsTheHistory() throws {
    let x = try leaf([1, 0])
    try x.logicalNot_()
    #expect(try values(x.detach()) == [0, 1] && x.isLeaf && x.requiresGrad)
    let y = try x * 3
    try y.logicalAnd_(Tensor([1.0, 1.0], dtype: .float64))
    #expect(try y.gradFn?.name == "MulBackward0" && values(y.detach()) == [0, 1])
    try y.heaviside_(Tensor([1.0, 1.0], dtype: .float64))
    #expect(y.gradFn?.name == "NotImplemented")
  }

  @Test func aViewStaysInTheGraphThatItsBaseLeft() throws {
    let x = try leaf([1, 2])
    let view = try x.view([2, 1])
    try x.detach_()
    try x.add_(1)
    #expect(view.requiresGrad && view.gradFn?.name == "AsStridedBackward0")
    try view.sum().backward()
  }

  @Test(arguments: [0, 2]) func aViewInTheGraphOfALeafThatLeftItIsNotWrittenTo(count: Int) throws {
    let x = try leaf([1, 2, 3])
    let view = try x.narrow(0, 0, count)
    try x.requiresGrad_(false)
    #expect(view.requiresGrad)
    let forms: [() throws -> Tensor] = [
      { try view.mul_(2) }, { try view.copy_(.zeros(like: view)) }, { try view.zero_() },
    ]
    for form in forms {
      expectRefusal("…a view of a leaf Variable that requires grad…") { try form() }
    }
    try x.mul_(2)
    #expect(try values(x) == [2, 4, 6])
  }

  @Test func viewsMadeWithoutRecordingAreInputsThatNothingReaches() throws {
    let x = try leaf([1, 2])
    let view = try inferenceMode { try x.unsqueeze(0) }
    let found = try grad(
      of: [x.sum()], withRespectTo: [view], allowUnused: true, materializeGrads: true)
    #expect(try found[0]?.shape == [1, 2] && values(found[0]?.flatten()) == [0, 0])
    expectRefusal("grad: …not have been used…") { try grad(of: x.sum(), withRespectTo: view) }
  }

  @Test func reductionsAtIndexesKeepTheirResult() throws {
    let x = try leaf([1, 2]), index = Tensor([0, 1]), source = try leaf([3, 4])
    for reduce in [ScatterReduction.sum, .prod, .mean, .amax, .amin] {
      let y = try x.scatterReduce(0, index, source, reduce)
      try noGrad { _ = try y.mul_(1) }
      expectRefusal("backward: …modified by an inplace operation…") { try y.sum().backward() }
      try (x * 1).scatterReduce_(0, index, source, reduce).sum().backward()
    }
  }

  @Test func theGradientOfAVarianceWithoutFreedom() throws {
    let x = try leaf([1, 2])
    let whole = try grad(of: x.var(correction: 3), withRespectTo: x, createGraph: true)
    #expect(try !whole.requiresGrad && values(whole) == [.infinity, .infinity])
    let row = try grad(of: x.var(dim: 0, correction: 3), withRespectTo: x, createGraph: true)
    #expect(try row.requiresGrad && values(row.detach()) == [1, -1])
  }

  @Test func copiesIntoOtherThanFloatsHaveNoHistory() throws {
    let y = try Tensor([true, false]).copy_(leaf([0, 2]))
    #expect(try !y.requiresGrad && y.toArray(as: Bool.self) == [false, true])
  }

  @Test func aPowerOfFalseHasASlope() throws {
    // PyTorch's shortcut for an exponent of 0 does not see this one.
    let x = try leaf([2, -2])
    let g = try grad(of: x.pow(false).sum(), withRespectTo: x, createGraph: true)
    #expect(try g.requiresGrad && values(g.detach()) == [0, -0.0])
  }

  @Test func aCountOfElementsHasNoGradient() throws {
    let x = try leaf([2, 0])
    try x.norm(p: 0).backward()
    #expect(x.grad == nil)
    try x.view([1, 2]).cdist(x.view([1, 2]) * 2, p: 0).sum().backward()
    #expect(try values(x.grad) == [0, 0])
  }

  @Test func hooksChangeWhatGoesOn() throws {
    let x = try leaf([2]), y = try x * 3
    try y.registerHook { try $0 * 2 }
    #expect(try values(grad(of: y.sum(), withRespectTo: y, retainGraph: true)) == [2])
    let both = try grad(of: [y.sum()], withRespectTo: [x, y])
    #expect(try values(both[0]) == [6] && values(both[1]) == [1])
  }

  @Test func viewsOfResultsMadeWithoutRecordingAreWritable() throws {
    let y = try leaf([1, 1, 2]).view([1, 3]).uniqueConsecutive(dim: -1)
    try y.slice(0, 0, 1).sub_(1)
    #expect(try values(y.detach().flatten()) == [0, 1])
  }

  @Test func theMedianOfNothingRequiresAGradient() throws {
    #expect(try leaf([]).median().gradFn?.name == "MedianBackward0")
  }

  @Test func detachInPlace() throws {
    let y = try leaf([1]) * 2
    try y.detach_()
    #expect(y.isLeaf && !y.requiresGrad)
  }

  @Test func retainedGradientsFollowWritesInPlace() throws {
    let x = try leaf([1])
    let y = try x * 2
    try y.retainGrad()
    try y.mul_(3)
    try (y * 5).sum().backward()
    #expect(try values(y.grad) == [5] && values(x.grad) == [30])
  }

  @Test func hooksOfNodes() throws {
    let x = try leaf([1])
    let y = try x * 2
    let node = try #require(y.gradFn)
    var log: [String] = []
    node.registerPrehook { g in
      log.append("pre")
      return [try g[0].map { try $0 * 10 }]
    }
    let after = node.registerHook { inputs, outputs in
      log.append("post \(inputs.count) \(try outputs[0]?.item() ?? 0)")
      return [try inputs[0].map { try $0 + 1 }, nil]
    }
    try y.sum().backward(retainGraph: true)
    #expect(log == ["pre", "post 2 10.0"])
    #expect(try values(x.grad) == [21])
    after.remove()
    x.grad = nil
    try y.sum().backward()
    #expect(try values(x.grad) == [20])
    #expect("\(node)" == "<MulBackward0>")
  }

  @Test func savedTensorsCanBePacked() throws {
    let x = try leaf([1, 2])
    var kept: [[Double]] = []
    let y = try savedTensorsHooks(
      pack: { t in
        kept.append(try t.toArray(as: Double.self))
        return kept.count - 1
      },
      unpack: { i in try Tensor(kept[i as? Int ?? 0], dtype: .float64) * 2 }
    ) { try x * x }
    try y.sum().backward()
    #expect(kept == [[1, 2], [1, 2]])
    #expect(try values(x.grad) == [4, 8])
  }

  @Test func checkpointsNestAndKeepTheRandomState() throws {
    try withDefaultGenerator(Generator()) { try nestedCheckpoints() }
  }

  private func nestedCheckpoints() throws {
    let x = try leaf([1, 2, 3])
    var runs = 0
    let noisy: (Tensor) throws -> Tensor = { t in
      runs += 1
      return try t * Tensor.rand(3, dtype: .float64) * t
    }
    manualSeed(1)
    try noisy(noisy(x)).sum().backward()
    let plain = try #require(try values(x.grad))
    x.grad = nil
    manualSeed(1)
    let y = try checkpoint({ (t: Tensor) in try checkpoint(noisy, checkpoint(noisy, t)) }, x)
    let after = try Tensor.rand(1, dtype: .float64).item()
    try y.sum().backward()
    #expect(try values(x.grad) == plain)
    manualSeed(1)
    _ = try Tensor.rand(6, dtype: .float64)
    #expect(try Tensor.rand(1, dtype: .float64).item() == after)
  }

  @Test func customFunctionsWithSeveralOutputs() throws {
    let x = try leaf([1, 2])
    let both = try SumAndSign().applyAll([x])
    #expect(both[0].gradFn?.name == "SumAndSignBackward" && !both[1].requiresGrad)
    try both[0].backward()
    #expect(try values(x.grad) == [1, 1])
    let y = try x * 1
    let doubled = try DoubleInPlace().apply(y)
    #expect(doubled === y && y.gradFn?.name == "DoubleInPlaceBackward")
    try y.sum().backward()
    #expect(try values(x.grad) == [3, 3])
    expectRefusal("…a leaf Variable that requires grad…") { try DoubleInPlace().apply(x) }
  }

  @Test func jacobiansOfConstants() throws {
    let x = try Tensor([1.0, 2.0], dtype: .float64)
    let j = try Autograd.jacobian({ _ in try Tensor.ones(3, dtype: .float64) }, x)
    #expect(j.shape == [3, 2])
    #expect(try values(j) == [0, 0, 0, 0, 0, 0])
    let blocks = try Autograd.hessian({ try ($0[0] * $0[1]).sum() }, [x, x])
    #expect(try values(blocks[0][1]) == [1, 0, 0, 1] && values(blocks[0][0]) == [0, 0, 0, 0])
    expectRefusal("vhp: …single element…") { try Autograd.vhp({ $0 }, x, x) }
    expectRefusal("vjp: v has invalid size…") { try Autograd.vjp({ $0 }, x, Tensor.ones(3)) }
  }

  @Test func infiniteGradientsOfATraceStayOnTheDiagonal() throws {
    let x = try leaf([1, 2, 3])
    try x.view(3, 1).trace().backward(Tensor(Double.infinity, dtype: .float64))
    #expect(try values(x.grad) == [.infinity, 0, 0])
  }

  @Test func gradientOfANumbersProductIsThatOfTheNumber() throws {
    let x = try Tensor(2.0).requiresGrad_()
    let g = try grad(of: x.prod(dim: 0), withRespectTo: x, createGraph: true)
    #expect(try g.item() == 1 && !g.requiresGrad)
  }
}

private struct SumAndSign: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    let sign = try inputs[0].sign()
    ctx.markNonDifferentiable(sign)
    return [try inputs[0].sum(), sign]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [try gradients[0].expand([2])]
  }
}

private struct DoubleInPlace: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    ctx.markDirty(inputs[0])
    return [try inputs[0].mul_(2)]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [try gradients[0] * 2]
  }
}
