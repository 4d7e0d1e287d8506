import Kindling
import Testing
import _TestExpectations

/// Convolutions and pooling: gradients against differences, and the fast ways against the plain ones.
@Suite struct ConvolutionTests {
  static let gradients = [
    GradientCase("conv1d", [2, 2, 5], [3, 2, 3], [3]) {
      try F.conv1d($0[0], $0[1], $0[2], padding: 1)
    },
    GradientCase("conv1d strided and dilated", [1, 2, 7], [2, 2, 2]) {
      try F.conv1d($0[0], $0[1], stride: 2, padding: 1, dilation: 3)
    },
    GradientCase("conv2d", [2, 2, 4, 3], [2, 2, 3, 2], [2]) {
      try F.conv2d($0[0], $0[1], $0[2], stride: [2, 1], padding: [1, 0])
    },
    GradientCase("conv2d in groups", [1, 4, 3, 3], [4, 2, 2, 2]) {
      try F.conv2d($0[0], $0[1], groups: 2)
    },
    GradientCase("conv2d same", [1, 1, 3, 4], [2, 1, 2, 3]) {
      try F.conv2d($0[0], $0[1], padding: .same)
    },
    GradientCase("conv2d stride beyond the kernel", [1, 1, 5, 5], [1, 1, 2, 2]) {
      try F.conv2d($0[0], $0[1], stride: 3)
    },
    GradientCase("conv3d", [1, 1, 3, 3, 3], [2, 1, 2, 2, 2], [2]) {
      try F.conv3d($0[0], $0[1], $0[2], padding: 1)
    },
    GradientCase("conv2d unbatched", [2, 3, 3], [1, 2, 2, 2]) { try F.conv2d($0[0], $0[1]) },
    GradientCase("conv_transpose1d", [1, 2, 3], [2, 1, 3], [1]) {
      try F.convTranspose1d($0[0], $0[1], $0[2], stride: 2, padding: 1, outputPadding: 1)
    },
    GradientCase("conv_transpose2d", [1, 2, 2, 3], [2, 2, 2, 2], [4]) {
      try F.convTranspose2d($0[0], $0[1], $0[2], stride: [1, 2], groups: 2, dilation: 2)
    },
    GradientCase("max_pool2d", [1, 2, 5, 4]) {
      try F.maxPool2d($0[0], 2, stride: 1, padding: 1, dilation: 2)
    },
    GradientCase("max_pool1d", [2, 1, 6]) { try F.maxPool1d($0[0], 3, ceilMode: true) },
    GradientCase("max_pool3d", [1, 1, 3, 4, 3]) { try F.maxPool3d($0[0], 2) },
    GradientCase("adaptive_max_pool2d", [1, 2, 5, 4]) { try F.adaptiveMaxPool2d($0[0], [2, 3]) },
    GradientCase("avg_pool1d", [1, 2, 7]) { try F.avgPool1d($0[0], 3, stride: 2, padding: 1) },
    GradientCase("avg_pool2d", [1, 2, 5, 4]) {
      try F.avgPool2d($0[0], 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false)
    },
    GradientCase("avg_pool3d", [1, 1, 3, 4, 3]) { try F.avgPool3d($0[0], 2, divisorOverride: 3) },
    GradientCase("adaptive_avg_pool2d", [1, 2, 5, 4]) { try F.adaptiveAvgPool2d($0[0], [2, 3]) },
    GradientCase("unfold", [1, 2, 4, 3]) { try F.unfold($0[0], 2, padding: 1, stride: 2) },
    GradientCase("fold", [1, 8, 6]) { try F.fold($0[0], [4, 3], 2) },
    GradientCase("max_unpool2d", [1, 1, 2, 2]) {
      try F.maxUnpool2d($0[0], Tensor([0, 3, 9, 10]).reshape([1, 1, 2, 2]), 2)
    },
  ]

  @Test(arguments: gradients)
  func gradientsAgreeWithDifferences(test: GradientCase) throws { try test.check() }

