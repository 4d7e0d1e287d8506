import Kindling
import Testing
import _TestExpectations

/// Convolutions and pooling as layers: what they print, what they draw, what they refuse.
@Suite(.serialized) struct ConvolutionLayerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let code: String
    let build: @Sendable (DType) -> Module
    init(_ code: String, _ build: @escaping @Sendable (DType) -> Module) {
      self.code = code
      self.build = build
    }
    var testDescription: String { code }
  }

  static let printed = [
    Case("nn.Conv1d(3, 5, 4)") { _ in Conv1d(3, 5, 4) },
    Case("nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2, bias=False)") { _ in
      Conv1d(4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2, bias: false)
    },
    Case("nn.Conv2d(3, 64, kernel_size=3, padding=1)") { _ in Conv2d(3, 64, 3, padding: 1) },
    Case("nn.Conv2d(4, 4, 3, padding='same')") { _ in Conv2d(4, 4, 3, padding: .same) },
    Case("nn.Conv2d(4, 4, 3, padding='valid', bias=False)") { _ in
      Conv2d(4, 4, 3, padding: .valid, bias: false)
    },
    Case("nn.Conv2d(1, 8, (3, 5), stride=(2, 1), padding=(0, 2), padding_mode='reflect')") { _ in
      Conv2d(1, 8, [3, 5], stride: [2, 1], padding: [0, 2], paddingMode: .reflect)
    },
    Case("nn.LPPool2d(2, 3)") { _ in LPPool2d(2, 3) },
    Case("nn.FractionalMaxPool2d(3, output_size=(5, 5))") { _ in
      FractionalMaxPool2d(3, outputSize: [5, 5])
    },
    Case("nn.MaxUnpool2d(2, 2)") { _ in MaxUnpool2d(2, stride: 2) },
    Case("nn.Fold((4, 5), (2, 2))") { _ in Fold([4, 5], [2, 2]) },
    Case("nn.Unfold(3, padding=1)") { _ in Unfold(3, padding: 1) },
    Case("nn.Conv3d(1, 2, 3, stride=2)") { _ in Conv3d(1, 2, 3, stride: 2) },
    Case("nn.ConvTranspose1d(2, 3, 4, output_padding=0)") { _ in ConvTranspose1d(2, 3, 4) },
    Case("nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)") { _ in
      ConvTranspose2d(3, 4, 3, stride: 2, padding: 1, outputPadding: 1)
    },
    Case("nn.ConvTranspose3d(1, 2, 2, dilation=2)") { _ in ConvTranspose3d(1, 2, 2, dilation: 2) },
    Case("nn.MaxPool1d(2)") { _ in MaxPool1d(2) },
    Case("nn.MaxPool2d(2)") { _ in MaxPool2d(2) },
    Case("nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, ceil_mode=True)") { _ in
      MaxPool2d([3, 2], stride: [2, 1], padding: 1, ceilMode: true)
    },
    Case("nn.MaxPool3d(2, return_indices=True)") { _ in MaxPool3d(2) },
    Case("nn.AvgPool1d(3, 2, 1)") { _ in AvgPool1d(3, stride: 2, padding: 1) },
    Case("nn.AvgPool2d(2)") { _ in AvgPool2d(2) },
    Case("nn.AvgPool2d((3, 2), stride=(2, 1), padding=(0, 1))") { _ in
      AvgPool2d([3, 2], stride: [2, 1], padding: [0, 1])
    },
    Case("nn.AvgPool3d(2)") { _ in AvgPool3d(2) },
    Case("nn.AdaptiveAvgPool1d(4)") { _ in AdaptiveAvgPool1d(4) },
    Case("nn.AdaptiveAvgPool2d((7, 7))") { _ in AdaptiveAvgPool2d([7, 7]) },
    Case("nn.AdaptiveAvgPool2d(1)") { _ in AdaptiveAvgPool2d(1) },
    Case("nn.AdaptiveMaxPool2d((None, 3))") { _ in AdaptiveMaxPool2d([nil, 3]) },
  ]

  @Test(arguments: printed) func printsAndNamesAsPyTorch(_ test: Case) throws {
    let all = try #require(try Golden.json("modules_repr.json").array)
    let record = try #require(all.first { $0["build"]?.string == test.code })
    let module = test.build(.float32)
    #expect(module.description == record["expected"]?.string)
    let state = try module.stateDict().map { key, value in
      JSONValue.array([
        .string(key), .array(value.shape.map { .int($0) }), .string("\(value.dtype)"),
      ])
    }
    #expect(.array(state) == record["state_dict"])
  }

  static let drawn = [
    Case("nn.Conv1d(3, 5, 4)") { Conv1d(3, 5, 4, dtype: $0) },
    Case("nn.Conv2d(3, 8, 3, padding=1)") { Conv2d(3, 8, 3, padding: 1, dtype: $0) },
    Case("nn.Conv2d(4, 6, (3, 2), groups=2, bias=False)") {
      Conv2d(4, 6, [3, 2], groups: 2, bias: false, dtype: $0)
    },
    Case("nn.Conv3d(2, 3, 2)") { Conv3d(2, 3, 2, dtype: $0) },
    Case("nn.ConvTranspose2d(3, 4, 3, stride=2)") {
      ConvTranspose2d(3, 4, 3, stride: 2, dtype: $0)
    },
    Case("nn.ConvTranspose1d(2, 3, 5)") { ConvTranspose1d(2, 3, 5, dtype: $0) },
  ]

  @Test(arguments: drawn, [DType.float32, .float64])
  func drawsAsPyTorch(_ test: Case, _ dtype: DType) throws {
    let file = try Golden.tensors("rng.safetensors")
    let records = try #require(try Golden.json("rng.json")["layers"]?.array)
    let record = try #require(
      records.first { $0["code"]?.string == test.code && $0["dtype"]?.string == "\(dtype)" })
    try withDefaultGenerator(Generator(seed: try #require(record["seed"]?.int))) {
      let state = try test.build(dtype).stateDict()
      let expected = try #require(record["state_dict"]?.array)
      #expect(state.keys == expected.compactMap { $0.array?.first?.string })
      for (entry, value) in zip(expected, state.values) {
        let name = try #require(entry.array?.last?.string)
        try expectClose(value, file.tensor(name), name)
      }
    }
  }

  @Test func unpoolingPutsMaximaBack() throws {
    let x = try Tensor([[1.0, 3, 2, 9, 4, 5, 7]])
    let (maxima, places) = try MaxPool1d(2).withIndices(x)
    let unpool = MaxUnpool1d(2)
    #expect("\(unpool)" == "MaxUnpool1d(kernel_size=(2,), stride=(2,), padding=(0,))")
    #expect(try unpool(maxima, places).equal(Tensor([[0.0, 3, 0, 9, 0, 5]])))
    #expect(
      try unpool(maxima, places, outputSize: [7]).equal(Tensor([[0.0, 3, 0, 9, 0, 5, 0]])))
    let volumes = try Tensor.rand(1, 2, 4, 6, 4)
    let (greatest, spots) = try MaxPool3d([2, 3, 2]).withIndices(volumes)
    let layer = MaxUnpool3d([2, 3, 2])
    #expect(try layer(greatest, spots).max().item() == greatest.max().item())
    expectRefusal("…invalid output_size…") { try unpool(maxima, places, outputSize: [20]) }
  }

  @Test func bordersOfOtherModes() throws {
    // What PyTorch computes for these: [1 2 3] around, and a kernel of ones.
    let x = try Tensor([1.0, 2, 3]).reshape([1, 1, 3])
    let table: [(PaddingMode, [Double])] = [
      (.zeros, [3, 6, 5]), (.reflect, [5, 6, 7]), (.replicate, [4, 6, 8]), (.circular, [6, 6, 6]),
    ]
    for (mode, expected) in table {
      let layer = Conv1d(1, 1, 3, padding: 1, bias: false, paddingMode: mode)
      try Init.ones_(layer.weight)
      #expect(try layer(x).toArray(as: Double.self) == expected)
    }
  }

  @Test func impossibleLayersAreRefusedByTheirFirstUse() throws {
    let x = try Tensor.zeros(1, 3, 4, 4)
    expectRefusal("Conv2d: in_channels must be divisible by groups, but got 3 and 2") {
      try Conv2d(3, 4, 3, groups: 2)(x)
    }
    expectRefusal("Conv2d: out_channels must be divisible by groups, but got 3 and 2") {
      try Conv2d(4, 3, 3, groups: 2)(x)
    }
    expectRefusal("…groups must be a positive integer…") { try Conv2d(3, 4, 3, groups: 0)(x) }
    expectRefusal("Conv2d: padding='same' is not supported for strided convolutions") {
      try Conv2d(3, 4, 3, stride: 2, padding: .same)(x)
    }
    expectRefusal("Conv2d: kernel_size must be one number or 2 numbers, but got [1, 2, 3]") {
      try Conv2d(3, 4, [1, 2, 3])(x)
    }
    expectRefusal("Conv2d: sizes must not be negative…") { try Conv2d(-3, 4, 3)(x) }
    expectRefusal("conv2d: …to have 3 channels, but got 2 channels instead") {
      try Conv2d(3, 4, 3)(Tensor.zeros(1, 2, 4, 4))
    }
    expectRefusal("conv2d: Expected 3D (unbatched) or 4D (batched) input to conv2d…") {
      try Conv2d(3, 4, 3)(Tensor.zeros(4, 4))
    }
    expectRefusal("…Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3)…") {
      try Conv2d(3, 4, 3)(Tensor.zeros(1, 3, 2, 2))
    }
    expectRefusal("max_pool2d: …Output size is too small") { try MaxPool2d(5)(x) }
    expectRefusal("max_pool2d: pad should be at most half of effective kernel size…") {
      try MaxPool2d(2, padding: 2)(x)
    }
    expectRefusal(
      "…requested an output size of [9, 12], but valid sizes in dimension 1 range from 9 to 10…"
    ) {
      try ConvTranspose2d(3, 4, 3, stride: 2).forward(x, outputSize: [9, 12])
    }
  }
}
