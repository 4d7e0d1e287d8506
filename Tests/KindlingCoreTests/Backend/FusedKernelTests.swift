import Kindling
import Testing
import _TestExpectations

/// The fused operations against the same ones composed of primitives.
@Suite struct FusedKernelTests {
  static func draw(_ shape: [Int], _ dtype: DType, _ seed: Int) throws -> Tensor {
    let count: Int = shape.reduce(1, *)
    let values = (0..<count).map { (i: Int) -> Double in
      let step: Int = (i &* 7919 &+ seed &* 31) % 1009
      return Double(step - 500) / 128
    }
    return try Tensor(values, dtype: dtype).alias(
      shape: shape, strides: Layout.contiguousStrides(shape), offset: 0)
  }

  @Test(arguments: [1, 3, 8, 10, 33, 500], [DType.float32, .float64])
  func softmax(_ n: Int, _ dtype: DType) throws {
    let backend = CPUBackend.shared, bound = dtype == .float32 ? 2e-6 : 1e-13
    let x = try Self.draw([7, n], dtype, 1), g = try Self.draw([7, n], dtype, 2)
    for log in [false, true] {
      let (a, b) = (
        try Tensor.zeros([7, n], dtype: dtype), try Tensor.zeros([7, n], dtype: dtype)
      )
      try backend.softmax(x, dim: 1, log: log, into: a)
      try backend.composedSoftmax(x, dim: 1, log: log, into: b)
      try expectClose(a, b, atol: bound)
      let (c, d) = (
        try Tensor.zeros([7, n], dtype: dtype), try Tensor.zeros([7, n], dtype: dtype)
      )
      try backend.softmaxBackward(g, a, dim: 1, log: log, into: c)
      try backend.composedSoftmaxBackward(g, a, dim: 1, log: log, into: d)
      try expectClose(c, d, atol: bound * 20)
    }
  }

  @Test(arguments: [1, 3, 8, 33, 513, 1600], [DType.float32, .float64])
  func channelNormalization(_ run: Int, _ dtype: DType) throws {
    let backend = CPUBackend.shared, bound = dtype == .float32 ? 3e-5 : 1e-12
    let x = try Self.draw([5, 3, run], dtype, 6), g = try Self.draw([5, 3, run], dtype, 7)
    let weight = try Tensor([0.5, -2.0, 3.0], dtype: dtype),
      bias = try Tensor([1.0, 0.0, -1.0], dtype: dtype)
    func empty(_ shape: [Int]) throws -> Tensor { try Tensor.zeros(shape, dtype: dtype) }
    let (mean, variance) = (try empty([3]), try empty([3]))
    try backend.channelMoments(x, mean: mean, variance: variance)
    let (mean2, variance2) = (try empty([3]), try empty([3]))
    try backend.composedChannelMoments(x, mean: mean2, variance: variance2)
    try expectClose(mean, mean2, atol: bound)
    try expectClose(variance, variance2, atol: bound)
    let rstd = try variance.add(1e-5).rsqrt()
    let (y, z) = (try empty(x.shape), try empty(x.shape))
    try backend.normalizeChannels(x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: y)
    try backend.composedNormalizeChannels(
      x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: z)
    try expectClose(y, z, atol: bound)
    for centered in [false, true] {
      func gradients() throws -> NormGradients {
        NormGradients(input: try empty(x.shape), weight: try empty([3]), bias: try empty([3]))
      }
      let (a, b) = (try gradients(), try gradients())
      try backend.normalizeChannelsBackward(
        g, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: a)
      try backend.composedNormalizeChannelsBackward(
        g, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: b)
      for (x, y) in try zip(a.all(), b.all()) {
        try expectClose(x, y, atol: bound * Double(run + 10))
      }
    }
  }

  @Test(arguments: [1, 8, 33, 513, 1600], [DType.float32, .float64])
  func rowNormalization(_ n: Int, _ dtype: DType) throws {
    let backend = CPUBackend.shared, bound = dtype == .float32 ? 3e-5 : 1e-12, rows = 40
    let x = try Self.draw([rows, n], dtype, 8), g = try Self.draw([rows, n], dtype, 9)
    let weight = try Self.draw([n], dtype, 10), bias = try Self.draw([n], dtype, 11)
    func empty(_ shape: [Int]) throws -> Tensor { try Tensor.zeros(shape, dtype: dtype) }
    let (y, mean, rstd) = (try empty([rows, n]), try empty([rows]), try empty([rows]))
    try backend.normalizeRows(
      x, eps: 1e-3, weight: weight, bias: bias, into: y, mean: mean, rstd: rstd)
    let (z, mean2, rstd2) = (try empty([rows, n]), try empty([rows]), try empty([rows]))
    try backend.composedNormalizeRows(
      x, eps: 1e-3, weight: weight, bias: bias, into: z, mean: mean2, rstd: rstd2)
    try expectClose(y, z, atol: bound)
    try expectClose(mean, mean2, atol: bound)
    try expectClose(rstd, rstd2, atol: bound)
    for weight in [nil, weight] {
      func gradients() throws -> NormGradients {
        NormGradients(input: try empty([rows, n]), weight: try empty([n]), bias: try empty([n]))
      }
      let (a, b) = (try gradients(), try gradients())
      try backend.normalizeRowsBackward(g, x, mean: mean, rstd: rstd, weight: weight, into: a)
      try backend.composedNormalizeRowsBackward(
        g, x, mean: mean, rstd: rstd, weight: weight, into: b)
      for (x, y) in try zip(a.all(), b.all()) { try expectClose(x, y, atol: bound * 50) }
    }
  }
}

extension NormGradients {
  /// The gradients of the input, the weight and the bias.
  func all() throws -> [Tensor] { try [#require(input), #require(weight), #require(bias)] }
}
