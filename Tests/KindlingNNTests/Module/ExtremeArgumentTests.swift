import Kindling
import Testing
import _TestExpectations

/// Every initialiser takes any numbers: what cannot be is kept as an error for the first use.
@Suite struct ExtremeArgumentTests {
  static let counts = [Int.max, Int.min, Int.max / 2, 1 << 40, -1, 0, 3]
  static let numbers = [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -1, 0, 0.5]

  /// Modules of counts.
  ///
  /// A layer of 3 by 3 is the usual one.
  static func modules(_ a: Int, _ b: Int) -> [Module] {
    var modules: [Module] = []
    modules.append(Linear(a, b))
    modules.append(Bilinear(a, b, a))
    modules.append(Bilinear(3, a, b))
    modules.append(NonDynamicallyQuantizableLinear(a, b))
    modules.append(Conv1d(a, b, 3))
    modules.append(Conv2d(3, 3, a, stride: b))
    modules.append(Conv2d(3, a, 1, groups: b))
    modules.append(Conv2d(3, 3, [a, b], stride: [b, a], padding: [a, a], dilation: [b, b]))
    modules.append(Conv2d(3, 3, a, padding: .same, dilation: b))
    modules.append(Conv2d(3, 3, 3, padding: a, dilation: b))
    modules.append(Conv3d(a, b, a))
    modules.append(Conv1d(3, 3, 1, padding: b, paddingMode: .circular))
    modules.append(ConvTranspose1d(a, b, 3))
    modules.append(ConvTranspose2d(3, 3, a, stride: b, padding: a, outputPadding: b))
    modules.append(ConvTranspose3d(3, a, 1, groups: b, dilation: a))
    modules.append(BatchNorm1d(a))
    modules.append(BatchNorm2d(b))
    modules.append(BatchNorm3d(a))
    modules.append(InstanceNorm1d(a))
    modules.append(InstanceNorm2d(b))
    modules.append(InstanceNorm3d(a, affine: true, trackRunningStats: true))
    modules.append(LayerNorm([a, b]))
    modules.append(LayerNorm(a))
    modules.append(RMSNorm([a, b]))
    modules.append(RMSNorm(b))
    modules.append(GroupNorm(a, b))
    modules.append(LocalResponseNorm(a))
    modules.append(Embedding(a, b))
    modules.append(Embedding(3, 3, paddingIdx: a))
    modules.append(EmbeddingBag(a, b))
    modules.append(EmbeddingBag(3, 3, paddingIdx: b))
    modules.append(MultiheadAttention(a, b))
    modules.append(MultiheadAttention(3, a))
    modules.append(MultiheadAttention(3, 3, addBiasKV: true, kdim: a, vdim: b))
    modules.append(MaxPool1d(a, stride: b))
    modules.append(MaxPool2d([a, b], stride: b, padding: a, dilation: b))
    modules.append(MaxPool3d(2, padding: b))
    modules.append(MaxUnpool1d(a, stride: b))
    modules.append(MaxUnpool2d(a, stride: b, padding: b))
    modules.append(MaxUnpool3d(2, padding: a))
    modules.append(AvgPool1d(a, stride: b, padding: a))
    modules.append(AvgPool2d([a, b], padding: a))
    modules.append(AvgPool3d(2, stride: a, divisorOverride: b))
    modules.append(LPPool1d(2, a, stride: b))
    modules.append(LPPool2d(a, [a, b]))
    modules.append(LPPool3d(b, 2, stride: a))
    modules.append(AdaptiveAvgPool1d(a))
    modules.append(AdaptiveAvgPool2d([a, b]))
    modules.append(AdaptiveAvgPool3d(b))
    modules.append(AdaptiveMaxPool1d(a))
    modules.append(AdaptiveMaxPool2d([a, b]))
    modules.append(AdaptiveMaxPool3d(b))
    modules.append(FractionalMaxPool2d(a, outputSize: b))
    modules.append(FractionalMaxPool3d(a, outputSize: b))
    modules.append(Unfold([a, b], dilation: a, padding: b, stride: a))
    modules.append(Fold(a, b))
    modules.append(Fold([a, b], 2, padding: a))
    modules.append(Flatten(a, b))
    modules.append(Unflatten(a, [b]))
    modules.append(Unflatten(1, [a, b]))
    modules.append(PixelShuffle(a))
    modules.append(PixelUnshuffle(b))
    modules.append(ChannelShuffle(a))
    modules.append(Upsample(size: a))
    modules.append(Upsample(size: [a, b]))
    modules.append(Upsample(scaleFactor: a))
    modules.append(UpsamplingNearest2d(size: a))
    modules.append(UpsamplingBilinear2d(size: [a, b]))
    modules.append(ReflectionPad1d(a))
    modules.append(ReflectionPad2d([a, b, a, b]))
    modules.append(ReplicationPad1d([a, b]))
    modules.append(ReplicationPad3d(b))
    modules.append(ZeroPad1d(a))
    modules.append(ZeroPad2d([a, b]))
    modules.append(ZeroPad3d(a))
    modules.append(CircularPad1d(b))
    modules.append(CircularPad2d(a))
    modules.append(ConstantPad1d(a, b))
    modules.append(ConstantPad2d([a], b))
    modules.append(ConstantPad3d(b, 0.5))
    modules.append(Softmax(dim: a))
    modules.append(LogSoftmax(dim: a))
    modules.append(Softmin(dim: a))
    modules.append(GLU(a))
    modules.append(PReLU(a))
    modules.append(Threshold(a, b))
    modules.append(Dropout(a))
    modules.append(Dropout1d(a))
    modules.append(Dropout2d(b))
    modules.append(Dropout3d(a))
    modules.append(AlphaDropout(b))
    modules.append(FeatureAlphaDropout(a))
    modules.append(LeakyReLU(a))
    modules.append(ELU(alpha: a))
    modules.append(CELU(alpha: a))
    modules.append(Hardtanh(a, b))
    modules.append(Softplus(beta: a, threshold: b))
    modules.append(Softshrink(a))
    modules.append(Hardshrink(a))
    modules.append(RReLU(a, b))
    return modules
  }

