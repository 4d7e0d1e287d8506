import Kindling
import Testing
import _TestExpectations

/// Numbers that meet tensors: which fit a dtype, and that none is rounded on its way.
@Suite struct ScalarTests {
  typealias Operation = @Sendable (Scalar, DType) throws -> Tensor

  static let index = [0]
  /// Operations that store a number, by name.
  static let storing: [(String, Operation)] = [
    ("full", { try .full([1], $0, dtype: $1) }),
    ("full like", { try .full(like: .zeros([1], dtype: $1), $0) }),
    ("newFull", { try Tensor.zeros([1], dtype: $1).newFull([1], $0) }),
    ("scalarTensor", { try .scalarTensor($0, dtype: $1) }),
    ("fill_", { try Tensor.zeros([1], dtype: $1).fill_($0) }),
    ("set", { try Tensor.zeros([1], dtype: $1).set(0, to: $0) }),
    ("set by tensor", { try Tensor.zeros([1], dtype: $1).set(index, to: $0) }),
    ("maskedFill", { try Tensor.zeros([1], dtype: $1).maskedFill(Tensor([true]), $0) }),
    ("maskedFill_", { try Tensor.zeros([1], dtype: $1).maskedFill_(Tensor([true]), $0) }),
    ("scatter", { try Tensor.zeros([1], dtype: $1).scatter(0, Tensor(index), $0) }),
    ("indexFill", { try Tensor.zeros([1], dtype: $1).indexFill(0, Tensor(index), $0) }),
    ("indexFill_", { try Tensor.zeros([1], dtype: $1).indexFill_(0, Tensor(index), $0) }),
    ("constantPad", { try Tensor.zeros([0], dtype: $1).constantPad([1, 0], value: $0) }),
  ]

  /// Factors beyond 53 bits, which no double holds; the values are PyTorch's.
  @Test func factorsAreNotRounded() throws {
    let factor = 1 << 53 + 1, ones = try Tensor.ones([3], dtype: .int32)
    let x = Tensor([factor, -factor, 3])
    func expect(_ result: Tensor, _ values: [Int]) throws {
      #expect(try result.toArray(as: Int.self) == values)
    }
    try expect(
      x.add(ones, alpha: factor), [18_014_398_509_481_986, 0, 9_007_199_254_740_996])
    try expect(
      x.sub(ones, alpha: factor), [0, -18_014_398_509_481_986, -9_007_199_254_740_990])
    try expect(ones.to(.int64).rsub(x, alpha: factor), x.sub(ones, alpha: factor).toArray())
    try expect(
      x.addcmul(ones, ones, value: factor), [18_014_398_509_481_986, 0, 9_007_199_254_740_996])
    let y = try x.clone()
    _ = try y.add_(ones, alpha: factor).sub_(ones, alpha: factor)
    try expect(y, [factor, -factor, 3])
  }

  @Test(arguments: storing.indices) func overflow(_ i: Int) throws {
    let (name, operation) = Self.storing[i]
    let refused: [(Scalar, DType, String)] = [
      (.int(300), .uint8, "uint8_t"), (.int(-300), .uint8, "uint8_t"),
      (.double(-0.5), .uint8, "uint8_t"), (.double(256), .uint8, "uint8_t"),
      (.double(-128.5), .int8, "int8_t"), (.int(128), .int8, "int8_t"),
      (.int(70000), .int16, "int16_t"), (.double(.nan), .int32, "int"),
      (.double(.infinity), .int64, "int64_t"), (.double(1e19), .int64, "int64_t"),
      (.double(1e39), .float32, "float"),
    ]
    for (number, dtype, type) in refused {
      expectRefusal("…value cannot be converted to type \(type) without overflow…") {
        try operation(number, dtype)
      }
    }
    let stored: [(Scalar, DType, Double)] = [
      (.int(-1), .uint8, 255), (.double(255.5), .uint8, 255), (.double(-0.5), .int8, 0),
      (.double(127.9), .int8, 127), (.double(-.infinity), .float32, -.infinity),
      (.bool(true), .int16, 1), (.double(-2.5), .bool, 1),
    ]
    for (number, dtype, value) in stored {
      #expect(try operation(number, dtype).item() == value, "\(name) \(number)")
    }
    // Filling one element makes infinity of what is too large for 16 bits, the others refuse it.
    let fills = ["full", "full like", "newFull", "scalarTensor", "fill_", "set"]
    if fills.contains(name) {
      #expect(try operation(.int(70000), .float16).item() == .infinity)
    } else {
      expectRefusal("…type c10::Half…") { try operation(.int(70000), .float16) }
    }
  }

