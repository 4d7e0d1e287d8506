import Kindling
import Testing

/// Powers round where PyTorch's do, to the last bit.
@Suite struct PowerTests {
  private let base = [0.7506476044654846, -1.2345678, 3.3333333, 0.1]

  @Test(arguments: [
    (
      DType.float32,
      [0.4229688048362732, -1.8816757202148438, 37.03703308105469, 0.0010000000474974513],
      [1.7747114896774292, 0.6561001539230347, 0.09000000357627869, 99.99999237060547]
    ),
    (
      .bfloat16, [0.421875, -1.8828125, 36.75, 0.00099945068359375],
      [1.78125, 0.65625, 0.09033203125, 100]
    ),
  ]) func cubesAndInverseSquares(dtype: DType, cubes: [Double], inverses: [Double]) throws {
    let x = try Tensor(base, dtype: .float32).to(dtype)
    #expect(try x.pow(3).toArray(as: Double.self) == cubes)
    #expect(try x.pow(3.0).toArray(as: Double.self) == cubes)
    #expect(try x.pow(-2).toArray(as: Double.self) == inverses)
    #expect(try x.clone().pow_(3).toArray(as: Double.self) == cubes)
    #expect(try x.clone().pow_(-2).toArray(as: Double.self) == inverses)
  }

  @Test func halvesAreRoundedOnce() throws {
    let x = try Tensor(base, dtype: .float16)
    #expect(
      try x.pow(3).toArray(as: Double.self) == [
        0.422607421875, -1.880859375, 37.0625, 0.00099945068359375,
      ])
  }

  @Test func gradientsOfFourthPowersRoundAsCubes() throws {
    let x = try Tensor(base, dtype: .float32).requiresGrad_()
    try x.pow(4).sum().backward()
    #expect(try x.grad?.select(0, 0).item() == 1.6918752193450928)
  }
}
