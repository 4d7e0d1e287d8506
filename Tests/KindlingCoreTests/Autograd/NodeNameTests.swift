import Kindling
import Testing

/// Names of backward nodes that depend on how an operation was called; PyTorch's.
@Suite struct NodeNameTests {
  struct Call: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor) throws -> Tensor
    init(_ name: String, _ function: @escaping @Sendable (Tensor) throws -> Tensor) {
      (testDescription, self.function) = (name, function)
    }
  }

  @Test(arguments: [
    Call("SliceBackward0") { try $0[.all] },
    Call("SliceBackward0") { try $0[.slice(0, 10)] },
    Call("AliasBackward0") { try $0[.all, .all] },
    Call("AliasBackward0") { try $0[.ellipsis] },
    Call("UnsqueezeBackward0") { try $0[.newAxis, .all] },
    Call("AsinhBackward0") { try $0.asinh() },
    Call("AsinhBackward1") { try $0.asinh_() },
    Call("AcoshBackward1") { try $0.acosh_() },
    Call("AtanhBackward1") { try $0.atanh_() },
    Call("SinhBackward0") { try $0.sinh_() },
    Call("SortBackward0") { try $0.sort().values },
    Call("SortBackward1") { try $0.sort(stable: true).values },
    Call("KthvalueBackward0") { try $0.kthvalue(1).values },
    Call("ModeBackward0") { try $0.mode().values },
    Call("IndexFillBackward0") { try $0.indexFill(0, Tensor([0]), 2) },
    Call("IndexFillBackward1") { try $0.indexFill(0, Tensor([0]), Tensor(2.0)) },
    Call("CopyBackwards") { try $0.diff(n: 0) },
  ])
  func name(call: Call) throws {
    let leaf = try Tensor([[0.5, 0.25], [0.75, 0.125]], requiresGrad: true)
    #expect(try call.function(leaf * 1).gradFn?.name == call.testDescription)
  }
}
