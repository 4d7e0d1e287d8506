import Kindling
import _TestSupport

/// The sum of `terms`, from left to right.
private func total(_ terms: [Tensor]) throws -> Tensor {
  try terms.dropFirst().reduce(terms[0]) { try $0 + $1 }
}

/// Programs about the gradients of operations.
let operationPrograms: [GoldenProgram] = [
  GoldenProgram("jacobian_product_eye") { p in
    let inp = try p("inp"), one = try Tensor.ones(like: inp)
    let out = try (inp + 1).pow(2)
    try out.backward(one, retainGraph: true)
    let first = try inp.grad?.clone()
    p.print("First call\n", inp.grad)
    try out.backward(one, retainGraph: true)
    let second = try inp.grad?.clone()
    p.print("\nSecond call\n", inp.grad)
    try inp.grad?.zero_()
    try out.backward(one, retainGraph: true)
    p.print("\nCall after zeroing gradients\n", inp.grad)
    return [
      "out": .tensor(out), "first": .tensor(first), "second": .tensor(second),
      "inp.grad": .tensor(inp.grad),
    ]
  },
  GoldenProgram("broadcast_add") { p in
    let x = try p("x"), y = try p("y"), s = try p("s")
    let z = try (x + y) * s
    try z.pow(2).sum().backward()
    return [
      "z": .tensor(z), "x.grad": .tensor(x.grad), "y.grad": .tensor(y.grad),
      "s.grad": .tensor(s.grad),
    ]
  },
  GoldenProgram("broadcast_leading") { p in
    let x = try p("x"), y = try p("y")
    try (x / (y * y + 1)).sum().backward()
    return ["x.grad": .tensor(x.grad), "y.grad": .tensor(y.grad)]
  },
  GoldenProgram("broadcast_expand") { p in
    let x = try p("x")
    let y = try x.expand([4, 3])
    try (y * Tensor.arange(12.0).view(4, 3).to(p.dtype)).sum().backward()
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("reductions") { p in
    let x = try p("x")
    let y = try total([
      x.mean(dim: 0).sum(), x.var(), x.std(dim: 1).sum(), x.norm(), x.prod(dim: 1).sum(),
      x.logsumexp(dim: 1).sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("max_min_ties") { p in
    let x = try p("x")
    let y = try total([
      x.max(), x.max(dim: 1).values.sum(), x.amax(dim: 1).sum(), x.min(), x.amin(dim: 0).sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("max_all_ties") { p in
    let x = try p("x")
    try x.max().backward()
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("median_sort_topk") { p in
    let x = try p("x")
    let weights = try Tensor.arange(5.0).to(p.dtype)
    let y = try x.median() + (x.sort().values * weights).sum() + x.topk(2).values.prod()
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("cumsum_cumprod") { p in
    let x = try p("x")
    let y = try (x.cumsum(dim: 0) * x.cumprod(dim: 0)).sum()
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("matmul_2d") { p in
    let a = try p("a"), b = try p("b")
    try a.matmul(b).pow(2).sum().backward()
    return ["a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad)]
  },
  GoldenProgram("matmul_batched_broadcast") { p in
    let a = try p("a"), b = try p("b")
    let c = try a.matmul(b)
    try c.sin().sum().backward()
    return ["c": .tensor(c), "a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad)]
  },
  GoldenProgram("matvec_dot") { p in
    let a = try p("a"), v = try p("v"), u = try p("u")
    let y = try u.matmul(a.matmul(v))
    try y.backward()
    return [
      "y": .tensor(y), "a.grad": .tensor(a.grad), "v.grad": .tensor(v.grad),
      "u.grad": .tensor(u.grad),
    ]
  },
  GoldenProgram("einsum_baddbmm") { p in
    let a = try p("a"), b = try p("b"), c = try p("c")
    let y = try Tensor.einsum("bij,bjk->bik", a, b) * c.baddbmm(a, b, beta: 0.5, alpha: 2)
    try y.sum().backward()
    return [
      "y": .tensor(y), "a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad),
      "c.grad": .tensor(c.grad),
    ]
  },
  GoldenProgram("addmm") { p in
    let m = try p("m"), a = try p("a"), b = try p("b")
    let y = try m.addmm(a, b, beta: 0.3, alpha: 1.7)
    try y.exp().sum().backward()
    return [
      "y": .tensor(y), "m.grad": .tensor(m.grad), "a.grad": .tensor(a.grad),
      "b.grad": .tensor(b.grad),
    ]
  },
  GoldenProgram("views") { p in
    let x = try p("x")
    let y = try x.view(2, 2, 6).transpose(0, 2)[1..<3].reshape(-1)
    let z = try x.t().unfold(0, 3, 2).permute(2, 0, 1)
    try total([
      y.pow(2).sum(), z.sin().sum(), x.diagonal().exp().sum(), x.narrow(1, 2, 3).sum(),
      x.select(0, 1).prod(),
    ]).backward()
    return ["y": .tensor(y), "z": .tensor(z), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("index_select_gather") { p in
    let x = try p("x")
    let i = Tensor([0, 2, 2, 3])
    let pairs = try Tensor([0, 0, 1, 2, 2, 2, 0, 1], shape: [4, 2])
    let y = try total([
      x[i].sum(), x[.all, [0, 0, 1]].pow(2).sum(), x.gather(1, pairs).exp().sum(),
      x.indexSelect(0, i).sin().sum(), x[x .> 0].sum(), x.take(Tensor([0, 11, 11])).sum(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("cat_stack_split") { p in
    let x = try p("x"), y = try p("y")
    let c = try Tensor.cat([x, y, x], dim: 1)
    let s = try Tensor.stack([x, y], dim: 0)
    let parts = try c.split([2, 3, 4], dim: 1)
    let u = try s.chunk(2, dim: 2)
    try total([
      parts[0].sum() * parts[1].prod(), parts[2].pow(2).sum(), u[0].exp().sum(), u[1].sin().sum(),
      Tensor.hstack([x, y]).cos().sum(),
    ]).backward()
    return ["x.grad": .tensor(x.grad), "y.grad": .tensor(y.grad)]
  },
  GoldenProgram("pointwise_zoo") { p in
    let x = try p("x")
    let third = try x / 3
    let y = try total([
      x.log(), x.sqrt(), x.rsqrt(), x.reciprocal(), x.exp(), x.expm1(), x.log1p(), x.log2(),
      x.log10(), x.tanh(), x.sigmoid(), x.sin(), x.cos(), x.tan(), x.atan(), x.sinh(), x.cosh(),
      x.erf(), x.erfc(), x.lgamma(), x.digamma(), x.square(), x.pow(1.5), Tensor.pow(2.0, x),
      x.pow(x),
      x.floor(), x.fmod(0.3), third.asin(), third.acos(), third.atanh(), x.asinh(), (x + 1).acosh(),
      third.erfinv(), x.neg(),
    ])
    try y.sum().backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("pow_edge_cases") { p in
    let x = try p("x"), e = try p("e")
    let y = try x.pow(e)
    try y.sum().backward()
    let z = try Tensor([0.0, 4.0], dtype: p.dtype).requiresGrad_()
    try z.sqrt().sum().backward()
    let w = try Tensor([0.0], dtype: p.dtype).requiresGrad_()
    try w.norm().backward()
    return [
      "y": .tensor(y), "x.grad": .tensor(x.grad), "e.grad": .tensor(e.grad),
      "z.grad": .tensor(z.grad),
      "w.grad": .tensor(w.grad),
    ]
  },
  GoldenProgram("atan2_div_mod") { p in
    let a = try p("a"), b = try p("b")
    let y = try total([
      a.atan2(b), a / b, a.remainder(b), a.div(b, rounding: .floor), a.hypot(b), a.logaddexp(b),
      a.lerp(b, weight: 0.3), a.addcmul(a, b, value: 0.5), a.addcdiv(a, b, value: 0.5),
    ])
    try y.sum().backward()
    return ["y": .tensor(y), "a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad)]
  },
  GoldenProgram("softmax_losses") { p in
    let x = try p("x"), t = try p("t")
    let weight = try Tensor.arange(1.0, 6.0, 1.0).to(p.dtype)
    let soft = try F.oneHot(t, numClasses: 5).to(p.dtype) * 0.7 + 0.06
    let l = try total([
      F.crossEntropy(x, t), F.nllLoss(F.logSoftmax(x, dim: 1), t, weight: weight),
      F.crossEntropy(x, t, reduction: .sum, labelSmoothing: 0.1),
      F.crossEntropy(x, t, ignoreIndex: t[0].item(as: Int.self)), F.crossEntropy(x, soft),
      x.softmax(dim: 0).pow(2).sum(), (-x).softmax(dim: 1).prod(dim: 1).sum(),
    ])
    try l.backward()
    return ["l": .tensor(l), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("bce_losses") { p in
    let x = try p("x"), t = try (p("t") .> 1).to(p.dtype)
    let l = try total([
      F.binaryCrossEntropy(x.sigmoid(), t),
      F.binaryCrossEntropyWithLogits(x, t, posWeight: try Tensor(2.5, dtype: p.dtype)),
      F.binaryCrossEntropyWithLogits(x, t, weight: t + 1, reduction: .sum),
    ])
    try l.backward()
    return ["l": .tensor(l), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("inplace_on_nonleaf") { p in
    let x = try p("x")
    let y = try x * 2
    try y.add_(1)
    try y.mul_(x)
    try y[0].fill_(5.0)
    // Python's `y[1:3] *= 3` writes twice: in place, and again by assigning the part.
    let part = try y[1..<3]
    try part.mul_(3)
    try y[1..<3].copy_(part)
    try y.relu_()
    try y.sum().backward()
    p.print(y.version)
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("inplace_through_view") { p in
    let x = try p("x")
    let y = try x.clone()
    let v = try y[1]
    try v.mul_(2)
    try y.t()[2].add_(1)
    let w = try y.view(-1)
    try w[5].fill_(0.0)
    try (y * y).sum().backward()
    return ["y": .tensor(y), "v": .tensor(v), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("copy_fill_masked") { p in
    let x = try p("x"), s = try p("s")
    let eye = try Tensor.eye(3, dtype: .bool)
    let y = try Tensor.zeros(3, 3, dtype: p.dtype)
    try y[0].copy_(s)
    try y[.all, 1].copy_(x[.all, 0] * 2)
    let z = try y.maskedFill(eye, 7.0).maskedScatter(eye, s)
    try z.pow(2).sum().backward()
    return ["z": .tensor(z), "x.grad": .tensor(x.grad), "s.grad": .tensor(s.grad)]
  },
  GoldenProgram("index_put_scatter") { p in
    let x = try p("x"), s = try p("s")
    let y = try x.clone()
    try y.indexPut_([Tensor([0, 2])], s)
    let z = try y.indexAdd(0, Tensor([1, 1]), s * 2)
    let w = try z.scatter(1, Tensor([0, 1, 2, 0], shape: [4, 1]), 0.0)
    let u = try w.scatterAdd(0, Tensor([0, 1, 2, 3, 3, 3], shape: [2, 3]), s)
    try u.pow(2).sum().backward()
    return ["u": .tensor(u), "x.grad": .tensor(x.grad), "s.grad": .tensor(s.grad)]
  },
  GoldenProgram("gradient_penalty") { p in
    let x = try p("x"), w = try p("w")
    let y = try x.matmul(w).tanh().sum()
    let g = try grad(of: y, withRespectTo: x, createGraph: true)
    let pen = try (g.norm(dim: 1) - 1).pow(2).mean()
    try pen.backward()
    return ["pen": .tensor(pen), "w.grad": .tensor(w.grad), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("hessian") { p in
    let h = try Autograd.hessian({ try $0.pow(3).sum() + $0.prod() }, p("x"))
    return ["H": .tensor(h)]
  },
  GoldenProgram("shape_ops") { p in
    let x = try p("x")
    let y = try total([
      x.repeat(2, 2).roll(1, 1).flip(0).sum(dim: 0).pow(2).sum(),
      x.unsqueeze(1).squeeze().movedim(0, 1).exp().sum(), x.repeatInterleave(2, dim: 1).sin().sum(),
      x.tile(2).cos().sum(), x.rot90().pow(3)[0].sum(), x.flatten().unflatten(0, [3, 2])[1].prod(),
    ])
    try y.backward()
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
]
