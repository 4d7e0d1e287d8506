import Kindling
import Testing
import _TestSupport

private final class NeuralNetwork: Module, Layer {
  let flatten = Flatten()
  let linearReluStack = Sequential(
    Linear(28 * 28, 512), ReLU(),
    Linear(512, 512), ReLU(),
    Linear(512, 10))

  func forward(_ x: Tensor) throws -> Tensor { try linearReluStack(flatten(x)) }
}

private final class Clf: Module {
  let fc1 = Linear(4, 10)
  let fc2 = Linear(10, 3)
}

private final class MyModel: Module {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([2.0])
  @Parameter var c = Tensor([3.0])
}

private final class WithExtra: Module {
  let fc = Linear(2, 2)
  override func extraRepr() -> String { "scale=2\nshift=1" }
}

private final class Nested: Module {
  let blocks = ModuleList((0..<3).map { _ in Sequential(Conv2d(8, 8, 3), BatchNorm2d(8), ReLU()) })
  let heads = ModuleDict([
    "cls": Linear(8, 10), "box": Sequential(Linear(8, 8), ReLU(), Linear(8, 4)),
  ])
  @Buffer var scale = Tensor([1.0])

  override init() {
    super.init()
    do { try registerModule("absent", nil) } catch { initializationError = error as? TensorError }
  }
}

