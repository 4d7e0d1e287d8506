import Kindling
import Testing
import _TestExpectations

/// Clipping by norm and by value: the reference's gradients, its totals, and the refusals.
struct ClipGradTests {
  static let records = (try? Golden.json("optim/clipping.json"))?.array ?? []

  @Test func referenceIsThere() { #expect(Self.records.count == 14) }

  @Test(arguments: records) func matches(_ record: JSONValue) throws {
    let file = try Golden.tensors("optim/clipping.safetensors")
    let double = record["dtype"]?.string == "float64"
    let parameters = try (0..<3).map { i in
      let grad = try file.tensor("grad.\(i)").to(double ? .float64 : .float32)
      let parameter = try Tensor.zeros(like: grad).requiresGrad_()
      parameter.grad = grad
      return parameter
    }
    let (rtol, atol) = double ? (1e-10, 1e-12) : (1e-5, 1e-6)
    if let bound = record["clip_value"]?.double {
      try clipGradValue_(parameters, clipValue: bound)
    } else {
      let total = try clipGradNorm_(
        parameters, maxNorm: record["max_norm"]?.double ?? .nan,
        normType: record["norm_type"]?.string.flatMap(Double.init) ?? 2)
      let expected = record["total_norm"]?.double ?? .nan
      try expectClose(total.item(), expected, rtol: rtol, atol: atol)
    }
    let prefix = record["prefix"]?.string ?? ""
    for (i, parameter) in parameters.enumerated() {
      let grad = try #require(parameter.grad)
      try expectGolden(grad, file.tensor("\(prefix)\(i)"), "gradient \(i)")
    }
  }

  @Test func parametersWithoutGradientsAreNothing() throws {
    let p = try Tensor([1.0]).requiresGrad_()
    #expect(try clipGradNorm_([p], maxNorm: 1).item() == 0)
    #expect(try clipGradNorm_([], maxNorm: 1).item() == 0)
    try clipGradValue_([p], clipValue: 1)
    #expect(p.grad == nil)
  }

  @Test func normsThatAreNotFiniteAreErrorsOnDemand() throws {
    let p = try Tensor([1.0, 2.0]).requiresGrad_()
    p.grad = Tensor([Double.infinity, 1])
    expectRefusal("The total norm of order 2.0 for gradients from `parameters` is non-finite…") {
      try clipGradNorm_([p], maxNorm: 1, errorIfNonfinite: true)
    }
    #expect(try p.grad?[1].item() == 1)
    try clipGradNorm_([p], maxNorm: 1)
    #expect(try p.grad?[1].item() == 0)
  }
}
