import Kindling
import Testing
import _TestExpectations

/// All initialisers against PyTorch's, to the bit.
@Suite struct InitTests {
  static let initialisers: [String: @Sendable (Tensor) throws -> Tensor] = [
    "uniform_": { try Init.uniform_($0, -0.2, 0.7) },
    "normal_": { try Init.normal_($0, mean: 0.1, std: 0.3) },
    "xavier_uniform_": { try Init.xavierUniform_($0, gain: 1.5) },
    "xavier_normal_": { try Init.xavierNormal_($0) },
    "kaiming_uniform_": { try Init.kaimingUniform_($0, a: 5.0.squareRoot()) },
    "kaiming_uniform_fan_out": {
      try Init.kaimingUniform_($0, mode: .fanOut, nonlinearity: "relu")
    },
    "kaiming_normal_": { try Init.kaimingNormal_($0, nonlinearity: "relu") },
    "kaiming_normal_leaky": { try Init.kaimingNormal_($0, a: 0.1, mode: .fanOut) },
    "trunc_normal_": { try Init.truncNormal_($0) },
    "trunc_normal_narrow": { try Init.truncNormal_($0, a: -0.1, b: 0.2) },
    "trunc_normal_tail": { try Init.truncNormal_($0, std: 0.02, a: -0.04, b: 0.04) },
    "orthogonal_": { try Init.orthogonal_($0, gain: 0.8) },
    "sparse_": { try Init.sparse_($0, sparsity: 0.3, std: 0.02) },
    "dirac_": { try Init.dirac_($0) },
    "eye_": { try Init.eye_($0) },
    "constant_": { try Init.constant_($0, 0.3) },
    "ones_": { try Init.ones_($0) },
    "zeros_": { try Init.zeros_($0) },
  ]

  @Test func everyInitialiser() throws {
    let cases = try #require(Golden.json("rng.json")["init"]?.array)
    let expected = try Golden.tensors("rng.safetensors")
    var checked = 0
    for entry in cases {
      guard let name = entry["init"]?.string else { continue }
      let fill = try #require(InitTests.initialisers[name], "no initialiser \(name)")
      let dtype: DType = entry["dtype"]?.string == "float64" ? .float64 : .float32
      let weight = try Tensor.empty(entry["shape"]?.ints ?? [], dtype: dtype, requiresGrad: true)
      let made = try withDefaultGenerator(Generator(seed: entry["seed"]?.int ?? 0)) {
        try fill(weight)
      }
      #expect(made === weight && weight.isLeaf)
      let place = "\(name) \(weight.shape) \(dtype)"
      let reference = try expected.tensor(entry["result"]?.string ?? "")
      if name == "orthogonal_" {
        // The draws are exact, LAPACK's sums are in an order of their own.
        let tolerance = dtype == .float64 ? 1e-13 : 1e-5
        try expectClose(weight.detach(), reference, rtol: tolerance, atol: tolerance, place)
      } else {
        try expectClose(weight.detach(), reference, place)
      }
      checked += 1
    }
    #expect(checked > 150)
  }

  @Test func gains() throws {
    let cases = try #require(Golden.json("rng.json")["init"]?.array)
    let tables = cases.compactMap { $0["calculate_gain"]?.object }
    #expect(tables.count == 1)
    for (name, gain) in tables.flatMap({ Array($0) }) {
      let parts = name.split(whereSeparator: { "()".contains($0) }).map(String.init)
      let slope = parts.count == 2 ? Double(parts[1]) ?? .nan : 0.01
      let got = try Init.calculateGain(parts[0], slope)
      #expect(got == gain.double, "\(name)")
    }
  }

  @Test func diracInGroups() throws {
    let weight = try Init.dirac_(Tensor.empty(4, 2, 3), groups: 2)
    #expect(try weight.select(2, 1).toArray(as: Int.self) == [1, 0, 0, 1, 1, 0, 0, 1])
    #expect(try weight.sum().item() == 4)
  }

  @Test func refusals() throws {
    let flat = try Tensor.zeros(3), square = try Tensor.zeros(2, 2)
    expectRefusal("eye_: only tensors with 2 dimensions are supported…") { try Init.eye_(flat) }
    expectRefusal("dirac_: only tensors with 3, 4, or 5 dimensions are supported…") {
      try Init.dirac_(square)
    }
    expectRefusal("dirac_: dim 0 (3) must be divisible by groups (2)") {
      try Init.dirac_(Tensor.zeros(3, 1, 1), groups: 2)
    }
    expectRefusal("…only tensors with 2 dimensions…") { try Init.sparse_(flat, sparsity: 0.5) }
    expectRefusal("sparse_: …in [0, 1], but got 1.5") { try Init.sparse_(square, sparsity: 1.5) }
    expectRefusal("fans: …fewer than 2 dimensions…") { try Init.xavierUniform_(flat) }
    expectRefusal("calculateGain: unsupported nonlinearity cube…") {
      try Init.kaimingNormal_(square, nonlinearity: "cube")
    }
    expectRefusal("orthogonal_: Only tensors with 2 or more dimensions are supported…") {
      try Init.orthogonal_(flat)
    }
    expectRefusal("truncNormal_: expects std > 0.0…") { try Init.truncNormal_(flat, std: 0) }
    expectRefusal("…expects a < b, but found a=2.0 >= b=1.0…") {
      try Init.truncNormal_(flat, a: 2, b: 1)
    }
    expectRefusal("truncNormal_: …is too wide for mean 0.0 and std 1.0…") {
      try Init.truncNormal_(flat, a: 10, b: 1e9)
    }
    expectRefusal("uniform_: …from=2.0 > to=1.0") { try Init.uniform_(square, 2, 1) }
  }
}