  /// Geometries as image, weight (of all groups), stride, padding, dilation, groups.
  static let geometries: [([Int], [Int], Int, Int, Int, Int)] = [
    ([2, 3, 17, 19], [5, 3, 3, 3], 1, 1, 1, 1),
    ([1, 4, 33, 9], [7, 4, 5, 3], 2, 2, 1, 1),
    ([3, 6, 12, 13], [8, 3, 3, 3], 3, 0, 2, 2),
    ([1, 8, 20, 21], [8, 1, 3, 3], 1, 1, 1, 8),
    ([2, 40, 6, 7], [37, 40, 1, 1], 1, 0, 1, 1),
    ([2, 20, 9, 9], [30, 20, 1, 1], 2, 0, 1, 1),
    ([1, 2, 5, 6, 21], [3, 2, 2, 3, 3], 2, 1, 1, 1),
    ([4, 300, 8, 8], [9, 300, 2, 2], 1, 0, 1, 1),
    // One channel of the result a group.
    ([3, 6, 31, 40], [6, 1, 5, 3], 2, 1, 2, 6),
    ([2, 12, 70, 9], [2, 6, 3, 3], 1, 1, 1, 2),
    ([2, 5, 90], [5, 1, 4], 1, 2, 1, 5),
    ([5, 20, 33, 31], [1, 20, 1, 1], 1, 0, 1, 1),
    ([1, 3, 4, 12, 14], [3, 1, 2, 3, 3], 1, 1, 1, 3),
    // Large enough for minimal filtering.
    ([2, 32, 29, 34], [48, 32, 3, 3], 1, 1, 1, 1),
    ([1, 24, 40, 37], [17, 24, 3, 3], 1, 0, 1, 1),
    ([3, 16, 31, 18], [33, 16, 3, 3], 1, 2, 1, 1),
    // Small maps of many samples.
    ([70, 40, 2, 2], [37, 40, 3, 3], 1, 1, 1, 1),
    ([33, 18, 1, 1], [20, 18, 3, 3], 1, 1, 1, 1),
    ([64, 20, 4, 4], [31, 20, 3, 3], 2, 1, 1, 1),
    ([16, 24, 5, 3], [50, 24, 1, 1], 2, 0, 1, 1),
    ([40, 12, 7, 7], [20, 6, 3, 3], 1, 2, 2, 2),
    ([100, 3, 12, 12], [16, 3, 5, 5], 3, 2, 1, 1),
    ([1100, 17, 3, 2], [33, 17, 2, 2], 1, 1, 1, 1),
    ([48, 8, 2, 3, 4], [10, 8, 2, 3, 3], 1, 1, 1, 1),
    ([300, 64, 12], [70, 64, 5], 2, 3, 1, 1),
    ([200, 130, 9, 9], [64, 130, 1, 1], 1, 0, 1, 1),
    // The same large enough for minimal filtering.
    ([40, 20, 4, 4], [17, 20, 3, 3], 1, 1, 1, 1),
    ([70, 16, 8, 7], [33, 16, 3, 3], 1, 1, 1, 1),
    ([33, 24, 12, 9], [40, 24, 3, 3], 1, 0, 1, 1),
    ([18, 32, 15, 16], [16, 32, 3, 3], 1, 2, 1, 1),
  ]

  @Test(arguments: 0..<geometries.count, [DType.float32, .float64])
  func theFastWayAgreesWithThePlainOne(_ number: Int, _ dtype: DType) throws {
    let (image, kernel, stride, padding, dilation, groups) = Self.geometries[number]
    let (x, w, b) = try withDefaultGenerator(Generator(seed: 5)) {
      (
        try Tensor.randn(image, dtype: dtype), try Tensor.randn(kernel, dtype: dtype),
        try Tensor.randn([kernel[0]], dtype: dtype)
      )
    }
    let arguments = try ConvolutionArguments(
      "conv", x, w, b, stride: [stride], dilation: [dilation], groups: groups, transposed: false)
    let around = try arguments.checked([padding], "padding", least: 0)
    let c = try arguments.forward(around, around)
    let y = try x.convolved(w, b, c)
    let plain = try Tensor.empty(y.shape, dtype: dtype)
    try y.backend.composedConvolution(x, w, bias: b, c, into: plain)
    // Sums of thousands of products, so relative to the largest of them.
    let bound = dtype == .float32 ? 2e-5 : 1e-13
    try expectClose(y, plain, scaledAtol: bound)

    let g = try withDefaultGenerator(Generator(seed: 6)) { try Tensor.randn(y.shape, dtype: dtype) }
    let (gx, gw) = (try Tensor.empty(image, dtype: dtype), try Tensor.empty(kernel, dtype: dtype))
    let (px, pw) = (try Tensor.empty(image, dtype: dtype), try Tensor.empty(kernel, dtype: dtype))
    try y.backend.convolutionInput(g, w, bias: nil, c, into: gx)
    try y.backend.composedConvolutionInput(g, w, bias: nil, c, into: px)
    try expectClose(gx, px, scaledAtol: bound)
    try y.backend.convolutionWeight(g, x, c, into: gw)
    try y.backend.composedConvolutionWeight(g, x, c, into: pw)
    try expectClose(gw, pw, scaledAtol: bound)
  }