  /// In 16 bits, a number that is too large becomes infinite in one element, and is refused elsewhere.
  @Test(arguments: [DType.float16, .bfloat16]) func fillsOfHalves(dtype: DType) throws {
    let large = 3.4e38, refused = "value cannot be converted to type c10::"
    #expect(try Tensor.full([1, 1], large, dtype: dtype).item() == .infinity)
    let x = try Tensor.zeros([3], dtype: dtype)
    try x.set(0, to: large)
    try x[1..<2].fill_(-large)
    #expect(try x.toArray(as: Double.self) == [.infinity, -.infinity, 0])
    #expect(
      try Tensor.where(Tensor([true, false]), large, x[1...]).toArray() == [Float.infinity, 0])
    for count in [0, 2] {
      expectRefusal("…\(refused)…") { try Tensor.full([count], large, dtype: dtype) }
      expectRefusal("…\(refused)…") { try x[..<count].fill_(large) }
    }
    expectRefusal("…\(refused)…") { try x.set(1..., to: large) }
    expectRefusal("…\(refused)…") { try Tensor.zeros([1], dtype: dtype).expand([2]).fill_(large) }
  }

  @Test func literals() throws {
    expectRefusal("Tensor: value cannot be converted to type uint8 without overflow: 300") {
      try Tensor(300, dtype: .uint8)
    }
    expectRefusal("Tensor: …type int8…") { try Tensor([1, 300], dtype: .int8) }
    expectRefusal("Tensor: …type int64…") { try Tensor([[1.0], [.nan]], dtype: .int64) }
    expectRefusal("Tensor: …-200") { try Tensor([1, -200], shape: [2, 1], dtype: .int8) }
    #expect(try Tensor([-1, 255], dtype: .uint8).toArray(as: Int.self) == [255, 255])
    #expect(try Tensor(1e39, dtype: .float32).item() == .infinity)
  }

  @Test func factors() throws {
    let x = try Tensor.ones([1, 1], dtype: .uint8), v = try Tensor.ones([1], dtype: .uint8)
    let i = Tensor([0])
    let refused: [() throws -> Tensor] = [
      { try .linspace(0, 300, steps: 2, dtype: .uint8) }, { try x.add(x, alpha: 300) },
      { try x.sub(x, alpha: 300) }, { try x.pow(300) },
      { try x.addcmul(x, x, value: 300) }, { try x.addmm(x, x, alpha: 300) },
      { try x.addmm(x, x, beta: 300) }, { try x.addr(v, v, alpha: 300) },
      { try v.indexAdd(0, i, v, alpha: 300) }, { try v.indexAdd(0, i, v, alpha: -0.5) },
    ]
    for operation in refused {
      expectRefusal("…type uint8_t without overflow…") { try operation() }
    }
    #expect(try v.indexAdd(0, i, v, alpha: 1.5).item() == 2)
    #expect(try Tensor([1]).indexAdd(0, i, Tensor([1]), alpha: 0.5).item() == 1)
    expectRefusal("addr: …must not be a floating point…") { try x.addr(v, v, alpha: 0.5) }
    // Operands of arithmetic wrap around.
    #expect(try x.mul(300).item() == 44)
    #expect(try x.add(-2).item() == 255)
    expectRefusal("…float…") { try Tensor.ones(1).addcmul(.ones(1), .ones(1), value: 1e39) }
  }

  /// Sums and products past the largest number start again at the least, whatever takes them.
  @Test(arguments: [
    (DType.int64, Int.max), (.int32, Int(Int32.max)), (.int16, Int(Int16.max)),
    (.int8, Int(Int8.max)),
  ])
  func integersWrapAround(dtype: DType, most: Int) throws {
    let x = try Tensor([most, most, 3]).to(dtype)
    #expect(try x.sum(dtype: dtype).item(as: Int.self) == 1)
    #expect(try x.prod(dtype: dtype).item(as: Int.self) == 3)
    let rows = try Tensor.stack([x, x, x])
    let sums = [most - 2, most - 2, 9], products = [most, most, 27]
    for rows in try [rows, rows.t().contiguous().t()] {
      #expect(try rows.sum(dim: 0, dtype: dtype).toArray(as: Int.self) == sums)
      #expect(try rows.prod(dim: 0, dtype: dtype).toArray(as: Int.self) == products)
    }
    #expect(try x.addcmul(x, x, value: 2).toArray(as: Int.self) == [-most, -most, 21])
    #expect(try x.cumsum(dim: 0, dtype: dtype).toArray(as: Int.self) == [most, -2, 1])
  }

  @Test func clamp() throws {
    let x = try Tensor([1, 200], dtype: .uint8)
    #expect(try x.clamp(max: 300).toArray(as: Int.self) == [1, 200])
    #expect(try x.clamp(min: -5).toArray(as: Int.self) == [1, 200])
    #expect(try x.clamp(min: 3, max: 1000).toArray(as: Int.self) == [3, 200])
    #expect(try x.clamp(max: 1.5).dtype == .float32)
    #expect(try x.clone().clamp_(max: 300).toArray(as: Int.self) == [1, 200])
    #expect(try Tensor([true]).clamp(min: 2).item() == 2)
    expectRefusal("clamp: Clamp min value 300 is outside the representable range of Byte") {
      try x.clamp(min: 300)
    }
    expectRefusal("clamp: Clamp max value -1 is outside the representable range of Byte") {
      try x.clamp(max: -1)
    }
    expectRefusal("clamp: \"clamp_scalar_cpu\" not implemented for 'Bool'") {
      try Tensor([true]).clamp(min: false, max: true)
    }
    expectRefusal("clamp: …type float…") { try Tensor([1.0]).clamp(max: 1e300) }
    expectRefusal("clamp: …can't be cast…") { try x.clone().clamp_(max: 3.5) }
  }

  @Test func powersOfBools() throws {
    let x = Tensor([true, false])
    #expect(try x.pow(true).toArray(as: Bool.self) == [true, false])
    #expect(try x.pow(false).toArray(as: Bool.self) == [true, true])
    #expect(try x.pow(2).toArray(as: Int.self) == [1, 0])
    expectRefusal("pow: \"pow\" not implemented for 'Bool'; convert with to(_:)") { try x.pow(x) }
  }

  @Test func windowsOfANumber() throws {
    for (size, slope) in [(0, 0.0), (1, 1.0)] {
      let x = try Tensor(2.0, requiresGrad: true)
      try x.unfold(0, size, 1).sum().backward()
      #expect(try x.grad?.item() == slope)
    }
  }

  @Test func whereConvertsToTheCommonType() throws {
    let c = Tensor([true]), byte = try Tensor.zeros([1], dtype: .uint8)
    expectRefusal("where: …type uint8_t…") { try Tensor.where(c, 300, byte) }
    #expect(try Tensor.where(c, -1, byte).item() == 255)
    expectRefusal("where: …type float…") { try Tensor.where(c, 1e300, byte) }
    #expect(try Tensor.where(c, Tensor([true]), 300).dtype == .int64)
  }

  // Nothing is rounded to the default dtype on its way to a wider one.
  @Test func wideTypesKeepTheirDigits() throws {
    #expect(try Tensor([-1.0], dtype: .float64).angle().item() == 3.141592653589793)
    let slopes: [(@Sendable (Tensor) throws -> Tensor, Double)] = [
      ({ try Tensor.pow(2, $0) }, 0.8533642789721566),
      ({ try Tensor(2).pow($0) }, 0.8533642789721566),
      ({ try Tensor([2]).pow($0) }, 0.8533642789721566),
      ({ try Tensor([3]).atan2($0) }, -0.33003300330033003),
      ({ try $0.atan2(Tensor([3])) }, 0.33003300330033003),
      ({ try Tensor([3]).hypot($0) }, 0.09950371902099893),
      ({ try Tensor([7]).xlogy($0) }, 23.333333333333336),
      ({ try Tensor([7]).div($0) }, -77.77777777777779),
      ({ try $0.addcdiv($0, Tensor([7])) }, 1.1428571428571428),
      ({ try $0.addcdiv(Tensor([7]), $0) }, -76.77777777777779),
    ]
    for (i, (function, slope)) in slopes.enumerated() {
      let x = try Tensor([0.3], dtype: .float64, requiresGrad: true)
      try function(x).sum().backward()
      let found = try #require(try x.grad?.item())
      expectClose(found, slope, atol: 1e-15 * Swift.abs(slope), "\(i)")
    }
  }
}
