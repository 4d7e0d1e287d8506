import Kindling
import Testing
import _TestExpectations

/// What masked operations and histograms refuse, and gradients through masks.
@Suite struct MaskedTests {
  @Test(arguments: maskedGradients)
  func gradients(test: GradientCase) throws { try test.check() }

  @Test func nothingTakesPart() throws {
    let x = try Tensor([[1.0, 2.0], [3.0, 4.0]])
    let mask = try Tensor([[true, false], [false, false]])
    func values(_ y: Tensor) throws -> [Float] { try y.toArray(as: Float.self) }
    #expect(try values(Masked.sum(x, dims: [1], mask: mask)) == [1, 0])
    #expect(try values(Masked.prod(x, dims: [1], mask: mask)) == [1, 1])
    #expect(try values(Masked.amax(x, dims: [1], mask: mask)) == [1, -.infinity])
    #expect(try values(Masked.norm(x, dims: [1], mask: mask)) == [1, 0])
    #expect(try values(Masked.mean(x, dims: [1], mask: mask))[1].isNaN)
    #expect(try values(Masked.median(x, dim: 1, mask: mask))[1].isNaN)
    #expect(try values(Masked.softmax(x, dim: 1, mask: mask))[0...1] == [1, 0])
    #expect(try Masked.amin(x.to(.int8), mask: mask.logicalAnd(mask.logicalNot())).item() == 127)
    #expect(try Masked.argmax(x, dim: 1, mask: mask.logicalNot()).dtype == .float32)
  }

  @Test func refusals() throws {
    let x = try Tensor([[1.0, 2.0], [3.0, 4.0]]), row = Tensor([1.0, 2.0])
    let none = Tensor([false, false])
    expectRefusal(
      "…_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)…"
    ) { try Masked.sum(row, mask: x) }
    expectRefusal("…must match…") { try Masked.sum(x, mask: Tensor([true, false, true])) }
    expectRefusal("…does not broadcast to shape [1, 2]") { try Masked.sum(x[0..<1], mask: x) }
    expectRefusal("masked.amax: …on torch.bool input…") { try Masked.amax(x.gt(1), mask: none) }
    expectRefusal("…expects no fully masked out rows if dtype is not floating point") {
      try Masked.median(x.to(.int64), dim: 1, mask: none)
    }
    expectRefusal("histogram: \"histogramdd\" not implemented for 'Half'") {
      try x.to(.float16).histogram(bins: 2)
    }
    expectRefusal("…bins must be > 0, but got 0 for dimension 0") { try x.histogram(bins: 0) }
    expectRefusal("linspace: …larger than any memory") { try x.histogram(bins: .max) }
    expectRefusal("histogram: min should not exceed max, but got min 1.0 max 0.0 for dimension 0") {
      try x.histogram(bins: 2, range: (1, 0))
    }
    expectRefusal("histogram: …it should have the same shape as the input tensor…") {
      try x.histogram(bins: 2, weight: Tensor.ones(3))
    }
    expectRefusal("…should have the same dtype, but got input(float32), and weight(float64)") {
      try x.histogram(bins: 2, weight: x.to(.float64))
    }
    expectRefusal("histogram: bins tensor should have one dimension and at least 2 edges…") {
      try x.histogram(bins: x)
    }
    expectRefusal("…should have the same dtype…") { try x.histogram(bins: row.to(.float64)) }
    expectRefusal("histogram: dimension 0's range [nan, nan] is not finite") {
      try (x * Double.nan).histogram(bins: 2)
    }
    expectRefusal("histogramdd: input tensor should have at least 2 dimensions") {
      try row.histogramdd(bins: [2])
    }
    expectRefusal("…The size of bins must be equal to the innermost dimension of the input…") {
      try x.histogramdd(bins: [2])
    }
    expectRefusal("…for a 2-dimensional histogram range should have 4 elements, but got 2") {
      try x.histogramdd(bins: [2, 2], range: [0, 1])
    }
    expectRefusal("hash_tensor: Expected reduction dim to be specified for input.numel() == 0…") {
      try Tensor.zeros(2, 0).hashTensor()
    }
  }

  @Test func hashes() throws {
    // PyTorch's uint64 of randomly chosen numbers, as the int64 with the same bits.
    #expect(try Tensor([1, 0, -5], dtype: .int8).hashTensor().item(as: Int.self) == -6)
    #expect(try Tensor([1.5, 2.5]).hashTensor(dims: [0], keepdim: true).shape == [1])
  }
}

private let mask: @Sendable () throws -> Tensor = {
  try Tensor([[true, false, true], [true, true, false]])
}

private let maskedGradients = [
  GradientCase("masked sum") { try Masked.sum($0[0], dims: [1], mask: mask()) },
  GradientCase("masked prod") { try Masked.prod($0[0], dims: [1], mask: mask()) },
  GradientCase("masked mean") { try Masked.mean($0[0], dims: [0], mask: mask()) },
  GradientCase("masked amax", hasTies: true) { try Masked.amax($0[0], dims: [1], mask: mask()) },
  GradientCase("masked amin", hasTies: true) { try Masked.amin($0[0], dims: [1], mask: mask()) },
  GradientCase("masked median", hasTies: true) { try Masked.median($0[0], dim: 1, mask: mask()) },
  GradientCase("masked norm") { try Masked.norm($0[0], 3, dims: [1], mask: mask()) },
  GradientCase("masked var") { try Masked.var($0[0], mask: mask()) },
  GradientCase("masked std", hasTies: true) { try Masked.std($0[0], mask: mask()) },
  GradientCase("masked logsumexp") { try Masked.logsumexp($0[0], dims: [1], mask: mask()) },
  GradientCase("masked cumsum") { try Masked.cumsum($0[0], dim: 1, mask: mask()) },
  GradientCase("masked cumprod") { try Masked.cumprod($0[0], dim: 1, mask: mask()) },
  GradientCase("masked softmax") { try Masked.softmax($0[0], dim: 1, mask: mask()) },
  GradientCase("masked logSoftmax") { try Masked.logSoftmax($0[0], dim: 1).masked(mask()) },
  GradientCase("masked softmin") { try Masked.softmin($0[0], dim: 1, mask: mask()) },
  GradientCase("masked normalize") { try Masked.normalize($0[0], 2, dim: 1, mask: mask()) },
  // The second derivative at −∞ is NaN, as in PyTorch.
  GradientCase("masked logaddexp", [2, 3], [2, 3], twice: false) {
    try Masked.logaddexp($0[0], $0[1], inputMask: mask())
  },
]

extension Tensor {
  fileprivate func masked(_ mask: Tensor) throws -> Tensor { try Tensor.where(mask, self, 0) }
}
