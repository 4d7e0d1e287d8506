import Kindling
import Testing
import _TestExpectations

/// The programs, graphs and failures of `autograd.json`.
@Suite struct GoldenAutogradTests {
  @Test(arguments: graphPrograms + operationPrograms + layerPrograms, [DType.float32, .float64])
  func program(_ program: GoldenProgram, _ dtype: DType) throws { try program.check(dtype) }

  @Test(arguments: programsOfOneDType.indices)
  func programOfOneDType(_ i: Int) throws {
    try programsOfOneDType[i].program.check(programsOfOneDType[i].dtype)
  }

  @Test(arguments: graphCases)
  func graph(_ example: GraphCase) throws { try example.check() }

  @Test(arguments: failureCases)
  func failure(_ example: FailureCase) {
    expectRefusal(example.says, sourceLocation: example.sourceLocation, example.body)
  }
}

/// The graph of an expression, compared node by node with PyTorch's.
struct GraphCase: CustomStringConvertible, Sendable {
  let name: String
  let build: @Sendable () throws -> Tensor

  init(_ name: String, _ build: @escaping @Sendable () throws -> Tensor) {
    self.name = name
    self.build = build
  }

  var description: String { name }

  func check() throws {
    let graphs = try Golden.json("autograd.json")["graphs"]?.array ?? []
    guard let record = graphs.first(where: { $0["name"]?.string == name }) else {
      throw GoldenError("\(name): not in autograd.json")
    }
    let y = try withDefaultGenerator(Generator(seed: 0)) { try build() }
    guard y.isLeaf == record["is_leaf"]?.bool, y.requiresGrad == record["requires_grad"]?.bool
    else {
      throw GoldenError("\(name): isLeaf \(y.isLeaf), requiresGrad \(y.requiresGrad)")
    }
    let expected = record["graph"] ?? .null
    let found = y.gradFn.map { describe($0) } ?? .null
    guard found == expected else { throw GoldenError("\(name): \(found), expected \(expected)") }
  }

  private func describe(_ node: Node) -> JSONValue {
    if let leaf = node as? AccumulateGrad {
      return .object([
        "name": .string(leaf.name), "leaf_shape": .array(leaf.variable.shape.map(JSONValue.int)),
      ])
    }
    let next = node.nextFunctions.map { next -> JSONValue in
      guard let next, var fields = describe(next.node).object else { return .null }
      fields["input_nr"] = .int(next.outputIndex)
      return .object(fields)
    }
    return .object(["name": .string(node.name), "next": .array(next)])
  }
}

/// Something that must be refused, and what the refusal must say.
struct FailureCase: CustomStringConvertible, Sendable {
  let name: String
  let says: String
  let sourceLocation: SourceLocation
  let body: @Sendable () throws -> Void

  init(
    _ name: String, _ says: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    (self.name, self.says, self.sourceLocation, self.body) = (name, says, sourceLocation, body)
  }

  var description: String { name }
}
