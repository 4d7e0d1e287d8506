import Kindling
import Testing
import _TestSupport

/// Functions at masks that hide everything, at places that are no numbers, and at refused values.
///
/// Values at special numbers are the matter of `SpecialValueSuiteTests`.
struct SpecialValueTests {
  @Test func attentionThatSeesNothingKeepsFiniteGradients() throws {
    let q = try Tensor([[0.5, -1.0], [1.0, 2.0]]).requiresGrad_()
    let k = try Tensor([[1.0, 0.0], [0.0, 1.0]]).requiresGrad_()
    let mask = try Tensor([[-Double.infinity, -.infinity], [0, 0]]).requiresGrad_()
    for (shape, bool) in [([1, 2, 2], false), ([1, 1, 2, 2], false), ([1, 1, 2, 2], true)] {
      for leaf in [q, k, mask] { leaf.grad = nil }
      let given = bool ? try mask.eq(0) : mask
      let y = try F.scaledDotProductAttention(
        q.view(shape), k.view(shape), k.view(shape), attnMask: given)
      try y.sum().backward()
      try assertClose(y.view(4), [0, 0, 0.33023846, 0.66976154], rtol: 1e-5, "output")
      let (dq, dk) = (try #require(q.grad), try #require(k.grad))
      try assertClose(dq.view(4), [0, 0, 0, 0], atol: 1e-6, "query")
      try assertClose(
        dk.view(4), [0.33023846, 0.33023846, 0.66976154, 0.66976154], rtol: 1e-5, "key")
      if !bool {
        try assertClose(try #require(mask.grad).view(4), [0, 0, 0, 0], atol: 1e-6, "mask")
      }
    }
  }

  @Test func aPaddedSampleLeavesTheParametersFinite() throws {
    let attention = MultiheadAttention(4, 2, batchFirst: true)
    let x = try Tensor.randn(2, 3, 4).requiresGrad_()
    let padding = try Tensor([[true, true, true], [false, false, true]])
    try attention(x, x, x, keyPaddingMask: padding, needWeights: false).output.sum().backward()
    for (name, parameter) in attention.namedParameters() {
      let grad = try #require(parameter.grad, "\(name)")
      #expect(try grad.isfinite().all().item(as: Bool.self), "\(name)")
    }
    #expect(try #require(x.grad)[0].eq(0).all().item(as: Bool.self))
  }

  @Test(arguments: [
    (GridMode.bilinear, GridPadding.zeros, Double.nan, Double.nan, [0.0, .nan]),
    (.bilinear, .border, .nan, 4.75, [0, 3]), (.bilinear, .border, .infinity, 6.75, [0, 3]),
    (.bilinear, .reflection, .infinity, 4.75, [0, 3]), (.nearest, .zeros, .nan, 0, [0, 0]),
    (.nearest, .border, .nan, 4, [0, 0]), (.bicubic, .zeros, .nan, .nan, [.nan, .nan]),
    (.bicubic, .border, 1e30, 6.99609375, [0, 3.515625]),
  ])
  func gridsOutsideOfNumbers(
    mode: GridMode, padding: GridPadding, place: Double, value: Double, gradient: [Double]
  ) throws {
    let x = try Tensor.arange(1.0, 10.0).view(1, 1, 3, 3).requiresGrad_()
    let grid = try Tensor([place, 0.25]).view(1, 1, 1, 2).requiresGrad_()
    let y = try F.gridSample(x, grid, mode: mode, paddingMode: padding, alignCorners: true)
    try assertClose(y.view(1), [value], rtol: 1e-6)
    try y.sum().backward()
    try assertClose(try #require(grid.grad).view(2), gradient, rtol: 1e-6, "grid")
  }

  /// The size decides whether a dimension is copied, not the factor; PyTorch's gradient of `nearest`
  /// goes by the size where its values do not.
  @Test(arguments: [
    (UpsampleMode.linear, 1, 1.3, [0.0, 1, 2], [1.0, 1, 1]),
    (.nearest, 1, 1.3, [0, 0, 1], [1, 1, 1]), (.nearestExact, 1, 1.3, [0, 1, 1], [1, 2, 0]),
    (.nearest, 1, 2.2, [0, 0, 0, 1, 1, 2], [2, 2, 2]),
    (.nearest, 2, 1.3, [0, 1, 2], [1, 1, 1]),
    (.nearest, 2, 2.2, [0, 0, 1, 1, 2, 2], [4, 4, 4]),
    (.bilinear, 2, 1.3, [0, 1, 2], [1, 1, 1]), (.trilinear, 3, 1.3, [0, 1, 2], [1, 1, 1]),
  ])
  func interpolationOfTheSameSize(
    mode: UpsampleMode, rank: Int, factor: Double, values: [Double], gradient: [Double]
  ) throws {
    let line = try Tensor([0.0, 1, 2]).expand([1, 1] + Array(repeating: 3, count: rank))
    for layer in [false, true] {
      let x = try line.clone().requiresGrad_()
      let y =
        layer
        ? try Upsample(scaleFactor: factor, mode: mode)(x)
        : try F.interpolate(x, scaleFactor: factor, mode: mode)
      try y.sum().backward()
      var first = y, firstGrad = try #require(x.grad)
      for _ in 0...rank { (first, firstGrad) = (try first[0], try firstGrad[0]) }
      try assertClose(first, values, "\(mode)")
      try assertClose(firstGrad, gradient, "gradient of \(mode)")
    }
  }

  @Test func alphaDropoutLayersIgnoreTheFlag() throws {
    for layer in [AlphaDropout(0.5, inplace: true), FeatureAlphaDropout(0.5, inplace: true)] {
      let x = try Tensor.ones(4, 4).requiresGrad_()
      let y =
        try (layer as? AlphaDropout)?.forward(x) ?? (layer as? FeatureAlphaDropout)?.forward(x)
      #expect(try x.eq(1).all().item(as: Bool.self) && y !== x)
      #expect(layer.description.contains("inplace=True"))
    }
  }

  @Test func negativeSlopesInPlaceHaveNoGradient() throws {
    let forms: [(String, (Tensor) throws -> Tensor)] = [
      ("leaky_relu", { try F.leakyRelu($0, negativeSlope: -0.1, inplace: true) }),
      ("elu", { try F.elu($0, alpha: -1, inplace: true) }),
      ("celu", { try F.celu($0, alpha: -1, inplace: true) }),
      ("rrelu", { try F.rrelu($0, lower: -0.3, upper: -0.1, inplace: true) }),
      ("leaky_relu", { try LeakyReLU(-0.1, inplace: true)($0) }),
    ]
    for (name, form) in forms {
      let x = try Tensor([1.0, -1.0]).requiresGrad_()
      let y = try form(x * 1)
      expectRefusal("In-place \(name) backward") { try y.sum().backward() }
    }
    let x = try Tensor([1.0, -1.0]).requiresGrad_()
    try F.leakyRelu(x * 1, negativeSlope: 0, inplace: true).sum().backward()
    try assertClose(try #require(x.grad), [1, 0])
    x.grad = nil
    try F.leakyRelu(x * 1, negativeSlope: -0.5).sum().backward()
    try assertClose(try #require(x.grad), [1, -0.5])
  }

  @Test func normalisationsOfOneValueAreRefused() throws {
    let words = "Expected more than 1 value per channel when training, got input size"
    expectRefusal("\(words) [1, 2]") { _ = try F.groupNorm(Tensor.ones(1, 2), 2) }
    expectRefusal("\(words) [1, 4, 1]") { _ = try GroupNorm(4, 4)(Tensor.ones(1, 4, 1)) }
    for shape in [[1, 4], [2, 2], [1, 2, 2], [0, 2]] {
      #expect(try F.groupNorm(Tensor.ones(shape), 2).shape == shape)
    }
    expectRefusal("\(words) [1, 3]") {
      _ = try F.batchNorm(Tensor.ones(1, 3), nil, nil, training: true)
    }
    expectRefusal("Expected more than 1 spatial element when training") {
      _ = try F.instanceNorm(Tensor.ones(1, 3, 1))
    }
  }

  @Test func imagesWithoutChannelsAreRefused() throws {
    let x = try Tensor.ones(2, 0, 4, 4), places = try Tensor.zeros([2, 0, 4, 4], dtype: .int64)
    expectRefusal("input has sizes [2, 0, 4, 4] with dimension 1 being empty") {
      _ = try F.maxUnpool2d(x, places, 2)
    }
    expectRefusal(
      "possibly 0 batch size and other non-zero dimensions for input, but got: [2, 0, 4, 4]"
    ) {
      _ = try F.unfold(x, 2)
    }
    #expect(try F.unfold(Tensor.ones(0, 3, 4, 4), 2).shape == [0, 12, 9])
  }

  @Test func manhattanDistancesOfNoNumbersHaveNoNumberAsGradient() throws {
    let x = try Tensor([[1.0, .nan], [0, 2]]).requiresGrad_(), y = try Tensor([[0.0, 2.0]])
    try x.cdist(y, p: 1).sum().backward()
    try assertClose(try #require(x.grad).view(4), [1, .nan, 0, 0])
  }

  @Test func noSegmentsHaveAGradientOfZeros() throws {
    let x = try Tensor.ones(3, 2).requiresGrad_()
    let y = try x.segmentReduce(.sum, offsets: Tensor([0]))
    #expect(y.shape == [0, 2])
    try y.sum().backward()
    try assertClose(try #require(x.grad), Tensor.zeros(3, 2))
  }

  @Test func argumentsOutsideTheirRangeAreRefused() throws {
    let x = try Tensor.randn(2, 3), p = Tensor([0.2, 0.1]), nan = Double.nan
    let cases: [(String, () throws -> Tensor)] = [
      (
        "all elements of target should be between 0 and 1, but they are between 1.0 and 3.0",
        { try F.binaryCrossEntropy(p, Tensor([1.0, 3.0])) }
      ),
      (
        "all elements of target should be between 0 and 1",
        { try F.binaryCrossEntropy(p, Tensor([nan, 0])) }
      ),
      (
        "all elements of input should be between 0 and 1",
        { try F.binaryCrossEntropy(Tensor([nan, 0]), p) }
      ),
      (
        "eps must be positive during training, but got 0.0",
        { try F.batchNorm(x, nil, nil, training: true, eps: 0) }
      ),
      ("eps must be non-negative, got: -1.0", { try F.cosineSimilarity(x, x, eps: -1) }),
      (
        "norm_type must be a non-zero value, but got 0.0",
        { try F.lpPool1d(Tensor.ones(1, 1, 4), normType: 0, 2) }
      ),
      (
        "lambda must be in range [0, 65504.0] for input dtype Half, but found 70000.0",
        { try F.softshrink(x.half(), lambd: 70000) }
      ),
      ("but found nan", { try F.softshrink(x, lambd: nan) }),
      (
        "Expected input_lengths to have value at least 0, but got value -1",
        {
          try F.ctcLoss(
            Tensor.zeros(5, 1, 3), Tensor([[1, 2]]), Tensor([-1]), Tensor([2]))
        }
      ),
      (
        "Expected target_lengths to have value at least 0, but got value -1",
        {
          try F.ctcLoss(
            Tensor.zeros(5, 1, 3), Tensor([[1, 2]]), Tensor([5]), Tensor([-1]))
        }
      ),
    ]
    for (words, call) in cases {
      expectRefusal(words) { _ = try call() }
    }
    #expect(try F.binaryCrossEntropy(Tensor([0.0, 1]), Tensor([1.0, 1])).item() == 50)
  }

  /// The gradient at NaN, 0.5, −0.5 and ∞ of activations in pieces.
  @Test func gradientsOfPiecesAtNaN() throws {
    let cases: [(String, [Double], (Tensor) throws -> Tensor)] = [
      ("relu", [1, 1, 0, 1], { try F.relu($0) }),
      ("leakyRelu", [0.01, 1, 0.01, 1], { try F.leakyRelu($0) }),
      ("threshold", [1, 1, 0, 1], { try F.threshold($0, 0.1, 2) }),
      ("hardswish", [1, 2.0 / 3, 1.0 / 3, 1], { try F.hardswish($0) }),
    ]
    for (name, expected, body) in cases {
      let x = try Tensor([Double.nan, 0.5, -0.5, .infinity], dtype: .float64).requiresGrad_()
      try body(x).backward(Tensor.ones(4, dtype: .float64))
      let found = try #require(x.grad).toArray(as: Double.self)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(name): \(found)")
    }
  }
}
