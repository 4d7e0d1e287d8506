import Kindling

/// The custom functions of the programs in `autograd.json`.
struct Exp: AutogradFunction {
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    let y = try inputs[0].exp()
    ctx.saveForBackward(y)
    return [y]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [try gradients[0] * ctx.savedTensors[0]]
  }
}

/// x · y + k.
struct MulAdd: AutogradFunction {
  let k: Int

  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    ctx.saveForBackward(inputs[0], inputs[1])
    return [try inputs[0] * inputs[1] + k]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    let saved = try ctx.savedTensors
    return [try gradients[0] * saved[1], try gradients[0] * saved[0]]
  }
}

/// The identity, with a gradient times −s.
struct FlipGrad: AutogradFunction {
  let s: Double

  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
    [try inputs[0].viewAs(inputs[0])]
  }

  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
    [try gradients[0] * -s]
  }
}

/// The classifier of the programs in `autograd.json`.
final class Clf: Module, Layer {
  let fc1 = Linear(4, 10)
  let fc2 = Linear(10, 3)

  func forward(_ x: Tensor) throws -> Tensor { try fc2(F.relu(fc1(x))) }
}
