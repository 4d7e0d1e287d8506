import Kindling
import _TestSupport

/// The sum of `terms`, from left to right.
private func total(_ terms: [Tensor]) throws -> Tensor {
  try terms.dropFirst().reduce(terms[0]) { try $0 + $1 }
}

/// Programs about the gradients of activations, losses, layers and factorisations.
let layerPrograms: [GoldenProgram] = [
  GoldenProgram("where_clamp_abs") { p in
    let x = try p("x"), y = try p("y")
    let z = try total([
      Tensor.where(x.gt(0), x * y, y.exp()), x.clamp(min: -1, max: 1), x.abs(), x.clampMin(0.0),
      x.maximum(y), x.minimum(x), x.relu(), x.sign(), F.leakyRelu(x, negativeSlope: 0.1),
    ])
    try z.sum().backward()
    return ["z": .tensor(z), "x.grad": .tensor(x.grad), "y.grad": .tensor(y.grad)]
  },
  GoldenProgram("regression_losses") { p in
    let x = try p("x"), t = try p("t")
    let l = try total([
      F.mseLoss(x, t), F.l1Loss(x, t), F.smoothL1Loss(x, t, beta: 0.5),
      F.huberLoss(x, t, delta: 0.8),
      F.mseLoss(x, t, reduction: .sum),
      F.klDiv(F.logSoftmax(x, dim: 0), t.softmax(dim: 0), reduction: .sum),
      F.poissonNLLLoss(x, t.exp()), F.gaussianNLLLoss(x, t, x.detach().exp()),
      F.hingeEmbeddingLoss(x, t.sign()), F.softMarginLoss(x, t.sign()),
    ])
    try l.backward()
    return ["l": .tensor(l), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("margin_losses") { p in
    let a = try p("a"), b = try p("b"), c = try p("c")
    let l = try total([
      F.tripletMarginLoss(a, b, c, margin: 0.7),
      F.cosineEmbeddingLoss(a, b, Tensor([1.0, -1, 1, -1]).to(p.dtype)),
      F.marginRankingLoss(a, b, c.detach().sign(), margin: 0.2), F.cosineSimilarity(a, c).sum(),
      F.pairwiseDistance(b, c).sum(), F.normalize(a, dim: 1).sum(), a.cdist(b).sum(),
    ])
    try l.backward()
    return [
      "l": .tensor(l), "a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad),
      "c.grad": .tensor(c.grad),
    ]
  },
  GoldenProgram("conv_groups_transpose") { p in
    let x = try p("x"), w = try p("w"), v = try p("v")
    let y = try F.conv1d(x, w, padding: 1, groups: 2)
    let z = try F.convTranspose1d(y, v, stride: 2, padding: 1, outputPadding: 1, groups: 3)
    try z.sin().sum().backward()
    return [
      "y": .tensor(y), "z": .tensor(z), "x.grad": .tensor(x.grad), "w.grad": .tensor(w.grad),
      "v.grad": .tensor(v.grad),
    ]
  },
  GoldenProgram("pools") { p in
    let x = try p("x")
    let y = try total([
      F.maxPool2d(x, 3, stride: 2, padding: 1, ceilMode: true).sum(),
      F.avgPool2d(x, 2, stride: 2, padding: 1, countIncludePad: false).pow(2).sum(),
      F.adaptiveAvgPool2d(x, [4, 3]).exp().sum(), F.adaptiveMaxPool2d(x, [2, 2]).sum(),
      F.lpPool2d(x.abs(), normType: 2, 2).sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("interpolate_pad") { p in
    let x = try p("x")
    let y = try total([
      F.interpolate(x, scaleFactor: 2, mode: .bilinear, alignCorners: false).pow(2).sum(),
      F.interpolate(x, size: [5, 7], mode: .bilinear, alignCorners: true).pow(2).sum(),
      F.interpolate(x, size: [6, 5], mode: .nearest).pow(2).sum(),
      F.pad(x, [1, 2, 0, 1]).pow(2).sum(), F.pad(x, [1, 1, 2, 1], mode: .reflect).pow(2).sum(),
      F.pad(x, [1, 2, 1, 1], mode: .replicate).pow(2).sum(),
      F.pad(x, [1, 1, 1, 1], mode: .circular).pow(3).sum(),
      F.pixelShuffle(Tensor.cat([x, x], dim: 1), 2).sin().sum(), F.unfold(x, 2).cos().sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("norm_layers") { p in
    let x = try p("x"), w = try p("w"), b = try p("b")
    let rm = try Tensor.zeros(6, dtype: p.dtype), rv = try Tensor.ones(6, dtype: p.dtype)
    let y = try F.batchNorm(x, rm, rv, weight: w, bias: b, training: true, momentum: 0.2)
    let e = try F.batchNorm(x, rm, rv, weight: w, bias: b, training: false)
    let l = try F.layerNorm(x.transpose(1, 2), [6], weight: w, bias: b, eps: 1e-4)
    let g = try F.groupNorm(x, 2, weight: w, bias: b)
    let i = try F.instanceNorm(x)
    let r = try F.rmsNorm(x.transpose(1, 2), [6], weight: w)
    try total([
      (y * e).sum(), l.pow(3).sum(), g.pow(3).sum(), i.pow(3).sum(), r.pow(2).prod(dim: 2).sum(),
    ]).backward()
    return [
      "y": .tensor(y), "e": .tensor(e), "l": .tensor(l), "g": .tensor(g), "i": .tensor(i),
      "r": .tensor(r), "rm": .tensor(rm), "rv": .tensor(rv), "x.grad": .tensor(x.grad),
      "w.grad": .tensor(w.grad), "b.grad": .tensor(b.grad),
    ]
  },
  GoldenProgram("embedding") { p in
    let w = try p("w"), i = try Tensor([[0, 2, 2], [5, 1, 0]])
    let y = try F.embedding(i, w, paddingIdx: 1)
    try y.pow(2).sum().backward()
    return ["y": .tensor(y), "w.grad": .tensor(w.grad)]
  },
  GoldenProgram("attention") { p in
    let q = try p("q"), k = try p("k"), v = try p("v")
    let y = try F.scaledDotProductAttention(q, k, v)
    let z = try F.scaledDotProductAttention(q, q, q, isCausal: true)
    try (y.pow(2).sum() + z.sin().sum()).backward()
    return [
      "y": .tensor(y), "z": .tensor(z), "q.grad": .tensor(q.grad), "k.grad": .tensor(k.grad),
      "v.grad": .tensor(v.grad),
    ]
  },
  GoldenProgram("multihead_attention") { p in
    let x = try p("x")
    let m = try withDefaultGenerator(Generator(seed: 1)) {
      try MultiheadAttention(8, 2).to(p.dtype)
    }
    let (y, w) = try m(x, x, x)
    guard let w else { throw GoldenError("no weights") }
    try (y.pow(2).sum() + w.sum()).backward()
    return [
      "y": .tensor(y), "w": .tensor(w), "x.grad": .tensor(x.grad),
      "g": .list(m.parameters().map(\.grad)),
    ]
  },
  GoldenProgram("linalg") { p in
    let m = try p("m"), one = try Tensor.ones(3, dtype: p.dtype)
    let s = try m.matmul(m.t()) + 3 * Tensor.eye(3, dtype: p.dtype)
    let y = try total([
      Linalg.det(s), Linalg.inv(s).sum(), Linalg.solve(s, one).sum(), Linalg.cholesky(s).sum(),
      s.logdet(), m.trace(), Linalg.norm(m), m.triu().sum(), m.tril(-1).pow(2).sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "m.grad": .tensor(m.grad)]
  },
]

/// Programs that one dtype alone can hold to its tolerance: PyTorch's float64 derivatives of activations
/// contain float32 constants, and a sum of the convolution's float32 gradient cancels.
let programsOfOneDType: [(program: GoldenProgram, dtype: DType)] = [
  (activations, .float32), (convolution, .float64),
]

private let activations = GoldenProgram("activations") { p in
  let x = try p("x")
  let y = try total([
    F.gelu(x), F.gelu(x, approximate: .tanh), F.silu(x), F.mish(x), F.elu(x, alpha: 0.7), F.selu(x),
    F.celu(x, alpha: 1.3), F.softplus(x, beta: 2, threshold: 1), F.softsign(x), F.hardtanh(x),
    F.hardswish(x), F.hardsigmoid(x), F.relu6(x * 5), F.logsigmoid(x), F.tanhshrink(x),
    F.hardshrink(x), F.softshrink(x), F.threshold(x, 0.1, 2),
  ])
  try y.sum().backward()
  return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
}

private let convolution = GoldenProgram("conv2d") { p in
  let x = try p("x"), w = try p("w"), b = try p("b")
  let y = try F.conv2d(x, w, b, stride: [2, 1], padding: [1, 0], dilation: [1, 2])
  try y.pow(2).sum().backward()
  return [
    "y": .tensor(y), "x.grad": .tensor(x.grad), "w.grad": .tensor(w.grad),
    "b.grad": .tensor(b.grad),
  ]
}