/// Printed forms, state-dict keys, shapes, dtypes and module names of PyTorch's modules.
struct ModuleReprTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let code: String
    let build: @Sendable () throws -> Module
    init(_ code: String, _ build: @autoclosure @escaping @Sendable () throws -> Module) {
      self.code = code
      self.build = build
    }
    var testDescription: String { code }
  }

  static let cases = [
    Case("nn.Linear(4, 10)", Linear(4, 10)),
    Case("nn.Linear(3, 2, bias=False)", Linear(3, 2, bias: false)),
    Case("nn.Linear(3, 2, dtype=torch.float64)", Linear(3, 2, dtype: .float64)),
    Case("nn.Identity()", Identity()),
    Case("nn.Flatten()", Flatten()),
    Case("nn.Flatten(0, 2)", Flatten(0, 2)),
    Case("nn.Unflatten(1, (2, 3))", Unflatten(1, [2, 3])),
    Case("nn.ReLU()", ReLU()),
    Case("nn.ReLU(inplace=True)", ReLU(inplace: true)),
    Case("nn.Sigmoid()", Sigmoid()),
    Case("nn.Tanh()", Tanh()),
    Case("nn.Softmax(dim=1)", Softmax(dim: 1)),
    Case("nn.LogSoftmax(dim=-1)", LogSoftmax(dim: -1)),
    Case("nn.Dropout()", Dropout()),
    Case("nn.Dropout(0.25, inplace=True)", Dropout(0.25, inplace: true)),
    Case("nn.ReLU6()", ReLU6()),
    Case("nn.LeakyReLU(0.2)", LeakyReLU(0.2)),
    Case("nn.LeakyReLU(0.01, inplace=True)", LeakyReLU(0.01, inplace: true)),
    Case("nn.ELU(alpha=0.5)", ELU(alpha: 0.5)),
    Case("nn.SELU()", SELU()),
    Case("nn.CELU()", CELU()),
    Case("nn.GELU()", GELU()),
    Case("nn.GELU(approximate='tanh')", GELU(approximate: .tanh)),
    Case("nn.SiLU()", SiLU()),
    Case("nn.Mish()", Mish()),
    Case("nn.Hardtanh(-2, 2)", Hardtanh(-2, 2)),
    Case("nn.Hardswish()", Hardswish()),
    Case("nn.Hardsigmoid()", Hardsigmoid()),
    Case("nn.Softplus(beta=2)", Softplus(beta: 2)),
    Case("nn.Softsign()", Softsign()),
    Case("nn.Tanhshrink()", Tanhshrink()),
    Case("nn.Hardshrink(0.3)", Hardshrink(0.3)),
    Case("nn.Softshrink(0.4)", Softshrink(0.4)),
    Case("nn.Threshold(0.1, 20)", Threshold(0.1, 20)),
    Case("nn.PReLU()", PReLU()),
    Case("nn.PReLU(5, init=0.1)", PReLU(5, initial: 0.1)),
    Case("nn.RReLU()", RReLU()),
    Case("nn.GLU(1)", GLU(1)),
    Case("nn.LogSigmoid()", LogSigmoid()),
    Case("nn.Softmin(dim=0)", Softmin(dim: 0)),
    Case("nn.Softmax2d()", Softmax2d()),
    Case("nn.BatchNorm1d(5)", BatchNorm1d(5)),
    Case("nn.BatchNorm2d(16)", BatchNorm2d(16)),
    Case(
      "nn.BatchNorm2d(8, eps=1e-3, momentum=0.01, affine=False)",
      BatchNorm2d(8, eps: 1e-3, momentum: 0.01, affine: false)),
    Case("nn.BatchNorm3d(4, track_running_stats=False)", BatchNorm3d(4, trackRunningStats: false)),
    Case("nn.LayerNorm(10)", LayerNorm(10)),
    Case(
      "nn.LayerNorm((3, 4), eps=1e-6, elementwise_affine=False)",
      LayerNorm([3, 4], eps: 1e-6, elementwiseAffine: false)),
    Case("nn.RMSNorm(8)", RMSNorm(8)),
    Case("nn.GroupNorm(2, 6)", GroupNorm(2, 6)),
    Case("nn.InstanceNorm1d(3)", InstanceNorm1d(3)),
    Case(
      "nn.InstanceNorm2d(4, affine=True, track_running_stats=True)",
      InstanceNorm2d(4, affine: true, trackRunningStats: true)),
    Case("nn.LocalResponseNorm(5)", LocalResponseNorm(5)),
    Case("nn.Dropout1d(0.1)", Dropout1d(0.1)),
    Case("nn.Dropout2d(0.3)", Dropout2d(0.3)),
    Case("nn.AlphaDropout(0.2)", AlphaDropout(0.2)),
    Case("nn.Embedding(10, 3)", Embedding(10, 3)),
    Case(
      "nn.Embedding(10, 3, padding_idx=0, max_norm=1.5)",
      Embedding(10, 3, paddingIdx: 0, maxNorm: 1.5)),
    Case("nn.L1Loss()", L1Loss()),
    Case("nn.MSELoss(reduction='sum')", MSELoss(reduction: .sum)),
    Case("nn.CrossEntropyLoss()", CrossEntropyLoss()),
    Case(
      "nn.CrossEntropyLoss(weight=torch.ones(3), label_smoothing=0.1)",
      CrossEntropyLoss(weight: try Tensor.ones(3), labelSmoothing: 0.1)),
    Case("nn.NLLLoss()", NLLLoss()),
    Case("nn.BCELoss()", BCELoss()),
    Case(
      "nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))",
      BCEWithLogitsLoss(posWeight: try Tensor.ones(2))),
    Case("nn.KLDivLoss(reduction='batchmean')", KLDivLoss(reduction: .batchmean)),
    Case("nn.SmoothL1Loss(beta=0.5)", SmoothL1Loss(beta: 0.5)),
    Case("nn.HuberLoss(delta=2.0)", HuberLoss(delta: 2)),
    Case("nn.Bilinear(2, 3, 4)", Bilinear(2, 3, 4)),
    Case("nn.EmbeddingBag(10, 3, mode='sum')", EmbeddingBag(10, 3, mode: .sum)),
    Case("nn.MultiheadAttention(8, 2)", MultiheadAttention(8, 2)),
    Case("nn.Upsample(scale_factor=2)", Upsample(scaleFactor: 2)),
    Case(
      "nn.Upsample(size=(4, 5), mode='bilinear', align_corners=True)",
      Upsample(size: [4, 5], mode: .bilinear, alignCorners: true)),
    Case("nn.PixelShuffle(2)", PixelShuffle(2)),
    Case("nn.PixelUnshuffle(2)", PixelUnshuffle(2)),
    Case("nn.ChannelShuffle(2)", ChannelShuffle(2)),
    Case("nn.ZeroPad2d(1)", ZeroPad2d(1)),
    Case("nn.ReflectionPad2d((1, 2, 3, 4))", ReflectionPad2d([1, 2, 3, 4])),
    Case("nn.ReplicationPad1d(2)", ReplicationPad1d(2)),
    Case("nn.ConstantPad2d(2, 3.5)", ConstantPad2d(2, 3.5)),
    Case("nn.CircularPad2d(1)", CircularPad2d(1)),
    Case("nn.Fold((4, 5), (2, 2))", Fold([4, 5], [2, 2])),
    Case("nn.Unfold(3, padding=1)", Unfold(3, padding: 1)),
    Case("nn.CosineSimilarity(dim=1)", CosineSimilarity(dim: 1)),
    Case("nn.PairwiseDistance(p=1.0)", PairwiseDistance(p: 1)),
    Case("nn.CTCLoss()", CTCLoss()),
    Case("nn.TripletMarginLoss(margin=0.5)", TripletMarginLoss(margin: 0.5)),
    Case("nn.CosineEmbeddingLoss()", CosineEmbeddingLoss()),
    Case("nn.MarginRankingLoss()", MarginRankingLoss()),
    Case("nn.HingeEmbeddingLoss()", HingeEmbeddingLoss()),
    Case("nn.GaussianNLLLoss()", GaussianNLLLoss()),
    Case("nn.PoissonNLLLoss()", PoissonNLLLoss()),
    Case("nn.SoftMarginLoss()", SoftMarginLoss()),
    Case("nn.MultiMarginLoss()", MultiMarginLoss()),
    Case("nn.Sequential()", Sequential()),
    Case("nn.Sequential(nn.Linear(2, 3))", Sequential(Linear(2, 3))),
    Case(
      "nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))",
      Sequential(Linear(2, 3), ReLU(), Linear(3, 1))),
    Case(
      "nn.Sequential(nn.Sequential(nn.Linear(1, 2), nn.Tanh()), nn.Sequential(nn.Dropout(0.1)))",
      Sequential(Sequential(Linear(1, 2), Tanh()), Sequential(Dropout(0.1)))),
    Case(
      "nn.Sequential(OrderedDict([('conv', nn.Conv2d(1, 2, 3)), ('act', nn.ReLU())]))",
      Sequential(["conv": Conv2d(1, 2, 3), "act": ReLU()])),
    Case("nn.SyncBatchNorm(4)", SyncBatchNorm(4)),
    Case("nn.CrossMapLRN2d(4)", CrossMapLRN2d(4)),
    Case(
      "nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10])",
      AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs: [5, 10])),
    Case("nn.ModuleList()", ModuleList()),
    Case(
      "nn.ModuleList([nn.Linear(2, 2) for _ in range(4)])",
      ModuleList((0..<4).map { _ in Linear(2, 2) })),
    Case(
      "nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 3), nn.Linear(2, 2)])",
      ModuleList([Linear(2, 2), Linear(2, 2), Linear(2, 3), Linear(2, 2)])),
    Case(
      "nn.ModuleList([nn.Sequential(nn.Linear(2, 2), nn.ReLU()) for _ in range(3)])",
      ModuleList((0..<3).map { _ in Sequential(Linear(2, 2), ReLU()) })),
    Case(
      "nn.ModuleList([nn.ModuleList([nn.Linear(1, 1)] * 2) for _ in range(2)])",
      ModuleList((0..<2).map { _ in ModuleList(Array(repeating: Linear(1, 1), count: 2)) })),
    Case(
      "nn.ModuleDict({'a': nn.Linear(1, 2), 'b': nn.ModuleList([nn.ReLU(), nn.Tanh()])})",
      ModuleDict(["a": Linear(1, 2), "b": ModuleList([ReLU(), Tanh()])])),
    Case("nn.ModuleDict()", ModuleDict()),
    Case(
      "nn.ParameterList([nn.Parameter(torch.zeros(2, 3)), nn.Parameter(torch.zeros(1))])",
      ParameterList([try Tensor.zeros(2, 3), try Tensor.zeros(1)])),
    Case("NeuralNetwork()", NeuralNetwork()),
    Case("Clf()", Clf()),
    Case("MyModel()", MyModel()),
    Case("WithExtra()", WithExtra()),
    Case("Nested()", Nested()),
  ]

  @Test(arguments: cases) func printsAndNamesAsPyTorch(_ test: Case) throws {
    let all = try #require(try Golden.json("modules_repr.json").array)
    let record = try #require(all.first { $0["build"]?.string == test.code })
    let module = try test.build()
    #expect(module.description == record["expected"]?.string)
    let state = try module.stateDict().map { key, value in
      JSONValue.array([
        .string(key), .array(value.shape.map { .int($0) }), .string("\(value.dtype)"),
      ])
    }
    #expect(.array(state) == record["state_dict"])
    #expect(module.parameters().reduce(0) { $0 + $1.numel } == record["parameters"]?.int)
    #expect(
      module.namedModules().map(\.name) == record["named_modules"]?.array?.compactMap(\.string))
    #expect(module.isTraining == record["training"]?.bool)
  }

  /// Each module that is not compared with PyTorch's is listed, with a reason, and no other.
  @Test func whatIsLeftOutIsListed() throws {
    let page = String(decoding: try FileBytes.read("\(projectRoot)/docs/modules.md"), as: UTF8.self)
    let here =
      Self.cases.map(\.code) + ConvolutionLayerTests.printed.map(\.code)
      + ["torchvision.models.vgg16()", "torchvision.models.resnet18()"]
    for record in try #require(try Golden.json("modules_repr.json").array) {
      let code = try #require(record["build"]?.string)
      #expect(here.contains(code) != page.contains("| `\(code)` |"), "\(code)")
    }
  }

  @Test func absentModulesArePrinted() throws {
    let module = WithExtra()
    try module.registerModule("absent", nil)
    #expect(module.description.hasSuffix("\n  (absent): None\n)"))
  }

  @Test func numbersPrintAsTheyWereGiven() {
    #expect("\(Dropout(0))" == "Dropout(p=0, inplace=False)")
    #expect("\(Dropout(0.0))" == "Dropout(p=0.0, inplace=False)")
    #expect("\(Hardswish(inplace: true))" == "Hardswish()")
    #expect("\(Hardsigmoid(inplace: true))" == "Hardsigmoid()")
  }

  @Test func numbersOfPoolingAndResamplingPrintAsGiven() {
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
}
