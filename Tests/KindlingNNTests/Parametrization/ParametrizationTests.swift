import Kindling
import Testing
import _TestExpectations

private final class Symmetric: Module, Parametrization {
  func parametrized(_ originals: [Tensor]) throws -> Tensor {
    let x = originals[0]
    return try x.triu() + x.triu(1).transpose(-2, -1)
  }

  func rightInverse(_ value: Tensor) throws -> [Tensor] { [try value.triu()] }
}

private final class Doubled: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor { try x * 2 }
}

private final class Row: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor { try x.select(0, 0) }
}

/// Values are PyTorch's.
@Suite struct ParametrizationTests {
  @Test func valuesFollowFromOriginals() throws {
    let layer = Linear(3, 3)
    let before = layer.weight
    try layer.registerParametrization("weight", Symmetric())
    #expect(
      layer.description == """
        ParametrizedLinear(
          in_features=3, out_features=3, bias=True
          (parametrizations): ModuleDict(
            (weight): ParametrizationList(
              (0): Symmetric()
            )
          )
        )
        """)
    #expect(try layer.stateDict().keys == ["bias", "parametrizations.weight.original"])
    let original = try layer.getParameter("parametrizations.weight.original")
    #expect(original === before)
    #expect(layer.isParametrized() && layer.isParametrized("weight"))
    #expect(!layer.isParametrized("bias"))

    layer.weight = try Tensor.arange(9.0).reshape(3, 3)
    try expectClose(original, [0, 1, 2, 0, 4, 5, 0, 0, 8], atol: 1e-6)
    try expectClose(layer.weight, [0, 1, 2, 1, 4, 5, 2, 5, 8], atol: 1e-6)
    try layer.registerParametrization("weight", Doubled())
    try expectClose(layer.weight, [0, 2, 4, 2, 8, 10, 4, 10, 16], atol: 1e-6)
    try layer(Tensor.ones(1, 3)).sum().backward()
    try expectClose(#require(original.grad), [2, 4, 4, 0, 2, 4, 0, 0, 2], atol: 1e-6)

    // A plain layer has no inverse, which the next call says.
    layer.weight = try Tensor.zeros(3, 3)
    expectRefusal("rightInverse: parametrization Doubled does not implement rightInverse.") {
      try layer(Tensor.ones(1, 3))
    }
    #expect(try layer(Tensor.ones(1, 3)).shape == [1, 3])

    try layer.removeParametrizations("weight", leaveParametrized: false)
    #expect(try layer.stateDict().keys == ["bias", "weight"])
    #expect(layer.weight === original && !layer.isParametrized())
    #expect("\(layer)" == "Linear(in_features=3, out_features=3, bias=True)")
    try expectClose(layer(Tensor.ones(1, 3)) - #require(layer.bias), [3, 9, 8], atol: 1e-6)
  }

  @Test func removingKeepsTheValueAndTheObject() throws {
    let layer = Linear(2, 2), weight = layer.weight
    let twice = try weight.detach() * 2
    try layer.registerParametrization("weight", Doubled())
    try layer.removeParametrizations("weight")
    #expect(layer.weight === weight && layer.weight.requiresGrad)
    #expect(try layer.weight.detach().equal(twice))
  }

  @Test func originalsAreTrainedAndSaved() throws {
    let layer = try Parametrizations.weightNorm(Linear(3, 2))
    let optimizer = try SGD(layer.parameters(), lr: 0.1)
    let x = try Tensor.randn(4, 3)
    let before = try layer(x).detach()
    try layer(x).square().sum().backward()
    try optimizer.step()
    #expect(try !layer(x).detach().equal(before))
    let other = try Parametrizations.weightNorm(Linear(3, 2))
    try other.loadStateDict(layer.stateDict())
    #expect(try other(x).equal(layer(x)))
    expectRefusal("removeParametrizations: Cannot leave unparametrized…") {
      try layer.removeParametrizations("weight", leaveParametrized: false)
    }
  }

  @Test func readyParametrizations() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let layer = try Parametrizations.orthogonal(
        Linear(2, 2), orthogonalMap: .matrixExp, useTrivialization: false)
      try expectClose(
        layer.weight, [0.8353754282, 0.5496796966, -0.5496796966, 0.8353754282], atol: 1e-6)
      expectRefusal("orthogonal: It is not possible to assign…") {
        layer.weight = try Tensor.eye(2)
        _ = try layer(Tensor.ones(1, 2))
      }
    }
    try withDefaultGenerator(Generator(seed: 0)) {
      let layer = try Parametrizations.spectralNorm(Linear(3, 2))
      try expectClose(
        layer.weight,
        [-0.0065728566, 0.4709565043, -0.7225707769, -0.6460983157, -0.3381361365, 0.2354216874],
        atol: 1e-6)
    }
    let transposed = try Parametrizations.spectralNorm(ConvTranspose1d(2, 3, 2))
    #expect(try transposed.getBuffer("parametrizations.weight.0._u").shape == [3])
  }

  @Test func wrongParametrizationsAreRefused() throws {
    let layer = Linear(3, 2), x = try Tensor.ones(1, 3)
    expectRefusal("…does not have a parameter, a buffer, or a parametrized element with name 'w'") {
      try layer.registerParametrization("w", Doubled())
    }
    expectRefusal("registerParametrization: …may not change the shape of the tensor…") {
      try layer.registerParametrization("weight", Row())
    }
    expectRefusal("removeParametrizations: Linear does not have a parametrization on weight") {
      try layer.removeParametrizations("weight")
    }
    expectRefusal("…is a Layer or conforms to Parametrization, but got a ModuleList") {
      try layer.registerParametrization("weight", ModuleList([]))
    }
    expectRefusal("spectralNorm: Expected nPowerIterations to be positive…") {
      try Parametrizations.spectralNorm(layer, nPowerIterations: 0)
    }
    expectRefusal("…Got a tensor of 1 dimensions…") {
      try Parametrizations.orthogonal(layer, "bias")
    }
    expectRefusal("weightNorm: dim has to be between 0 and 1, or -1 for all, but got 7") {
      try Parametrizations.weightNorm(layer, dim: 7)
    }
    #expect(try layer.stateDict().keys == ["weight", "bias"] && layer(x).shape == [1, 2])
  }

  @Test func buffersAndSharedLayers() throws {
    let norm = BatchNorm1d(2)
    try norm.registerParametrization("running_mean", Doubled())
    #expect(try norm.stateDict().keys.contains("parametrizations.running_mean.original"))
    norm.eval()
    #expect(try norm(Tensor.ones(1, 2)).shape == [1, 2])
    // What another module reads of a parametrized one is computed as well.
    let attention = MultiheadAttention(4, 2)
    let plain = try attention.outProj.weight.detach().clone()
    try attention.outProj.registerParametrization("weight", Doubled())
    #expect(try attention.outProj.weight.detach().equal(plain * 2))
  }
}
