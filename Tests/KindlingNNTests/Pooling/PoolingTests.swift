import Kindling
import Testing
import _TestExpectations

/// Pooling: windows at the edges, and fractional pooling.
@Suite struct PoolingTests {
  @Test func windowsLargerThanVolumes() throws {
    let volume = try Tensor.ones(1, 1, 2, 4, 4)
    for padding in [0, 1] {
      for ceilMode in [false, true] {
        expectRefusal("avg_pool3d: input image [2, 4, 4] smaller than kernel size [3, 3, 3]") {
          try F.avgPool3d(volume, 3, padding: padding, ceilMode: ceilMode)
        }
      }
    }
    #expect(try F.maxPool3d(volume, 3, ceilMode: true).shape == [1, 1, 1, 2, 2])
    #expect(try F.avgPool2d(Tensor.ones(1, 1, 2, 2), 3, ceilMode: true).shape == [1, 1, 1, 1])
  }

  @Test func imagesWithoutChannelsAreRefused() throws {
    let x = try Tensor.ones(2, 0, 4, 4), places = try Tensor.zeros([2, 0, 4, 4], dtype: .int64)
    expectRefusal("max_unpool2d: …input has sizes [2, 0, 4, 4] with dimension 1 being empty") {
      try F.maxUnpool2d(x, places, 2)
    }
    expectRefusal(
      "…possibly 0 batch size and other non-zero dimensions for input, but got: [2, 0, 4, 4]"
    ) {
      try F.unfold(x, 2)
    }
    #expect(try F.unfold(Tensor.ones(0, 3, 4, 4), 2).shape == [0, 12, 9])
  }

  @Test func refusesANormOfZero() throws {
    expectRefusal("lp_pool1d: norm_type must be a non-zero value, but got 0.0") {
      try F.lpPool1d(Tensor.ones(1, 1, 4), normType: 0, 2)
    }
  }

  @Test func fractionalPoolingOfVolumes() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let x = try Tensor.rand(1, 2, 5, 5, 5)
      let sum = try FractionalMaxPool3d(2, outputSize: 3)(x).sum().item()
      expectClose(sum, 47.30952453613281, atol: 1e-4)
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
      expectRefusal("…\(text)…") { try pool(x) }
    }
  }
}
