import CKernels
import Kindling
import Testing
import _TestExpectations

/// The lists of operations: every case has a loop and a name, and messages have PyTorch's.
@Suite struct OperationsTests {
  static let floats = [DType.float32, .float64], wholes = [DType.int8, .int64, .uint8]

  /// The operations of each family that have loops for `dtype` under the thread's instruction set.
  private func names(_ dtype: DType) throws -> [String] {
    let type = dtype.rawValue
    let unary = try (0..<UnaryOp.count.rawValue).map { try #require(UnaryOp(rawValue: $0)) }
    let binary = try (0..<BinaryOp.count.rawValue).map { try #require(BinaryOp(rawValue: $0)) }
    let ternary = try (0..<TernaryOp.count.rawValue).map { try #require(TernaryOp(rawValue: $0)) }
    return unary.filter { kk_unary($0, type) != nil }.map {
      "unary " + String(cString: kk_unary_name($0))
    }
      + binary.filter { kk_binary($0, type) != nil }.map {
        "binary " + String(cString: kk_binary_name($0))
      }
      + ternary.filter { kk_ternary($0, type) != nil }.map {
        "ternary " + String(cString: kk_ternary_name($0))
      }
  }

  @Test func everyOperationHasALoop() throws {
    for set in InstructionSetTests.sets + [.generic] {
      try InstructionSetTests.with(set) {
        let found = try (Self.floats + Self.wholes).flatMap(names)
        let all = UnaryOp.count.rawValue + BinaryOp.count.rawValue + TernaryOp.count.rawValue
        // The two parts of frexp share a name, and two fused steps have that of an operation.
        #expect(Set(found).count == Int(all) - 3)
        #expect(try names(.float32) == names(.float64))
        #expect(try names(.int8) == names(.int64) && names(.int8) == names(.uint8))
      }
    }
  }

  @Test func conditions() {
    #expect(kk_unary_is_condition(.isnan) && kk_unary_is_condition(.signbit))
    #expect(!kk_unary_is_condition(.bitwiseNot) && !kk_unary_is_condition(.clamp))
    #expect(kk_binary_is_condition(.eq) && kk_binary_is_condition(.logicalXor))
    #expect(!kk_binary_is_condition(.shiftRight) && !kk_binary_is_condition(.sigmoidGradient))
  }

  struct Missing: Sendable, CustomTestStringConvertible {
    let message: String
    let dtype: DType
    let run: @Sendable (Tensor, Tensor) throws -> Void
    init(
      _ message: String, _ dtype: DType, _ run: @escaping @Sendable (Tensor, Tensor) throws -> Void
    ) {
      (self.message, self.dtype, self.run) = (message, dtype, run)
    }
    var testDescription: String { message }
  }

  private static func unary(_ message: String, _ op: UnaryOp, _ dtype: DType) -> Missing {
    Missing(message, dtype) { x, out in
      try CPUBackend.shared.unary(op, x, (0, 0), dtype: x.dtype, into: out)
    }
  }

  private static func binary(_ message: String, _ op: BinaryOp, _ dtype: DType) -> Missing {
    Missing(message, dtype) { x, out in
      try CPUBackend.shared.binary(op, x, x, 1, dtype: x.dtype, into: out)
    }
  }

  @Test(arguments: [
    unary("\"bitwise_not_cpu\" not implemented for 'Float'", .bitwiseNot, .float32),
    unary("\"floor_vml_cpu\" not implemented for 'Bool'", .floor, .bool),
    unary("\"abs_cpu\" not implemented for 'Bool'", .abs, .bool),
    binary("\"gcd_cpu\" not implemented for 'Float'", .gcd, .float32),
    binary("\"lshift_cpu\" not implemented for 'Float'", .shiftLeft, .float32),
    binary("\"hypot_cpu\" not implemented for 'Long'", .hypot, .int64),
    binary("\"threshold_cpu\" not implemented for 'Bool'", .reluGradient, .bool),
    Missing("\"lerp_cpu\" not implemented for 'Long'", .int64) { x, out in
      try CPUBackend.shared.ternary(.lerp, x, x, x, 1, dtype: x.dtype, into: out)
    },
  ]) func missingLoopsHavePyTorchsName(_ case: Missing) throws {
    let x = try Tensor.zeros([2], dtype: `case`.dtype)
    let out = try Tensor.zeros([2], dtype: `case`.dtype)
    expectRefusal("…\(`case`.message)…") { try `case`.run(x, out) }
  }
}
