import Kindling
import Testing
import _TestExpectations

/// Batch normalisation's passes against the plain ones, over maps of every size.
@Suite struct ChannelKernelTests {
  @Test(
    arguments: [
      [5, 3, 1], [64, 70, 1], [4, 33, 4], [70, 40, 9], [2, 65, 31], [3, 5, 40], [1, 7, 3],
    ],
    [DType.float32, .float64])
  func agreeWithThePlainOnes(_ shape: [Int], _ dtype: DType) throws {
    let (x, g, weight, bias) = try withDefaultGenerator(Generator(seed: 2)) {
      (
        try Tensor.randn(shape, dtype: dtype).add(3), try Tensor.randn(shape, dtype: dtype),
        try Tensor.rand([shape[1]], dtype: dtype), try Tensor.randn([shape[1]], dtype: dtype)
      )
    }
    let backend = x.backend
    func channels() throws -> Tensor { try Tensor.empty([shape[1]], dtype: dtype) }
    func close(_ a: Tensor, _ b: Tensor) throws {
      let scale = try max(b.abs().max().item(), 1)
      try expectClose(a, b, atol: scale * (dtype == .float32 ? 1e-5 : 1e-13))
    }
    let (mean, variance) = (try channels(), try channels())
    let (plainMean, plainVariance) = (try channels(), try channels())
    try backend.channelMoments(x, mean: mean, variance: variance)
    try backend.composedChannelMoments(x, mean: plainMean, variance: plainVariance)
    try close(mean, plainMean)
    try close(variance, plainVariance)

    let rstd = try plainVariance.add(0.1).rsqrt()
    let (y, plain) = (try Tensor.empty(shape, dtype: dtype), try Tensor.empty(shape, dtype: dtype))
    try backend.normalizeChannels(
      x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: y)
    try backend.composedNormalizeChannels(
      x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: plain)
    try close(y, plain)

    for centered in [true, false] {
      let results = try (0..<2).map { _ in
        NormGradients(
          input: try Tensor.empty(shape, dtype: dtype), weight: try channels(),
          bias: try channels())
      }
      try backend.normalizeChannelsBackward(
        g, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: results[0])
      try backend.composedNormalizeChannelsBackward(
        g, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: results[1])
      for (a, b) in try zip(results[0].all(), results[1].all()) { try close(a, b) }
    }
  }
}
