import Kindling
import Testing

/// Errors carry the values of their text.
@Suite struct ErrorValuesTests {
  @Test func errorsCarryTheirValues() throws {
    let index = try Tensor([1.5, 2])
    do {
      _ = try Tensor.zeros(3).gather(0, index)
      Issue.record("gather accepts an index of floats")
    } catch let error as any KindlingError {
      #expect(error.description == "gather: expected dtype int32/int64 for index, but got float32")
      #expect(error.got == [.dtype(.float32)])
      #expect(error.expected.isEmpty)
    }
    do {
      _ = try F.bilinear(Tensor.zeros(2, 3), Tensor.zeros(2, 4), Tensor.zeros(5, 3, 6))
      Issue.record("bilinear accepts a weight of another size")
    } catch let error as TensorError {
      #expect(error.got == [.integer(4)])
      #expect(error.expected == [.integer(6)])
    }
  }

  @Test func messagesKeepTheirValuesInOrder() {
    let message: ErrorMessage =
      "x: expected \(expected: 2) or \(expected: DType.int8), but got \(got: [1, 2]), \(got: 0.5), \(got: "a")"
    #expect(message.description == "x: expected 2 or int8, but got [1, 2], 0.5, a")
    #expect(message.expected == [.integer(2), .dtype(.int8)])
    #expect(message.got == [.shape([1, 2]), .number(0.5), .text("a")])
    #expect(message.got.map(\.description) == ["[1, 2]", "0.5", "a"])
    #expect(TensorError(.value, "f", message).description == "f: \(message)")
    #expect(ErrorMessage("plain").got.isEmpty)
  }
}
