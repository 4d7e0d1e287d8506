import Kindling
import Testing
import _TestExpectations

/// Activations and dropouts: graphs, forms in place, draws, refusals.
struct ActivationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let node: String
    let body: @Sendable (Tensor) throws -> Tensor
    init(_ node: String, _ body: @escaping @Sendable (Tensor) throws -> Tensor) {
      self.node = node
      self.body = body
    }
    var testDescription: String { node }
  }

  static let graphs = [
    Case("LeakyReluBackward0") { try F.leakyRelu($0) }, Case("GeluBackward0") { try F.gelu($0) },
    Case("SiluBackward0") { try F.silu($0) }, Case("EluBackward0") { try F.elu($0) },
    Case("CeluBackward0") { try F.celu($0) }, Case("EluBackward0") { try F.selu($0) },
    Case("HardswishBackward0") { try F.hardswish($0) },
    Case("HardsigmoidBackward0") { try F.hardsigmoid($0) },
    Case("HardtanhBackward0") { try F.hardtanh($0) }, Case("HardtanhBackward0") { try F.relu6($0) },
    Case("LogSigmoidBackward0") { try F.logsigmoid($0) }, Case("MishBackward0") { try F.mish($0) },
    Case("DivBackward0") { try F.softsign($0) }, Case("SubBackward0") { try F.tanhshrink($0) },
    Case("SoftplusBackward0") { try F.softplus($0) },
    Case("HardshrinkBackward0") { try F.hardshrink($0) },
    Case("SoftshrinkBackward0") { try F.softshrink($0) },
    Case("RreluWithNoiseBackward0") { try F.rrelu($0) },
    Case("PreluKernelBackward0") { try F.prelu($0, Tensor.ones(4)) },
    Case("ThresholdBackward0") { try F.threshold($0, 0, 1) },
    Case("GluBackward0") { try F.glu($0) }, Case("SoftmaxBackward0") { try F.softmin($0) },
    Case("MulBackward0") { x in
      try withDefaultGenerator(Generator(seed: 0)) { try F.dropout1d(x) }
    },
    Case("AddBackward0") { x in
      try withDefaultGenerator(Generator(seed: 0)) { try F.alphaDropout(x, training: true) }
    },
    Case("ConstantPadNdBackward0") { try F.pad($0, [1, 1]) },
    Case("ReflectionPad1DBackward0") { try F.pad($0, [1, 1], mode: .reflect) },
    Case("ReplicationPad1DBackward0") { try F.pad($0, [1, 1], mode: .replicate) },
    Case("SoftMarginLossBackward0") { try F.softMarginLoss($0, Tensor.ones(like: $0)) },
    Case("MultiMarginLossBackward0") { try F.multiMarginLoss($0[0], Tensor([0, 1, 2, 3])) },
    Case("MultilabelMarginLossBackward0") {
      try F.multilabelMarginLoss($0[0], Tensor.full([4, 4], -1))
    },
    Case("CtcLossBackward0") {
      try F.ctcLoss(
        $0.logSoftmax(dim: 2), Tensor([[1], [1], [2], [1]]), Tensor([1, 1, 1, 1]),
        Tensor([1, 1, 1, 1]),
        reduction: .none)
    },
    Case("PdistBackward0") { try F.pdist($0[0]) },
    Case("UpsampleNearest1DBackward0") { try F.interpolate($0, size: 3) },
    Case("UpsampleLinear1DBackward0") { try F.interpolate($0, size: 3, mode: .linear) },
    Case("UpsampleBilinear2DAaBackward0") {
      try F.interpolate($0.unsqueeze(0), size: 2, mode: .bilinear, antialias: true)
    },
    Case("GridSampler2DBackward0") { try F.gridSample($0.unsqueeze(0), Tensor.zeros(1, 2, 2, 2)) },
    Case("PixelShuffleBackward0") { try F.pixelShuffle($0.view(4, 2, 2), 2) },
    Case("PixelUnshuffleBackward0") { try F.pixelUnshuffle($0, 2) },
    Case("ChannelShuffleBackward0") { try F.channelShuffle($0, 2) },
    Case("ScaledDotProductFlashAttentionForCpuBackward0") {
      let q = try $0.unsqueeze(0)
      return try F.scaledDotProductAttention(q, q, q)
    },
    Case("EmbeddingBagBackward0") { try F.embeddingBag(Tensor([[0, 1]]), $0[0]) },
    Case("CopySlices") { try F.pad($0, [1, 1], mode: .circular) },
  ]

  @Test(arguments: graphs) func recordsWhatPyTorchRecords(_ test: Case) throws {
    let x = try Tensor([[[1.0, -2, 3, 4], [1, 2, -3, 0], [0, 1, 5, 7], [2, 2, 2, 2]]])
      .requiresGrad_()
    #expect(try test.body(x).gradFn?.name == test.node)
  }

  static let inPlace = [
    Case("leaky_relu") { try F.leakyRelu($0, inplace: true) },
    Case("silu") { try F.silu($0, inplace: true) }, Case("mish") { try F.mish($0, inplace: true) },
    Case("elu") { try F.elu($0, inplace: true) },
    Case("hardtanh") { try F.hardtanh($0, inplace: true) },
    Case("threshold") { try F.threshold($0, 0, 1, inplace: true) },
    Case("rrelu") { try F.rrelu($0, inplace: true) },
  ]

  @Test(arguments: inPlace) func writesInPlace(_ test: Case) throws {
    let values = Tensor([-1.5, -0.2, 0.3, 2.0])
    let leaf = try values.clone().requiresGrad_()
    let inner = try leaf * 1, y = try test.body(inner)
    #expect(y === inner)
    try y.sum().backward()
    let inPlaceGradient = try #require(leaf.grad)
    let plain = try values.clone()
    _ = try test.body(plain)
    #expect(try plain.equal(y.detach()))
    #expect(try !plain.equal(values))
    #expect(try inPlaceGradient.isfinite().all().item() == 1)
    expectRefusal("…a leaf Variable that requires grad…") { try test.body(leaf) }
  }

  @Test func drawsAsPyTorch() throws {
    let file = try Golden.tensors("rng.safetensors")
    let calls = try #require(try Golden.json("rng.json")["calls"]?.array)
    let record = try #require(calls.first { $0["name"]?.string == "dropout.variants" })
    try withDefaultGenerator(Generator(seed: try #require(record["seed"]?.int))) {
      for step in record["steps"]?.array ?? [] {
        let op = try #require(step["op"]?.string), shape = try #require(step["shape"]?.ints)
        let ones = try Tensor.ones(shape), p = step["p"]?.double ?? 0
        let result: Tensor
        switch op {
        case "dropout2d(ones)": result = try F.dropout2d(ones, p: p)
        case "dropout1d(ones)": result = try F.dropout1d(ones, p: p)
        case "alpha_dropout(ones)": result = try F.alphaDropout(ones, p: p, training: true)
        case "rrelu(-ones)":
          result = try F.rrelu(
            ones.neg(), lower: #require(step["lower"]?.double),
            upper: #require(step["upper"]?.double),
            training: true)
        case "gumbel_softmax(zeros)":
          result = try F.gumbelSoftmax(Tensor.zeros(shape), tau: #require(step["tau"]?.double))
        default:
          Issue.record("unknown step \(op)")
          continue
        }
        // The noise passes through logarithms and exponentials.
        let tolerance = op.hasPrefix("gumbel") ? 1e-5 : 0
        try expectClose(
          result, file.tensor(#require(step["result"]?.string)), rtol: tolerance, atol: 0, op)
      }
    }
  }

  @Test func hardGumbelIsOneHot() throws {
    let y = try withDefaultGenerator(Generator(seed: 1)) {
      try F.gumbelSoftmax(Tensor.zeros(5, 3).requiresGrad_(), hard: true)
    }
    #expect(try y.detach().sum(dim: 1).allclose(Tensor.ones(5)))
    #expect(try y.detach().amax(dim: 1).allclose(Tensor.ones(5)))
    #expect(y.requiresGrad)
  }

  @Test func refuses() throws {
    let x = try Tensor.ones(2, 3), integers = Tensor([1, 2])
    expectRefusal("gelu: \"GeluKernelImpl\" not implemented for 'Long'…") { try F.gelu(integers) }
    expectRefusal("silu: \"silu_cpu\" not implemented for 'Long'…") { try F.silu(integers) }
    expectRefusal("…\"leaky_relu_cpu\" not implemented for 'Long'…") { try F.leakyRelu(integers) }
    expectRefusal("…not implemented for 'Bool'") { try F.threshold(Tensor([true]), 0, 1) }
    expectRefusal("rrelu: Lower bound should be less than or equal to the upper bound") {
      try F.rrelu(x, lower: 1, upper: 0)
    }
    expectRefusal("rrelu: …bounds must be finite…") { try F.rrelu(x, lower: 0, upper: .infinity) }
    expectRefusal("hardtanh: min_val cannot be greater than max_val: 1.0 and 0.0") {
      try F.hardtanh(x, minVal: 1, maxVal: 0)
    }
    expectRefusal("Hardtanh: max_val must be larger than min_val…") { try Hardtanh(1, 1)(x) }
    expectRefusal("hardtanh: …unsigned type with negative limits") { try F.hardtanh(x.to(.uint8)) }
    expectRefusal("hardtanh: Bool inputs not supported for hardtanh") { try F.relu6(x.to(.bool)) }
    expectRefusal("hardtanh: value cannot be converted to type int64_t without overflow") {
      try F.hardtanh(x.to(.int32), minVal: 0, maxVal: .infinity)
    }
    expectRefusal("…lambda must be in range [0, 3.40282…") { try F.softshrink(x, lambd: -1) }
    expectRefusal("celu: ZeroDivisionError: alpha cannot be 0 for CELU") { try F.celu(x, alpha: 0) }
    expectRefusal("glu: Halving dimension must be even, but dimension 1 is size 3") { try F.glu(x) }
    expectRefusal("glu: glu does not support 0-dimensional tensors") { try F.glu(Tensor(1.0)) }
    expectRefusal("prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = 2") {
      try F.prelu(x, Tensor.ones(1, 3))
    }
    expectRefusal("prelu: …parameter numbers = 2 and channel size = 3…") {
      try F.prelu(x, Tensor.ones(2))
    }
    expectRefusal("Softmax2d: expected input to be 3D or 4D…") { try Softmax2d()(x) }
    expectRefusal("…between 0 and 1, but got 1.5…") { try Dropout2d(1.5)(x) }
    expectRefusal("dropout2d: Feature dropout requires at least 2 dimensions in the input") {
      try F.dropout2d(Tensor.ones(3))
    }
    expectRefusal("dropout1d: Expected 2D or 3D input, but received a 1D input…") {
      try F.dropout1d(Tensor.ones(3))
    }
    expectRefusal("alpha_dropout: …can't be cast to the desired output type Long…") {
      try F.alphaDropout(integers, training: true)
    }
    expectRefusal("pad: Padding length must be divisible by 2…") { try F.pad(x, [1, 2, 3]) }
    expectRefusal("pad: …padding length 6 and input of dimension 2") {
      try F.pad(x, [1, 1, 1, 1, 1, 1])
    }
    expectRefusal("constant_pad_nd: …negative output size…") { try F.pad(x, [-2, -2]) }
    expectRefusal("constant_pad_nd: …larger than any memory") { try F.pad(x, [Int.max / 4, 1]) }
    expectRefusal("constant_pad_nd: …negative output size…") { try F.pad(x, [Int.max, Int.max]) }
    expectRefusal("pad: Padding mode \"reflect\" doesn't take in value argument") {
      try F.pad(x, [1, 1], mode: .reflect, value: 2)
    }
    expectRefusal("reflection_pad1d: …less than the corresponding input dimension…") {
      try F.pad(x, [3, 0], mode: .reflect)
    }
    expectRefusal("pad: …wrapping around more than once…") {
      try F.pad(x, [4, 0], mode: .circular)
    }
    expectRefusal("pad: …is not supported for 2D input…") {
      try F.pad(x, [1, 1, 1, 1], mode: .replicate)
    }
    expectRefusal("replication_pad1d: …must be >= 1…") { try F.pad(x, [-2, -1], mode: .replicate) }
  }

  /// Bounds beyond an integer dtype limit nothing.
  @Test func boundsBeyondIntegers() throws {
    let bytes = try Tensor([0, 1, 50, 200], dtype: .uint8),
      small = try Tensor([-5, 5], dtype: .int8)
    #expect(try F.hardtanh(bytes, minVal: 0, maxVal: 1e10).equal(bytes))
    #expect(try F.hardtanh(small, minVal: -200, maxVal: 200).equal(small))
    #expect(try F.hardtanh(small, minVal: -1.5, maxVal: 2.5).equal(Tensor([-1, 2], dtype: .int8)))
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
      expectClose(found, expected, atol: 1e-12, "\(name)")
    }
  }

  @Test func shrinkageOutsideItsRangeIsRefused() throws {
    let x = try Tensor.randn(2, 3)
    expectRefusal("…lambda must be in range [0, 65504.0] for input dtype Half, but found 70000.0") {
      try F.softshrink(x.half(), lambd: 70000)
    }
    expectRefusal("softshrink: …but found nan") { try F.softshrink(x, lambd: .nan) }
  }
}
