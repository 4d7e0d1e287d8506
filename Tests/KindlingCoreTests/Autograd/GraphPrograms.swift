import Kindling
import _TestSupport

/// Programs about the graph itself: accumulation, views and writing in place, hooks, higher
/// derivatives, custom functions.
let graphPrograms: [GoldenProgram] = [
  GoldenProgram("bce_with_logits") { p in
    let x = try p("x"), y = try p("y"), w = try p("w"), b = try p("b")
    let z = try x.matmul(w) + b
    let loss = try F.binaryCrossEntropyWithLogits(z, y)
    p.print("Gradient function for z = <\(z.gradFn?.name ?? "None") object>")
    p.print("Gradient function for loss = <\(loss.gradFn?.name ?? "None") object>")
    try loss.backward()
    p.print(z.requiresGrad)
    let z2 = try noGrad { try x.matmul(w) + b }
    p.print(z2.requiresGrad)
    p.print(z.detach().requiresGrad)
    return [
      "z": .tensor(z), "loss": .tensor(loss), "w.grad": .tensor(w.grad), "b.grad": .tensor(b.grad),
    ]
  },
  GoldenProgram("quadratic_model") { p in
    let x = try p("x"), t = try p("t"), a = try p("a"), b = try p("b"), c = try p("c")
    var y = try a * x.pow(2)
    try y += b * x.pow(1)
    try y += c
    let loss = try F.mseLoss(y, t)
    try loss.backward()
    return [
      "y": .tensor(y), "loss": .tensor(loss), "a.grad": .tensor(a.grad), "b.grad": .tensor(b.grad),
      "c.grad": .tensor(c.grad),
    ]
  },
  GoldenProgram("manual_sgd") { p in
    // The file holds the inputs as the program left them.
    let x = try p("x"), t = try p("t")
    let a = try Tensor.ones(1, dtype: p.dtype, requiresGrad: true)
    let b = try Tensor.zeros(1, dtype: p.dtype, requiresGrad: true)
    var hist: [JSONValue] = []
    for _ in 0..<5 {
      let err = try (a * x + b - t).pow(2).mean()
      try err.backward()
      hist.append(.double(try err.item()))
      for parameter in [a, b] {
        guard let grad = parameter.grad else { continue }
        try parameter.data.sub_(grad * 0.01)
        try grad.zero_()
      }
    }
    return [
      "a": .tensor(a), "b": .tensor(b), "hist": .plain(.array(hist)), "a.grad": .tensor(a.grad),
    ]
  },
  GoldenProgram("accumulate_two_losses") { p in
    let x = try p("x")
    try x.sum().backward()
    let g1 = try x.grad?.clone()
    try (x * x).sum().backward()
    return ["g1": .tensor(g1), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("shared_subexpression") { p in
    let x = try p("x")
    let y = try x.sin()
    let z = try (y * y + y * x).sum()
    try z.backward()
    return ["z": .tensor(z), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("diamond") { p in
    let x = try p("x")
    let a = try x * 2
    let b = try a + x
    let c = try a * b
    let d = try (c + b).sum()
    try d.backward()
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("same_tensor_twice") { p in
    let x = try p("x")
    try (x * x * x).sum().backward()
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("detach_stops") { p in
    let x = try p("x")
    let y = try x * 2
    let z = try (y.detach() * x + y).sum()
    try z.backward()
    p.print(y.detach().requiresGrad, y.detach().isLeaf)
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("no_grad_modes") { p in
    // The file holds the input as the program left it; this is what the generator drew.
    let x = try Tensor.randn([3], generator: Generator(seed: 5), dtype: .float64).float()
      .to(p.dtype).requiresGrad_()
    let (y, z) = try noGrad { (try x * 2, try enableGrad { try x * 3 }) }
    p.print(y.requiresGrad, z.requiresGrad, isGradEnabled)
    let q = try inferenceMode { try x + 1 }
    p.print(q.requiresGrad, q.isInference)
    let u = try setGradEnabled(false) { try x.sin() }
    p.print(u.gradFn)
    try x.data.mul_(2)
    try noGrad { _ = try x.add_(1) }
    try (x * x).sum().backward()
    return ["x": .tensor(x), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("retain_grad") { p in
    let x = try p("x")
    let y = try x * 3
    try y.retainGrad()
    let z = try y.pow(2)
    try z.sum().backward()
    p.print(z.gradFn != nil, y.retainsGrad, z.retainsGrad, x.retainsGrad)
    return ["y.grad": .tensor(y.grad), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("hooks") { p in
    let x = try p("x")
    var log: [JSONValue] = []
    let h = try x.registerHook { g in
      log.append(.string("x"))
      return try g * 10
    }
    let y = try x * 2
    try y.registerHook { g in
      log.append(.string("y"))
      return try g + 1
    }
    let z = try y.sum()
    try z.backward(retainGraph: true)
    let first = try x.grad?.clone()
    h.remove()
    x.grad = nil
    try z.backward()
    return ["log": .plain(.array(log)), "first": .tensor(first), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("accumulate_grad_hook") { p in
    let x = try p("x")
    var log: [JSONValue] = []
    try x.registerPostAccumulateGradHook { t in
      log.append(.bool(try t.grad?.sum().item() ?? -1e10 > -1e9))
    }
    try (x * 2).sum().backward()
    try (x * 3).sum().backward()
    return ["log": .plain(.array(log)), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("double_backward") { p in
    let x = try p("x")
    let y = try x.pow(3).sum()
    let g = try grad(of: y, withRespectTo: x, createGraph: true)
    p.print(g.gradFn != nil)
    try g.pow(2).sum().backward()
    return ["g": .tensor(g), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("third_derivative") { p in
    let x = try p("x")
    var y = try x.sin() * x.exp()
    var d: [Tensor] = []
    for _ in 0..<3 {
      y = try grad(of: y, withRespectTo: x, createGraph: true)
      d.append(y)
    }
    return ["d": .list(d)]
  },
  GoldenProgram("autograd_grad") { p in
    let x = try p("x"), y = try p("y"), u = try p("u")
    let z = try x * y.exp()
    let g = try grad(
      of: [z], withRespectTo: [x, y], gradOutputs: [Tensor.arange(3).to(p.dtype)], retainGraph: true
    )
    let n = try grad(of: [z.sum()], withRespectTo: [x, u], allowUnused: true)
    p.print(n[1], x.grad)
    return ["g": .list(g), "n[0]": .tensor(n[0])]
  },
  GoldenProgram("grad_materialize") { p in
    let x = try p("x"), u = try p("u")
    let n = try grad(
      of: [(x * 2).sum()], withRespectTo: [x, u], allowUnused: true, materializeGrads: true)
    return ["n": .list(n)]
  },
  GoldenProgram("multiple_outputs_backward") { p in
    let x = try p("x")
    let a = try x.sum(), b = try (x * x).sum()
    try Autograd.backward([a, b], [Tensor(2.0, dtype: p.dtype), Tensor(0.5, dtype: p.dtype)])
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("backward_inputs") { p in
    let x = try p("x"), y = try p("y")
    try (x * y).sum().backward(inputs: [x])
    p.print(y.grad)
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("jacobian") { p in
    let x = try p("x"), w = try p("w")
    let j = try Autograd.jacobian({ try w.matmul($0).sin() }, x)
    let j2 = try Autograd.jacobian({ try $0[0].matmul($0[1]) }, [w, x])
    return ["J": .tensor(j), "J2": .list(j2)]
  },
  GoldenProgram("vjp_jvp_hvp") { p in
    let x = try p("x"), v = try p("v")
    let f: (Tensor) throws -> Tensor = { try $0.exp() * $0.sum() }
    let (o1, a) = try Autograd.vjp(f, x, v)
    let (o2, b) = try Autograd.jvp(f, x, v)
    let s: (Tensor) throws -> Tensor = { try $0.pow(3).sum() * $0.select(0, 0) }
    let (o3, c) = try Autograd.hvp(s, x, v)
    let (o4, d) = try Autograd.vhp(s, x, v)
    return [
      "o1": .tensor(o1), "a": .tensor(a), "o2": .tensor(o2), "b": .tensor(b), "o3": .tensor(o3),
      "c": .tensor(c), "o4": .tensor(o4), "d": .tensor(d),
    ]
  },
  GoldenProgram("custom_function_exp") { p in
    let x = try p("x")
    let y = try Exp().apply(x)
    try (y * 2).sum().backward()
    p.print("<torch.autograd.function.\(y.gradFn?.name ?? "None") object>")
    return ["y": .tensor(y), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("custom_function_nontensor") { p in
    let x = try p("x"), y = try p("y")
    let z = try MulAdd(k: 3).apply(x, y)
    let w = try FlipGrad(s: 0.5).apply(z)
    try w.sum().backward()
    return ["z": .tensor(z), "w": .tensor(w), "x.grad": .tensor(x.grad), "y.grad": .tensor(y.grad)]
  },
  GoldenProgram("custom_function_double") { p in
    let x = try p("x")
    let y = try Exp().apply(x * 2).sum()
    let g = try grad(of: y, withRespectTo: x, createGraph: true)
    let h = try grad(of: g.sum(), withRespectTo: x)
    return ["g": .tensor(g), "h": .tensor(h)]
  },
  GoldenProgram("checkpoint") { p in
    let x = try p("x"), w = try p("w")
    var log = 0
    let f: (Tensor) throws -> Tensor = { t in
      log += 1
      return try t.matmul(w).tanh()
    }
    let y = try checkpoint(f, checkpoint(f, x))
    try y.sum().backward()
    p.print(log)
    return ["y": .tensor(y), "x.grad": .tensor(x.grad), "w.grad": .tensor(w.grad)]
  },
  GoldenProgram("to_and_cast") { p in
    let x = try p("x")
    let y = try x.double() * 2
    let z = try y.to(.float16).float()
    try z.sum().backward()
    p.print("torch.\(x.grad?.dtype ?? .bool)")
    return ["z": .tensor(z), "x.grad": .tensor(x.grad)]
  },
  GoldenProgram("set_grad_manually") { p in
    let x = try p("x")
    x.grad = try Tensor.ones(3, dtype: p.dtype)
    try (x * 2).sum().backward()
    p.print(x.gradFn, x.isLeaf, try (x * 2).isLeaf)
    return ["x.grad": .tensor(x.grad)]
  },
  GoldenProgram("complex_mlp_iris") { p in
    let x = try p("x"), t = try p("t")
    // A generator of its own: tests that draw run beside this one.
    let m = withDefaultGenerator(Generator(seed: 0)) { Clf() }
    try m.to(p.dtype)
    let loss = try F.crossEntropy(m(x), t)
    try loss.backward()
    p.print(loss.gradFn, loss.gradFn?.nextFunctions[0]?.node)
    return ["loss": .tensor(loss), "g": .list(m.parameters().map(\.grad))]
  },
]
