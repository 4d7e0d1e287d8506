import Kindling
import Testing
import _TestExpectations

@Suite struct CreationTests {
  @Test func literalsChooseTheirDType() throws {
    #expect(Tensor(3).dtype == .int64)
    #expect(Tensor(3.0).dtype == .float32)
    #expect(Tensor(Float(3)).dtype == .float32)
    #expect(Tensor(true).dtype == .bool)
    #expect(Tensor([1, 2, 3]).dtype == .int64)
    #expect(Tensor([1.0, 2]).dtype == .float32)
    #expect(Tensor([Int32(1)]).dtype == .int32)
    #expect(try Tensor([UInt8(1)], dtype: .float64).dtype == .float64)
    #expect(Tensor([Scalar.int(1), .double(2.5)]).dtype == .float32)
    #expect(Tensor([Scalar.int(1), .bool(true)]).dtype == .int64)
    #expect(Tensor([Float]()).shape == [0])
    #expect(Tensor(7).shape == [])
    #expect(try Tensor([1.5, 2], requiresGrad: true).requiresGrad)
  }

  @Test func nestedLiteralsKeepTheirShape() throws {
    let t = try Tensor([[[1, 2, 3], [4, 5, 6]]])
    #expect(t.shape == [1, 2, 3])
    #expect(try t.toArray(as: Int.self) == [1, 2, 3, 4, 5, 6])
    #expect(try t.tolist(as: [[[Int]]].self) == [[[1, 2, 3], [4, 5, 6]]])
    #expect(try Tensor([[1, 2.5], [3, 4]]).tolist(as: [[Float]].self) == [[1, 2.5], [3, 4]])
    #expect(try Tensor([[Int]]()).shape == [0, 0])
    #expect(try Tensor([[Int](), []]).shape == [2, 0])
  }

  @Test func raggedLiteralsThrow() {
    expectRefusal(
      "Tensor: expected sequence of length 2 at dim 1 (got 1); rows of a nested array must be equally long"
    ) { try Tensor([[1, 2], [3]]) }
    expectRefusal("Tensor: expected sequence of length 1 at dim 1 (got 2)…") {
      try Tensor([[[1.0]], [[2.0], [3.0]]])
    }
  }

  @Test func fills() throws {
    #expect(try Tensor.zeros(2, 3).toArray(as: Float.self) == [0, 0, 0, 0, 0, 0])
    #expect(try Tensor.ones([2], dtype: .int16).toArray(as: Int16.self) == [1, 1])
    #expect(try Tensor.zeros().shape == [])
    #expect(try Tensor.full([2], 7).dtype == .int64)
    #expect(try Tensor.full([2], 7.5).dtype == .float32)
    #expect(try Tensor.full([1], true).dtype == .bool)
    #expect(try Tensor.eye(2, 3).tolist(as: [[Int]].self) == [[1, 0, 0], [0, 1, 0]])
    #expect(try Tensor.eye(0).shape == [0, 0])
    let x = try Tensor.ones(2, 0, dtype: .float64)
    #expect(try Tensor.zeros(like: x).dtype == .float64)
    #expect(try Tensor.full(like: x, 2, dtype: .bool).shape == [2, 0])
    #expect(try x.newOnes([2]).dtype == .float64)
    #expect(try x.newEmpty([3]).shape == [3])
    #expect(try Tensor.empty(2, 2).numel == 4)
    #expect(try Tensor.scalarTensor(3).dtype == .float32)
  }

  @Test func impossibleSizesThrow() {
    expectRefusal("zeros: sizes must not be negative, but got -1 in shape [2, -1]") {
      try Tensor.zeros(2, -1)
    }
    expectRefusal("ones: …larger than any memory") { try Tensor.ones(1 << 40, 1 << 40) }
    expectRefusal("empty: …larger than any memory") { try Tensor.empty(1 << 60) }
    expectRefusal("cannot allocate…") { try Tensor.full([1 << 45], 1.0) }
    expectRefusal("…cuda is not available…") { try Tensor.zeros(2, device: .cuda) }
    expectRefusal("requiresGrad_: only Tensors of floating point dtype can require gradients…") {
      try Tensor.zeros(2, dtype: .int64, requiresGrad: true)
    }
    expectRefusal("Tensor: shape [2, 2] is invalid for input of size 3") {
      try Tensor([1, 2, 3], shape: [2, 2])
    }
    expectRefusal("eye: …got n=-1…") { try Tensor.eye(-1) }
  }

