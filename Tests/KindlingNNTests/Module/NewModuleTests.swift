import Kindling
import Testing

/// Values and printed forms are PyTorch's.
@Suite struct NewModuleTests {
  @Test func numbersPrintAsTheyWereGiven() {
    let cases: [(Module, String)] = [
      (LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)"),
      (LPPool2d(2.0, 3), "LPPool2d(norm_type=2.0, kernel_size=3, stride=None, ceil_mode=False)"),
      (
        LPPool1d(1.5, 2, stride: 1),
        "LPPool1d(norm_type=1.5, kernel_size=2, stride=1, ceil_mode=False)"
      ),
      (Upsample(scaleFactor: [1.5]), "Upsample(scale_factor=(1.5,), mode='nearest')"),
      (Upsample(scaleFactor: 2), "Upsample(scale_factor=2.0, mode='nearest')"),
      (Upsample(size: [3]), "Upsample(size=(3,), mode='nearest')"),
      (
        UpsamplingNearest2d(scaleFactor: 2), "UpsamplingNearest2d(scale_factor=2.0, mode='nearest')"
      ),
      (
        UpsamplingBilinear2d(size: [3, 4]), "UpsamplingBilinear2d(size=(3, 4), mode='bilinear')"
      ),
      (
        UpsamplingBilinear2d(scaleFactor: [1.5, 2]),
        "UpsamplingBilinear2d(scale_factor=(1.5, 2.0), mode='bilinear')"
      ),
      (FractionalMaxPool3d(2, outputSize: 3), "FractionalMaxPool3d()"),
    ]
    for (module, text) in cases { #expect("\(module)" == text) }
  }

  @Test func optionsOfLayersPrintAsTheyWereGiven() {
    let cases: [(Module, String)] = [
      (Embedding(4, 2, maxNorm: 1, normType: 3), "Embedding(4, 2, max_norm=1, norm_type=3)"),
      (
        Embedding(4, 2, maxNorm: 1.0, normType: 3.0), "Embedding(4, 2, max_norm=1.0, norm_type=3.0)"
      ),
      (Embedding(4, 2, normType: 2), "Embedding(4, 2)"),
      (
        EmbeddingBag(4, 2, maxNorm: 2, normType: 1),
        "EmbeddingBag(4, 2, max_norm=2, norm_type=1, mode='mean')"
      ),
      (
        BatchNorm1d(3, eps: 1, momentum: 0),
        "BatchNorm1d(3, eps=1, momentum=0, affine=True, bias=True, track_running_stats=True)"
      ),
      (
        BatchNorm2d(3, eps: 1.0, momentum: nil),
        "BatchNorm2d(3, eps=1.0, momentum=None, affine=True, bias=True, track_running_stats=True)"
      ),
      (
        SyncBatchNorm(3, momentum: 1),
        "SyncBatchNorm(3, eps=1e-05, momentum=1, affine=True, bias=True, track_running_stats=True)"
      ),
      (
        InstanceNorm3d(3, eps: 1, momentum: 1.0),
        "InstanceNorm3d(3, eps=1, momentum=1.0, affine=False, bias=False, track_running_stats=False)"
      ),
      (LayerNorm([2, 3], eps: 1), "LayerNorm((2, 3), eps=1, elementwise_affine=True, bias=True)"),
      (LayerNorm(2, eps: 1.0), "LayerNorm((2,), eps=1.0, elementwise_affine=True, bias=True)"),
      (RMSNorm(4, eps: 0), "RMSNorm((4,), eps=0, elementwise_affine=True)"),
      (RMSNorm(4, eps: nil), "RMSNorm((4,), eps=None, elementwise_affine=True)"),
      (GroupNorm(2, 4, eps: 1), "GroupNorm(2, 4, eps=1, affine=True, bias=True)"),
      (LocalResponseNorm(2, alpha: 1, beta: 2, k: 3), "LocalResponseNorm(2, alpha=1, beta=2, k=3)"),
      (LocalResponseNorm(2), "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)"),
      (CrossMapLRN2d(2, alpha: 1, k: 2.0), "CrossMapLRN2d(2, alpha=1, beta=0.75, k=2.0)"),
      (Dropout(0), "Dropout(p=0, inplace=False)"),
      (Dropout2d(1.0), "Dropout2d(p=1.0, inplace=False)"),
      (AlphaDropout(), "AlphaDropout(p=0.5, inplace=False)"),
      (LeakyReLU(1), "LeakyReLU(negative_slope=1)"),
      (ELU(alpha: 2), "ELU(alpha=2)"),
      (Hardtanh(-2, 2.0), "Hardtanh(min_val=-2, max_val=2.0)"),
      (Threshold(1, 20), "Threshold(threshold=1, value=20)"),
      (RReLU(0, 1), "RReLU(lower=0, upper=1)"),
      (Softplus(beta: 2, threshold: 5), "Softplus(beta=2, threshold=5)"),
      (Hardshrink(1), "Hardshrink(1)"),
      (ConstantPad1d(1, 3), "ConstantPad1d(padding=(1, 1), value=3)"),
      (
        LinearCrossEntropyLoss(2, 3, labelSmoothing: 0),
        """
        LinearCrossEntropyLoss(
          in_features=2, num_classes=3, out_features=(), bias=False, reduction=mean, ignore_index=None, label_smoothing=0, options=None
          (linear): Linear(in_features=2, out_features=3, bias=False)
        )
        """
      ),
      (
        LinearCrossEntropyLoss(2, 3),
        """
        LinearCrossEntropyLoss(
          in_features=2, num_classes=3, out_features=(), bias=False, reduction=mean, ignore_index=None, label_smoothing=0.0, options=None
          (linear): Linear(in_features=2, out_features=3, bias=False)
        )
        """
      ),
    ]
    for (module, text) in cases { #expect("\(module)" == text) }
    let optional: Double? = 0.5, number = 0.25
    #expect(BatchNorm1d(3, eps: number, momentum: optional).momentum == 0.5)
    #expect(Embedding(4, 2, maxNorm: optional).maxNorm == 0.5)
  }

  @Test func upsamplingOfImages() throws {
    let x = try Tensor.arange(12.0).view(1, 1, 3, 4)
    #expect(try UpsamplingNearest2d(scaleFactor: 2)(x).sum().item() == 264)
    let y = try UpsamplingBilinear2d(size: [5, 7])(x).flatten().narrow(0, 0, 9)
    #expect(try y.toArray(as: Double.self) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 2, 2.5])
  }

  @Test func fractionalPoolingOfVolumes() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let x = try Tensor.rand(1, 2, 5, 5, 5)
      let sum = try FractionalMaxPool3d(2, outputSize: 3)(x).sum().item()
      #expect(abs(sum - 47.30952453613281) < 1e-4)
    }
  }

