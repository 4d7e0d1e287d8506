import Kindling
import Testing
import _TestExpectations

/// The dtypes of operations on three tensors, with and without dimensions, against PyTorch's
/// (`Tests/Golden/promotion.py`): they follow from all three together, not from pairs.
@Suite struct PromotionTests {
  typealias Operation = @Sendable (Tensor, Tensor, Tensor) throws -> Tensor

  static let operations: [(name: String, body: Operation)] = [
    ("clamp", { try $0.clamp(min: $1, max: $2) }),
    ("clamp_", { try $0.clone().clamp_(min: $1, max: $2) }),
    ("addcmul", { try $0.addcmul($1, $2) }),
    ("addcdiv", { try $0.addcdiv($1, $2) }),
    ("lerp", { try $0.lerp($1, weight: $2) }),
    ("where", { try Tensor.where($0.ne(0), $1, $2) }),
    ("stack", { try Tensor.hstack([$0, $1, $2]) }),
    ("addr", { try $0.addr($1, $2) }),
  ]
  static let dtypes: [DType] = [.bool, .uint8, .int64, .float16, .bfloat16, .float32, .float64]

  @Test(arguments: operations.map(\.name))
  func threeOperands(name: String) throws {
    let golden = try Golden.json("promotion.json")
    let letters = try Array(#require(golden["letters"]?.string))
    let expected = try Array(#require(golden["operations"]?[name]?.string))
    let body = try #require(Self.operations.first { $0.name == name }).body
    let tensors = try Self.dtypes.map { dtype in
      try [[], [1]].map { try Tensor.ones($0, dtype: dtype) }
    }
    var place = 0
    for (i, a) in tensors.enumerated() {
      for (j, b) in tensors.enumerated() {
        for (k, c) in tensors.enumerated() {
          for ranks in 0..<8 {
            let found = try? body(a[ranks >> 2], b[ranks >> 1 & 1], c[ranks & 1]).dtype
            let letter = found.flatMap(Self.dtypes.firstIndex).map { letters[$0] } ?? "-"
            #expect(
              letter == expected[place],
              "\(name) of \(Self.dtypes[i]), \(Self.dtypes[j]), \(Self.dtypes[k]), ranks \(ranks)")
            place += 1
          }
        }
      }
    }
    #expect(place == expected.count)
  }

  /// Values are rounded once, in the dtype of the result.
  @Test func valuesAreComputedInTheResultsDtype() throws {
    let (a, b) = (try Tensor([1.2345]).to(.float16), try Tensor([3.4567]).to(.float16))
    #expect(try Tensor([1.0]).addr(a, b).item() == 5.26727294921875)
    #expect(try Tensor([1.0]).to(.float16).addr(a, Tensor([3.4567])).item() == 5.26686429977417)
    #expect(try Tensor(1.0).addr(a, b, beta: 1.3, alpha: 0.7).item() == 4.287091255187988)
    let clamped = try Tensor([5]).clamp(min: b.reshape([]), max: Tensor(3.4567, dtype: .float64))
    #expect(clamped.dtype == .float64)
    #expect(try clamped.item() == 3.4567)
  }

  /// Factors of bools are bools, and fractions are refused by integers, whatever the factor's place.
  @Test func factorsOfAddrFitItsDtype() throws {
    let x = Tensor([true, false]), y = Tensor([true, true])
    let values = { (beta: Int, alpha: Int) in
      try x.addr(x, y, beta: beta, alpha: alpha).toArray(as: Bool.self)
    }
    #expect(try values(1, 0) == [true, false, true, false])
    #expect(try values(0, 0) == [false, false, false, false])
    #expect(try values(2, 1) == [true, true, true, false])
    #expect(try values(0, 1) == [true, true, false, false])
    expectRefusal("…For integral input tensors, argument beta must not be a floating point number.")
    { try x.addr(x, y, beta: -0.5) }
    expectRefusal(
      "…For integral input tensors, argument alpha must not be a floating point number."
    ) { try x.addr(x, y, alpha: 1.0) }
    expectRefusal("addr: Boolean beta only supported for Boolean results.") {
      try Tensor([1]).addr(Tensor([1]), Tensor([1]), beta: true)
    }
  }

  /// Elements are rounded to the dtype of a reduction before they are added.
  @Test func reductionsRoundFirst() throws {
    let x = try Tensor([1.5421, -1.9703, 0.4073, -1.3720], dtype: .float64)
    #expect(try x.sum(dtype: .float16).item() == -1.3935546875)
    #expect(try x.sum(dtype: .bfloat16).item() == -1.3984375)
    #expect(try x.nansum(dtype: .float16).item() == -1.3935546875)
    #expect(try x.mean(dtype: .float16).item() == -0.34814453125)
    #expect(try x.mean(dtype: .bfloat16).item() == -0.34765625)
    #expect(try Tensor([16_777_217, 1, -16_777_216]).sum(dtype: .float32).item() == 0)
  }
}
