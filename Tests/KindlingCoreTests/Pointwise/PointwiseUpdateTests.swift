import KindlingCore
import Testing
import _TestExpectations

/// Tensors changed in place by expressions.
@Suite struct PointwiseUpdateTests {
  private static func random(_ shape: [Int], _ seed: Int, _ dtype: DType) throws -> Tensor {
    try Tensor.randn(shape, generator: Generator(seed: seed), dtype: .float32).to(dtype)
  }

  /// A step of Adam's kind, which reads old values after it has new ones.
  private static let step = PointwiseUpdate(changing: 3, reading: 1, numbers: 1) { t, g, n in
    let average = t[1].lerp(g[0], weight: 0.1)
    let square = (t[2] * 0.9).addcmul(g[0], g[0], value: 0.1)
    return [t[0].addcdiv(average, square.sqrt() + 0.01, value: n[0]), average, square]
  }

  private static func composed(_ t: [Tensor], _ g: Tensor, _ rate: Double) throws {
    try t[1].lerp_(g, weight: 0.1)
    try t[2].mul_(0.9).addcmul_(g, g, value: 0.1)
    try t[0].addcdiv_(t[1], t[2].sqrt().add(0.01), value: rate)
  }

  @Test(
    arguments: [DType.float32, .float64, .float16, .bfloat16],
    [[1], [7], [1024], [3, 1025], [70_001]])
  func changesLikeItsSteps(_ dtype: DType, _ shape: [Int]) throws {
    for transposed in [false, true] where shape.count > 1 || !transposed {
      func tensors() throws -> [Tensor] {
        try (0..<3).map {
          let x = try Self.random(shape, $0, dtype).abs()
          return transposed ? try x.T.contiguous().T : x
        }
      }
      let own = try tensors(), expected = try tensors(), g = try Self.random(shape, 9, dtype)
      let versions = own.map(\.version)
      try Self.step(own, [g], numbers: [-0.1])
      try Self.composed(expected, g, -0.1)
      for (x, y) in zip(own, expected) { #expect(try x.equal(y)) }
      #expect(zip(own, versions).allSatisfy { $0.version == $1 + 1 })
    }
  }

  /// Fused steps round as the single ones do, and are not fused if their parts are used elsewhere.
  @Test(arguments: [DType.float32, .float64], [false, true])
  func fusedStepsHaveTheBitsOfSingleOnes(_ dtype: DType, _ isShared: Bool) throws {
    let update = PointwiseUpdate(changing: 3, reading: 1, numbers: 3) { t, g, n in
      let scaled = t[1] * n[0], square = scaled.addcmul(g[0], g[0], value: 0.03)
      let root = square.sqrt() / n[1] + 1e-3
      return [t[0].addcdiv(g[0], root, value: n[2]), square, isShared ? scaled + root : t[2]]
    }
    func tensors() throws -> [Tensor] {
      try (0..<3).map { try Self.random([2, 1500], $0, dtype).abs() }
    }
    let own = try tensors(), t = try tensors(), g = try Self.random([2, 1500], 9, dtype)
    try update(own, [g], numbers: [0.97, 0.7, -0.1])
    let scaled = try t[1].mul(0.97), square = try scaled.addcmul(g, g, value: 0.03)
    let root = try square.sqrt().div(0.7).add(1e-3)
    #expect(try own[0].equal(t[0].addcdiv(g, root, value: -0.1)))
    #expect(try own[1].equal(square))
    #expect(try own[2].equal(isShared ? scaled.add(root) : t[2]))
  }

  @Test func valuesAreReadBeforeTheyAreChanged() throws {
    let a = Tensor([1.0, 2]), b = Tensor([3.0, 4])
    try PointwiseUpdate(changing: 2) { t, _, _ in [t[1], t[0]] }([a, b])
    #expect(try a.equal(Tensor([3.0, 4])) && b.equal(Tensor([1.0, 2])))
    try PointwiseUpdate(changing: 2) { t, _, _ in
      let sum = t[0] + t[1]
      return [sum, t[0] * sum]
    }([a, b])
    #expect(try a.equal(Tensor([4.0, 6])) && b.equal(Tensor([12.0, 24])))
    // The tensor read is the one that changes.
    try PointwiseUpdate(changing: 1, reading: 1) { t, r, _ in [t[0] * 2 + r[0]] }([a], [a])
    #expect(try a.equal(Tensor([12.0, 18])))
    // Halves of one memory.
    let whole = Tensor([1.0, 2, 3, 4])
    try PointwiseUpdate(changing: 2) { t, _, _ in [t[0] + t[1], t[0] - t[1]] }(
      [whole.narrow(0, 0, 2), whole.narrow(0, 2, 2)])
    #expect(try whole.equal(Tensor([4.0, 6, -2, -2])))
  }

  /// A tensor that the update returns as it is stays so, in every dtype and memory order.
  @Test(arguments: [DType.float32, .float64, .float16, .bfloat16])
  func unchangedTensorsStay(_ dtype: DType) throws {
    for transposed in [false, true] {
      let a = try Self.random([30, 40], 1, dtype), b = try Self.random([40, 30], 2, dtype).T
      let first = transposed ? b : a, before = try first.clone()
      let second = try Self.random([30, 40], 3, dtype), old = try second.clone()
      try PointwiseUpdate(changing: 2) { t, _, _ in [t[0], t[0] + t[1]] }([first, second])
      #expect(try first.equal(before) && second.equal(before.add(old)))
    }
  }

  /// An update that is refused changes no version.
  @Test func refusedUpdatesLeaveVersions() throws {
    let a = Tensor([1.0, 2, 3])
    let version = a.version
    let update = PointwiseUpdate(changing: 2) { t, _, _ in [t[0] * 2, t[1]] }
    #expect(throws: TensorError.self) { try update([a, Tensor([1.0]).expand([3])]) }
    #expect(a.version == version)
  }

  @Test func refusals() throws {
    let double = PointwiseUpdate(changing: 1) { t, _, _ in [t[0] * 2] }
    let leaf = try Tensor([1.0]).requiresGrad_()
    expectRefusal("…floating-point tensors, but got int64") { try double([Tensor([1])]) }
    expectRefusal("PointwiseUpdate: changes 1 tensors…") { try double([]) }
    expectRefusal("…single memory location…") { try double([Tensor([1.0]).expand([3])]) }
    let add = PointwiseUpdate(changing: 1, reading: 1) { t, r, _ in [t[0] + r[0]] }
    expectRefusal("…expects tensors of shape [1]…") {
      try add([Tensor([1.0])], [Tensor([1.0, 2])])
    }
    expectRefusal("PointwiseUpdate: a leaf Variable that requires grad…") { try double([leaf]) }
    try noGrad { try double([leaf]) }
    #expect(try leaf.item() == 2)
    let negative = PointwiseUpdate(changing: -1, reading: .max) { t, _, _ in t }
    expectRefusal("PointwiseUpdate: changes 0 tensors…") { try negative([leaf]) }
    let short = PointwiseUpdate(changing: 2) { t, _, _ in [t[0]] }
    expectRefusal("PointwiseUpdate: …returns 1 values") { try short([leaf, leaf]) }
  }
}
