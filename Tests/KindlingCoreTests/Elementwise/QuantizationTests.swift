import Kindling
import Testing
import _TestExpectations

/// Simulated quantization; the values are PyTorch's.
@Suite struct QuantizationTests {
  static let x: [Double] = [
    -1.5, -0.26, -0.25, -0.05, 0, 0.05, 0.15, 0.25, 5, .nan, .infinity, -.infinity, 1e30,
  ]
  /// The zero point, the bounds, the result and the gradient.
  static let cases: [(zero: Int, min: Int, max: Int, result: [Double], gradient: [Double])] = [
    (
      0, 0, 255, [0, 0, 0, 0, 0, 0, 0.2, 0.2, 5, 0, 25.5, 0, 25.5],
      [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    ),
    (
      0, -3, 4, [-0.3, -0.3, -0.2, 0, 0, 0, 0.2, 0.2, 0.4, -0.3, 0.4, -0.3, 0.4],
      [0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    ),
    (
      10, 0, 255, [-1, -0.3, -0.2, 0, 0, 0, 0.2, 0.2, 5, -1, 24.5, -1, 24.5],
      [0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    ),
  ]

  @Test(arguments: cases.indices) func fakeQuantize(_ i: Int) throws {
    let test = Self.cases[i]
    let x = try Tensor(Self.x, dtype: .float32).requiresGrad_()
    let y = try x.fakeQuantizePerTensorAffine(
      scale: 0.1, zeroPoint: test.zero, quantMin: test.min, quantMax: test.max)
    try expectClose(y.detach(), Tensor(test.result, dtype: .float32))
    #expect(y.gradFn?.name == "FakeQuantizePerTensorAffineCachemaskBackward0")
    try y.sum().backward()
    #expect(try x.grad?.toArray(as: Double.self) == test.gradient)
  }

  /// Results in float64 are rounded to float32.
  @Test(arguments: [
    (DType.float64, [1.2000000476837158, 3.4000000953674316, 0.10000000149011612, 0]),
    (.float16, [1.2001953125, 3.30078125, 0, 0]),
    (.bfloat16, [1.203125, 3.296875, 0.10009765625, 0.10009765625]),
  ]) func fakeQuantizeInOtherDtypes(_ dtype: DType, _ expected: [Double]) throws {
    let x = try Tensor([1.25, 3.35, 0.0500000001, 0.05], dtype: .float64).to(dtype)
    let y = try x.fakeQuantizePerTensorAffine(
      scale: 0.1, zeroPoint: 3, quantMin: -100, quantMax: 128)
    #expect(y.dtype == dtype)
    #expect(try y.to(.float64).toArray(as: Double.self) == expected)
  }

  @Test func fakeQuantizeRefusals() {
    let kernel = "\"fake_quantize_tensor_cachemask_kernel_type_handling\""
    for (zero, min, max, dtype, text) in [
      (
        0, 5, 4, DType.float32,
        "`quant_min` should be less than or equal to `quant_max`. Got 5 and 4"
      ),
      (
        10, 0, 5, .float32,
        "`zero_point` must be between `quant_min` and `quant_max`. Got 10, 0 and 5"
      ),
      (0, 0, 5, .int32, "\(kernel) not implemented for 'Int'; convert the input with to(.float32)"),
    ] {
      expectRefusal("fake_quantize_per_tensor_affine: \(text)") {
        try Tensor.ones([2], dtype: dtype).fakeQuantizePerTensorAffine(
          scale: 0.1, zeroPoint: zero, quantMin: min, quantMax: max)
      }
    }
  }
}