  static func modules(_ a: Double, _ b: Double) -> [Module] {
    var modules: [Module] = []
    modules.append(BatchNorm1d(3, eps: a, momentum: b))
    modules.append(InstanceNorm1d(3, eps: a, momentum: b))
    modules.append(LayerNorm(3, eps: a))
    modules.append(RMSNorm(3, eps: b))
    modules.append(GroupNorm(3, 3, eps: a))
    modules.append(LocalResponseNorm(2, alpha: a, beta: b, k: a))
    modules.append(Embedding(3, 3, maxNorm: a, normType: b))
    modules.append(EmbeddingBag(3, 3, maxNorm: a, normType: b))
    modules.append(MultiheadAttention(3, 3, dropout: a))
    modules.append(LPPool1d(a, 2))
    modules.append(FractionalMaxPool2d(2, outputRatio: [a, b]))
    modules.append(Upsample(scaleFactor: [a, b]))
    modules.append(FractionalMaxPool3d(2, outputRatio: [a, b, a]))
    modules.append(Upsample(scaleFactor: a))
    modules.append(Upsample(scaleFactor: [a], mode: .linear, recomputeScaleFactor: true))
    modules.append(ConstantPad1d(1, a))
    modules.append(Threshold(a, b))
    modules.append(Dropout(a))
    modules.append(Dropout2d(b))
    modules.append(AlphaDropout(a))
    modules.append(FeatureAlphaDropout(b))
    modules.append(LeakyReLU(a))
    modules.append(ELU(alpha: a))
    modules.append(CELU(alpha: b))
    modules.append(Hardtanh(a, b))
    modules.append(Softplus(beta: a, threshold: b))
    modules.append(Softshrink(a))
    modules.append(Hardshrink(b))
    modules.append(RReLU(a, b))
    return modules
  }

  /// Calls, prints, saves and visits a module; it may only return or throw.
  static func use(_ module: Module) {
    _ = module.description
    _ = try? module.stateDict()
    _ = module.parameters().count
    guard let layer = module as? any Layer else { return }
    for shape in [[3], [2, 3], [2, 3, 3], [1, 3, 3, 3]] {
      guard let x = try? Tensor.ones(shape) else { continue }
      _ = try? layer(x)
    }
  }

  @Test(arguments: counts) func takesAnyCounts(_ a: Int) {
    Warnings.with(.ignore) {
      for b in Self.counts { for module in Self.modules(a, b) { Self.use(module) } }
    }
  }

  @Test(arguments: numbers) func takesAnyNumbers(_ a: Double) {
    Warnings.with(.ignore) {
      for b in Self.numbers { for module in Self.modules(a, b) { Self.use(module) } }
    }
  }

  @Test func keepsTheErrorForTheFirstUse() throws {
    expectRefusal("Linear…") { try Linear(.max, .max)(.ones(1, 3)) }
    expectRefusal("LayerNorm…") { try LayerNorm([.max, .max])(.ones(1, 3)) }
  }

  @Test func lossesTakeAnyNumbers() throws {
    let x = try Tensor.ones(2, 3)
    Warnings.with(.ignore) {
      for a in Self.numbers {
        let losses: [any Loss] = [
          SmoothL1Loss(beta: a), HuberLoss(delta: a), CrossEntropyLoss(labelSmoothing: a),
          PoissonNLLLoss(eps: a), HingeEmbeddingLoss(margin: a), MultiLabelMarginLoss(),
          CosineSimilarity(eps: a), PairwiseDistance(p: a, eps: a),
        ]
        for loss in losses { _ = try? loss(x, x) }
      }
      for n in Self.counts {
        let losses: [any Loss] = [
          CrossEntropyLoss(ignoreIndex: n), NLLLoss(ignoreIndex: n), CosineSimilarity(dim: n),
        ]
        for loss in losses { _ = try? loss(x, Tensor([0, 1])) }
        let ctc = CTCLoss(blank: n)
        _ = try? ctc(x.unsqueeze(1), Tensor([[1]]), [n], [n])
      }
    }
  }
}