  @Test func theNodesAreNamedAsPyTorchs() throws {
    let x = try Tensor.ones([1, 2, 4, 4], requiresGrad: true), w = try Tensor.ones([1, 2, 2, 2])
    let signal = try Tensor.ones([1, 2, 4], requiresGrad: true)
    let table: [(String, Tensor)] = [
      ("ConvolutionBackward0", try F.conv2d(x, w)),
      ("SqueezeBackward1", try F.conv2d(x.select(0, 0), w)),
      ("MaxPool2DWithIndicesBackward0", try F.maxPool2d(x, 2)),
      ("AvgPool2DBackward0", try F.avgPool2d(x, 2)),
      ("AdaptiveAvgPool2DBackward0", try F.adaptiveAvgPool2d(x, 2)),
      ("MeanBackward1", try F.adaptiveAvgPool2d(x, 1)),
      ("AdaptiveMaxPool2DBackward0", try F.adaptiveMaxPool2d(x, 2)),
      ("SqueezeBackward1", try F.maxPool1d(signal, 2)),
      ("SqueezeBackward1", try F.avgPool1d(signal, 2)),
      ("Im2ColBackward0", try F.unfold(x, 2)),
      ("Col2ImBackward0", try F.fold(F.unfold(x, 2), 4, 2)),
      ("PowBackward0", try F.lpPool2d(x, normType: 2, 2)),
    ]
    for (name, y) in table { #expect(y.gradFn?.name == name) }
  }

  /// PyTorch refuses an empty output, but where oneDNN computes it, or the batch is empty.
  @Test func emptyOutputsOfTransposedConvolutions() throws {
    func shape(
      _ image: [Int], _ weight: [Int], padding: Int, groups: Int = 1, _ dtype: DType = .float32
    ) throws -> [Int] {
      let x = try Tensor.ones(image, dtype: dtype, requiresGrad: true)
      let w = try Tensor.ones(weight, dtype: dtype, requiresGrad: true)
      let bias = try Tensor.ones([weight[1] * groups], dtype: dtype, requiresGrad: true)
      let y = try x.convolution(w, bias, padding: [padding], transposed: true, groups: groups)
      try y.sum().backward()
      for leaf in [x, w, bias] { #expect(try leaf.grad?.sum().item() == 0) }
      return y.shape
    }
    #expect(try shape([2, 6, 1, 2], [6, 2, 2, 1], padding: 1) == [2, 2, 0, 0])
    #expect(try shape([1, 6, 1, 2], [6, 2, 2, 1], padding: 1, groups: 2) == [1, 4, 0, 0])
    #expect(try shape([1, 6, 1, 2], [6, 2, 2, 1], padding: 1, .bfloat16) == [1, 2, 0, 0])
    #expect(try shape([1, 6, 2, 5, 5], [6, 2, 1, 4, 4], padding: 1) == [1, 2, 0, 6, 6])
    #expect(try shape([2, 6, 1], [6, 2, 2], padding: 1) == [2, 2, 0])
    #expect(try shape([0, 6, 1, 4], [6, 2, 2, 1], padding: 1, .float64) == [0, 2, 0, 2])
    for (image, weight, padding, dtype) in [
      ([1, 6, 1, 2], [6, 2, 2, 1], 1, DType.float32), ([1, 6, 8], [6, 2, 5], 6, .float32),
      ([2, 6, 1, 2], [6, 2, 2, 1], 1, .float64), ([2, 6, 1, 2], [6, 2, 2, 1], 1, .float16),
      ([0, 6, 1, 2], [6, 2, 1, 1], 1, .float64),
    ] {
      expectRefusal("…Output size is too small…") {
        try shape(image, weight, padding: padding, dtype)
      }
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let x = try withDefaultGenerator(Generator(seed: 1)) { try Tensor.randn(2, 32, 30, 30) }
    let w = try withDefaultGenerator(Generator(seed: 2)) { try Tensor.randn(32, 32, 3, 3) }
    let before = threadCount
    defer { try? setThreadCount(before) }
    var results: [Tensor] = []
    for threads in [1, 3] {
      try setThreadCount(threads)
      try x.requiresGrad_()
      try w.requiresGrad_()
      let y = try F.conv2d(x, w, stride: 2, padding: 1)
      let z = try F.conv2d(x, w, padding: 1)
      results +=
        [y, z] + (try grad(of: [z.sum() + y.sum()], withRespectTo: [x, w])).compactMap { $0 }
    }
    for i in 0..<4 { #expect(try results[i].equal(results[i + 4])) }
  }

  @Test func refusesSizesBeyondAllMemory() throws {
    expectRefusal("conv3d: …larger than any memory") {
      try F.conv3d(
        Tensor.ones(1, 4, 4, 4), Tensor.ones(1, 1, 4, 4, 4), padding: .same, dilation: 1 << 22)
    }
  }
}
