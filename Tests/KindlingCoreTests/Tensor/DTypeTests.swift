import Kindling
import Testing
import _TestExpectations

@Suite struct DTypeTests {
  @Test(arguments: [
    (DType.float16, 65504.0, 0.000_976_562_5, 6.103_515_625e-05, 1e-3, 16),
    (.bfloat16, 3.389_531_389_251_535_5e38, 0.007_812_5, 1.175_494_350_822_287_5e-38, 1e-2, 16),
    (
      .float32, 3.402_823_466_385_288_6e38, 1.192_092_895_507_812_5e-07,
      1.175_494_350_822_287_5e-38, 1e-6, 32
    ),
    (
      .float64, 1.797_693_134_862_315_7e308, 2.220_446_049_250_313e-16,
      2.225_073_858_507_201_4e-308,
      1e-15, 64
    ),
  ])
  func floats(
    dtype: DType, max: Double, eps: Double, tiny: Double, resolution: Double, bits: Int
  ) throws {
    let info = try finfo(dtype)
    #expect(info.max == max && info.min == -max && info.eps == eps && info.tiny == tiny)
    #expect(info.resolution == resolution && info.bits == bits && info.dtype == dtype)
    #expect(info.smallestNormal == tiny)
    expectRefusal("…requires an integer input type…") { try iinfo(dtype) }
  }

  @Test func integers() throws {
    #expect(try iinfo(.int8).min == -128 && iinfo(.uint8).max == 255 && iinfo(.uint8).min == 0)
    #expect(try iinfo(.int64).max == Int.max && iinfo(.int32).bits == 32)
    #expect(try finfo().dtype == .float32)
    expectRefusal("finfo: requires a floating point input type…") { try finfo(.int8) }
    expectRefusal("iinfo: requires an integer input type, got bool") { try iinfo(.bool) }
  }

  @Test func promotionOfOperands() throws {
    #expect(try Tensor.resultType(Tensor([1]), 1.0) == .float32)
    #expect(try Tensor.resultType(Tensor([1], dtype: .uint8), 1000) == .uint8)
    #expect(try Tensor.resultType(Tensor([1]), Tensor([1.0], dtype: .float16)) == .float16)
    #expect(Tensor.resultType(Tensor([true]), Tensor(2)) == .int64)
    expectRefusal("setDefaultDtype: only floating-point types…") { try setDefaultDtype(.int32) }
    try setDefaultDtype(.float32)
    #expect(DType.default == .float32)
  }

  @Test func newTensorsAndSizes() throws {
    let x = try Tensor([1.0], dtype: .float64, requiresGrad: true)
    #expect(try x.newTensor(3).dtype == .float64 && x.newTensor(3).shape == [])
    #expect(try x.newTensor([1, 2]).toArray(as: Double.self) == [1, 2])
    #expect(try x.newTensor([[1, 2], [3, 4]], dtype: .int32).shape == [2, 2])
    #expect(try x.newTensor([1], requiresGrad: true).isLeaf)
    #expect(try !x.newTensor(x).requiresGrad)
    expectRefusal("Tensor: expected sequence of length…") { try x.newTensor([[1, 2], [3]]) }
    #expect(try Tensor.zeros(2, 3).nbytes == 24)
    #expect(try Tensor.zeros([1], dtype: .int16).expand(5).nbytes == 10)
    let parts = try Tensor.arange(5).splitWithSizes([2, 3])
    #expect(parts.map(\.shape) == [[2], [3]])
  }
}