  @Test func givenSamplesReplaceTheDrawnOnes() throws {
    let samples = try Tensor(
      [0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0, 0, 0.99, 0.99, 0.4, 0.6], shape: [2, 3, 2])
    let pool = FractionalMaxPool2d(2, outputRatio: 0.6, randomSamples: samples)
    #expect(try pool.stateDict().keys == ["_random_samples"])
    let x = try withDefaultGenerator(Generator(seed: 0)) { try Tensor.rand(2, 3, 5, 5) }
    let y = try pool(x)
    #expect(y.shape == [2, 3, 3, 3])
    let (start, end) = (try y.select(0, 0).select(0, 0), try y.select(0, 1).select(0, 2))
    #expect(
      try start.flatten().toArray(as: Float.self) == [
        0.7682217955589294, 0.8964447379112244, 0.6323062777519226, 0.6340786814689636,
        0.8964447379112244, 0.6323062777519226, 0.9151939749717712, 0.9151939749717712,
        0.8741558790206909,
      ])
    #expect(
      try end.flatten().toArray(as: Float.self) == [
        0.6068782210350037, 0.4743403196334839, 0.8579254150390625, 0.9736230969429016,
        0.974706768989563, 0.8179197311401367, 0.9736230969429016, 0.974706768989563,
        0.46383917331695557,
      ])
    // Samples for more images than there are.
    #expect(try pool(x.narrow(0, 0, 1)).equal(y.narrow(0, 0, 1)))
  }

  @Test func wrongFractionalPoolingIsRefused() throws {
    let x = try Tensor.rand(2, 3, 5, 5)
    let cases: [(FractionalMaxPool2d, String)] = [
      (FractionalMaxPool2d(2), "requires specifying either an output size, or a pooling ratio"),
      (
        FractionalMaxPool2d(2, outputSize: 3, outputRatio: [0.5]),
        "only one of output_size and output_ratio may be specified"
      ),
      (
        FractionalMaxPool2d(2, outputRatio: [0.5, 1.5]),
        "output_ratio must be between 0 and 1 (got (0.5, 1.5))"
      ),
      (
        FractionalMaxPool2d(2, outputRatio: .nan), "output_ratio must be between 0 and 1 (got nan)"
      ),
      (
        FractionalMaxPool2d(2, outputSize: 3, randomSamples: try Tensor.rand(1, 3, 2)),
        "expected randomSamples of shape [2, 3, 2], or for more images, but got [1, 3, 2]"
      ),
      (
        FractionalMaxPool2d(
          2, outputSize: 3, randomSamples: try Tensor.rand(2, 3, 2, dtype: .float64)),
        "expected randomSamples to have the same dtype as input, but got float64 and float32"
      ),
    ]
    for (pool, text) in cases {
      let error = #expect(throws: TensorError.self) { try pool(x) }
      #expect(error?.message.contains(text) == true, "\(String(describing: error))")
    }
  }

  @Test func batchNormalizationsBecomeSynchronized() throws {
    let inner = BatchNorm2d(4, eps: 1e-3, momentum: nil, bias: false)
    let old = BatchNorm1d(3)
    let model = Sequential(
      Conv1d(2, 3, 2), old, Sequential(["norm": inner, "act": ReLU()]))
    inner.eval()
    let weight = try #require(old.weight)
    #expect(try SyncBatchNorm.convertSyncBatchnorm(model) === model)
    #expect(
      "\(model)" == """
        Sequential(
          (0): Conv1d(2, 3, kernel_size=(2,), stride=(1,))
          (1): SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
          (2): Sequential(
            (norm): SyncBatchNorm(4, eps=0.001, momentum=None, affine=True, bias=False, track_running_stats=True)
            (act): ReLU()
          )
        )
        """)
    #expect(try model[1, as: SyncBatchNorm.self].weight === weight)
    #expect(try !model.getSubmodule("2.norm").isTraining)
    #expect(try SyncBatchNorm.convertSyncBatchnorm(old) is SyncBatchNorm)
  }

  @Test func storedNormalizationsStayWhereTheyAre() throws {
    final class Block: Module {
      let first = Sequential(BatchNorm1d(2))
      let norm = BatchNorm1d(2)
    }
    let block = Block()
    let error = #expect(throws: TensorError.self) {
      try SyncBatchNorm.convertSyncBatchnorm(block)
    }
    #expect(error?.message.contains("'norm' is a stored property") == true)
    #expect(try block.first[0] is BatchNorm1d)
  }

  /// Without weights and padding the hint replaces the mask, and the appended key comes last.
  @Test func causalHintOfAttentionWithAppendedKeys() throws {
    try withDefaultGenerator(Generator(seed: 3)) {
      let attention = MultiheadAttention(4, 2, addBiasKV: true)
      let x = try Tensor.randn(3, 1, 4)
      let mask = try Tensor.full([3, 3], -Double.infinity).triu(1)
      func output(
        _ mask: Tensor, weights: Bool = false, padding: Tensor? = nil
      ) throws -> [Float] {
        let y = try attention(
          x, x, x, keyPaddingMask: padding, needWeights: weights, attnMask: mask, isCausal: true)
        return try y.output.flatten().narrow(0, 0, 4).toArray(as: Float.self)
      }
      func expect(_ got: [Float], _ expected: [Float]) {
        for (a, b) in zip(got, expected) { #expect(abs(a - b) < 1e-6) }
      }
      let seen: [Float] = [0.1835935413837433, -0.2667102813720703, 0.0270606, 0.2340465188]
      let unseen: [Float] = [-0.1128521338, -0.3236806095, 0.0867161304, 0.0043997262]
      expect(try output(mask), unseen)
      expect(try output(Tensor.zeros(3, 3)), unseen)
      expect(try output(mask, weights: true), seen)
      expect(try output(mask, padding: Tensor.zeros(1, 3)), seen)
    }
  }

  @Test func lengthsOfSequencesAsNumbers() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let logProbs = try Tensor.randn(6, 2, 4).logSoftmax(dim: 2)
      let loss = try CTCLoss()(logProbs, Tensor([[1, 2], [3, 1]]), [6, 5], [2, 1])
      #expect(abs(try loss.item() - 3.892674207687378) < 1e-5)
    }
  }
}
