import Kindling

/// `n` ones that require gradients.
private func leaf(_ shape: Int...) throws -> Tensor { try Tensor.ones(shape, requiresGrad: true) }

let graphCases: [GraphCase] = [
  GraphCase("leaf") { try leaf(2) },
  GraphCase("add") { try leaf(2) + 1 },
  GraphCase("add_same") {
    let a = try leaf(2)
    return try a + a
  },
  GraphCase("mul_two") { try leaf(2) * leaf(2) },
  GraphCase("mul_const_tensor") { try leaf(2) * Tensor.ones(2) },
  GraphCase("pow_mean") { try (leaf(2) + 1).pow(2).mean() },
  GraphCase("tutorial_z") {
    let x = try Tensor.ones(5)
    return try x.matmul(Tensor.randn(5, 3, requiresGrad: true))
      + Tensor.randn(3, requiresGrad: true)
  },
  GraphCase("tutorial_loss") {
    let x = try Tensor.ones(5)
    let w = try Tensor.randn(5, 3, requiresGrad: true), b = try Tensor.randn(3, requiresGrad: true)
    return try F.binaryCrossEntropyWithLogits(x.matmul(w) + b, Tensor.zeros(3))
  },
  GraphCase("iris_loss") {
    try F.crossEntropy(Clf()(Tensor.randn(6, 4)), Tensor([0, 1, 2, 0, 1, 2]))
  },
  GraphCase("quadratic_loss") {
    let a = try leaf(1), b = try leaf(1), c = try leaf(1)
    let x = try Tensor.arange(4.0)
    var p = try a * x.pow(2)
    try p += b * x.pow(1)
    try p += c
    return try MSELoss()(p, x)
  },
  GraphCase("linear") { try Linear(3, 2)(Tensor.ones(4, 3)) },
  GraphCase("linear_no_bias") { try Linear(3, 2, bias: false)(Tensor.ones(4, 3)) },
  GraphCase("linear_3d") { try Linear(3, 2)(Tensor.ones(5, 4, 3)) },
  GraphCase("linear_1d") { try Linear(3, 2)(Tensor.ones(3)) },
  GraphCase("mlp") {
    try Sequential(Flatten(), Linear(6, 5), ReLU(), Linear(5, 2))(Tensor.ones(4, 2, 3))
  },
  GraphCase("matmul_2d") { try leaf(2, 3).matmul(Tensor.ones(3, 2)) },
  GraphCase("matmul_batched") { try leaf(2, 2, 3).matmul(Tensor.ones(3, 2)) },
  GraphCase("dot") { try leaf(3).matmul(Tensor.ones(3)) },
  GraphCase("views") { try leaf(2, 3).view(3, 2).t().slice(0, 1).reshape(-1) },
  GraphCase("select_slice") { try leaf(2, 3).select(0, 0).slice(0, 1) },
  GraphCase("inplace") {
    let y = try leaf(3) * 2
    try y.add_(1)
    try y.select(0, 0).fill_(4.0)
    return y
  },
  GraphCase("cat") {
    let a = try leaf(3)
    return try Tensor.cat([a, Tensor.ones(2), a * 2])
  },
  GraphCase("softmax") { try leaf(3).softmax(dim: 0).log() },
  GraphCase("losses") {
    let a = try Tensor.rand(3, requiresGrad: true), one = try Tensor.ones(3)
    return try F.mseLoss(a, one) + F.l1Loss(a, one) + F.smoothL1Loss(a, one)
  },
  GraphCase("custom") { try Exp().apply(leaf(3)) },
  GraphCase("detached") { try (leaf(3) * 2).detach() + 1 },
  GraphCase("sub_div_neg") {
    let a = try leaf(3)
    return try -(1 - a) / (a + 2)
  },
  GraphCase("activations") {
    try leaf(3).tanh().sigmoid().exp().log().sqrt().abs().clamp(min: 0, max: 1)
  },
  GraphCase("conv_block") {
    let m = Sequential(
      Conv2d(1, 2, 3), BatchNorm2d(2), ReLU(), MaxPool2d(2), Dropout(0.5), Flatten())
    return try m(Tensor.rand(2, 1, 8, 8))
  },
  GraphCase("layernorm_gelu") { try F.gelu(LayerNorm(3)(Tensor.rand(2, 3))) },
  GraphCase("attention") {
    let q = try Tensor.rand(1, 2, 3, 4, requiresGrad: true)
    return try F.scaledDotProductAttention(q, q, q)
  },
]
