import Foundation
import KindlingCore
import Testing
import _TestExpectations

@Suite struct HostBufferTests {
  @Test func growth() throws {
    let buffer = try HostBuffer<Int32>(count: 0)
    for i in 0..<1000 { try buffer.append(Int32(i)) }
    try buffer.append(contentsOf: [7, 8, 9])
    #expect(buffer.count == 1003)
    #expect(Array(buffer.prefix(3)) == [0, 1, 2])
    #expect(Array(buffer.suffix(4)) == [999, 7, 8, 9])
    buffer.truncate(to: 2)
    #expect(Array(buffer) == [0, 1])
    buffer[1] = 5
    #expect(buffer.withElements { $0.reduce(0, +) } == 5)
  }

  @Test func tensorsOfItShareTheMemory() throws {
    let buffer = try HostBuffer(repeating: 2.5, count: 6)
    let x = try buffer.tensor(shape: [2, 3])
    buffer[5] = 1
    #expect(try x.tolist(as: [[Double]].self) == [[2.5, 2.5, 2.5], [2.5, 2.5, 1]])
    #expect(throws: TensorError.self) { try buffer.tensor(shape: [7]) }
    let back = try Tensor([[1, 2], [3, 4]]).t().hostElements(as: Int32.self)
    #expect(Array(back) == [1, 3, 2, 4])
  }

  @Test func whatIsNotThereIsThrown() throws {
    for count in [Int.max, 1 << 50, -1] {
      expectRefusal(
        "…nonzero: cannot allocate \(count) elements of 8 bytes…",
        that: { ($0 as? TensorError)?.kind == .memory }
      ) {
        try HostBuffer<Int>(count: count, "nonzero")
      }
    }
  }
}