  @Test func ranges() throws {
    #expect(try Tensor.arange(4).toArray(as: Int.self) == [0, 1, 2, 3])
    #expect(try Tensor.arange(1, 4).dtype == .int64)
    #expect(try Tensor.arange(5, 0, -2).toArray(as: Int.self) == [5, 3, 1])
    #expect(try Tensor.arange(0, 10, step: 4).toArray(as: Int.self) == [0, 4, 8])
    #expect(try Tensor.arange(0, 1, 0.25).toArray(as: Float.self) == [0, 0.25, 0.5, 0.75])
    #expect(try Tensor.arange(0).shape == [0])
    #expect(try Tensor.arange(3, dtype: .float64, requiresGrad: true).requiresGrad)
    #expect(try Tensor.linspace(0, 1, steps: 5).toArray(as: Float.self) == [0, 0.25, 0.5, 0.75, 1])
    #expect(try Tensor.linspace(3, 4, steps: 1).toArray(as: Float.self) == [3])
    #expect(try Tensor.logspace(0, 2, steps: 3).toArray(as: Float.self) == [1, 10, 100])
    #expect(try Tensor.trilIndices(2, 2).tolist(as: [[Int]].self) == [[0, 1, 1], [0, 0, 1]])
    #expect(
      try Tensor.triuIndices(2, 3, offset: 1).tolist(as: [[Int]].self) == [[0, 0, 1], [1, 2, 2]])
  }

  @Test func impossibleRangesThrow() {
    expectRefusal("arange: step must be nonzero") { try Tensor.arange(0, 1, 0) }
    expectRefusal("arange: …inconsistent with step sign…") { try Tensor.arange(0, 1, -1) }
    expectRefusal("arange: unsupported range: 0.0 -> inf") { try Tensor.arange(Double.infinity) }
    expectRefusal("arange: step must be nonzero") { try Tensor.arange(0, 1, Double.nan) }
    expectRefusal("arange: …larger than any memory") { try Tensor.arange(1e300, 2e300, 1.0) }
    expectRefusal("arange…") { try Tensor.arange(Int.min, Int.max) }
    expectRefusal("…number of steps must be non-negative…") { try Tensor.linspace(0, 1, steps: -1) }
    expectRefusal("trilIndices: …must be non-negative…") { try Tensor.trilIndices(-1, 2) }
  }

  @Test func memoryOwnedElsewhereIsShared() throws {
    final class Flag: @unchecked Sendable { var released = 0 }
    let flag = Flag()
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
    memory.initialize(repeating: 1, count: 4)
    do {
      let t = try Tensor.fromMemory(memory, shape: [2, 2], dtype: .float32) { flag.released += 1 }
      memory[3] = 5
      #expect(try t.toArray(as: Float.self) == [1, 1, 1, 5])
      try t.fill_(2)
      #expect(memory[0] == 2)
    }
    #expect(flag.released == 1)
    expectRefusal("fromMemory: strides must be one non-negative number for each dimension…") {
      try Tensor.fromMemory(memory, shape: [2], strides: [1, 1], dtype: .float32)
    }
    expectRefusal("fromMemory: the memory is not aligned to 4 bytes, as float32 needs") {
      try Tensor.fromMemory(UnsafeMutableRawPointer(memory) + 1, shape: [1], dtype: .float32)
    }
    memory.deallocate()
  }

  @Test func scopedReadsAndWrites() throws {
    let t = try Tensor([[1, 2], [3, 4]], dtype: .float32)
    #expect(try t.transpose(0, 1).withUnsafeBuffer(of: Float.self) { Array($0) } == [1, 3, 2, 4])
    let version = t.version
    try t.withUnsafeMutableBuffer(of: Float.self) { $0[0] = 9 }
    #expect(t.version == version + 1)
    #expect(try t.toArray(as: Int.self) == [9, 2, 3, 4])
    expectRefusal(
      "withUnsafeBuffer: expected elements of float32, but Double has the layout of float64; convert with to(.float64) first"
    ) { try t.withUnsafeBuffer(of: Double.self) { _ in } }
    expectRefusal("withUnsafeMutableBuffer: …is not contiguous…") {
      try t.transpose(0, 1).withUnsafeMutableBuffer(of: Float.self) { _ in }
    }
    expectRefusal("tolist: …has 2 dimensions…") { try t.tolist(as: [Float].self) }
  }

  @Test func itemsAndConversions() throws {
    #expect(try Tensor(2.5).item() == 2.5)
    #expect(try Tensor(300).item(as: Int16.self) == 300)
    expectRefusal("item: value 300.0 cannot be converted to type UInt8 without overflow") {
      try Tensor(300).item(as: UInt8.self)
    }
    expectRefusal("item: a Tensor with 2 elements cannot be converted to Scalar") {
      try Tensor([1, 2]).item()
    }
    expectRefusal("toArray: …cannot be converted…") { try Tensor([1.5]).toArray(as: Int.self) }
    let x = Tensor([1.75, -2.5, 0])
    #expect(try x.long().toArray(as: Int.self) == [1, -2, 0])
    #expect(try x.bool().toArray(as: Bool.self) == [true, true, false])
    #expect(try x.double().dtype == .float64)
    #expect(try x.half().dtype == .float16)
    #expect(try x.bfloat16().toArray(as: Float.self) == [1.75, -2.5, 0])
    #expect(try x.to(.float32) === x)
    #expect(try x.to(.float32, copy: true) !== x)
    #expect(try x.to(Tensor([1])).dtype == .int64)
    #expect(try x.to(.cpu, .int32).dtype == .int32)
    expectRefusal("…cuda is not available…") { try x.cuda() }
  }

  @Test func dataSharesMemoryButNoGraph() throws {
    let x = try Tensor([1.0, 2], requiresGrad: true)
    let y = try x.mul(x)
    try x.data.fill_(5)
    #expect(!x.data.requiresGrad)
    #expect(x.version == 0)
    #expect(try x.toArray(as: Float.self) == [5, 5])
    try y.sum().backward()
  }

  @Test func filling() throws {
    let x = try Tensor.zeros(2, 2)
    try x.fill_(3)
    try x.fill_(Tensor(4))
    #expect(try x.toArray(as: Int.self) == [4, 4, 4, 4])
    try x.copy_(Tensor([1, 2]))
    #expect(try x.toArray(as: Int.self) == [1, 2, 1, 2])
    #expect(try x.zero_().sum().item() == 0)
    expectRefusal("fill_: …only supports 0-dimension value tensor…") { try x.fill_(Tensor([1])) }
    expectRefusal("copy_: …must match the size…") { try x.copy_(Tensor([1, 2, 3])) }
    expectRefusal("copy_: …does not broadcast to [2, 2]") { try x.copy_(Tensor.ones(1, 2, 2)) }
  }

  @Test func arraysBeyondAllMemoryAreRefused() throws {
    expectRefusal("toArray: …larger than half of the memory…") {
      try Tensor.zeros(1, dtype: .bool).expand([1 << 40]).toArray(as: Double.self)
    }
  }
}
