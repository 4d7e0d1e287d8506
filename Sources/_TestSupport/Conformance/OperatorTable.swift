import Kindling

/// One result of an operator.
package enum Output {
  case tensor(Tensor)
  case int(Int)
  case bool(Bool)
  case double(Double)
}

/// What an operator may return: tensors, numbers, and lists of them.
package protocol OperatorResult {
  /// The results one after another.
  var outputs: [Output] { get }
}
extension Tensor: OperatorResult { package var outputs: [Output] { [.tensor(self)] } }
extension Int: OperatorResult { package var outputs: [Output] { [.int(self)] } }
extension Bool: OperatorResult { package var outputs: [Output] { [.bool(self)] } }
extension Double: OperatorResult { package var outputs: [Output] { [.double(self)] } }
extension Scalar: OperatorResult {
  package var outputs: [Output] {
    switch self {
    case .bool(let b): [.bool(b)]
    case .int(let i): [.int(i)]
    case .double(let d): [.double(d)]
    }
  }
}
extension Array: OperatorResult where Element: OperatorResult {
  package var outputs: [Output] { flatMap(\.outputs) }
}

/// What each operator of the conformance suites is in Kindling: name to call.
///
/// The families lie in `Operators/`, one line an operator:
///
///     op("exp") { a in try a.tensor(0).exp() }
///     op("max", variant: "binary") { a in try a.tensor(0).maximum(a.tensor(1, "other")) }
package struct OperatorTable: Sendable {
  package typealias Body = @Sendable (Arguments) throws -> any OperatorResult
  private var bodies: [String: Body] = [:]

  /// All operators.
  package static let all: OperatorTable = {
    var table = OperatorTable()
    table.addElementwise()
    table.addReductions()
    table.addShapeAndViews()
    table.addCreation()
    table.addIndexing()
    table.addSorting()
    table.addMatmul()
    table.addLinalg()
    table.addMasked()
    table.addSpecial()
    table.addOther()
    table.addNN()
    table.addConvolutionAndPooling()
    return table
  }()

  /// Adds an operator, or one variant of it that is another call than the plain one.
  mutating func op(_ names: String..., variant: String? = nil, body: @escaping Body) {
    for name in names {
      let key = variant.map { "\(name)/\($0)" } ?? name
      precondition(bodies[key] == nil, "the operator \(key) stands in the table twice")
      bodies[key] = body
    }
  }

  /// Adds an operator of two operands, each of them a tensor or a number.
  mutating func binary(
    _ names: String..., tensor: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    scalar: @escaping @Sendable (Tensor, Scalar) throws -> Tensor
  ) {
    for name in names {
      op(name) { a in
        let x = try a.left()
        return a.isTensor(1, "other")
          ? try tensor(x, a.tensor(1, "other")) : try scalar(x, a.scalar(1, "other"))
      }
    }
  }

  /// Adds an operator of one tensor.
  mutating func unary(_ names: String..., body: @escaping @Sendable (Tensor) throws -> Tensor) {
    for name in names { op(name) { a in try body(a.tensor(0, "input")) } }
  }

  /// The operator's call, nil where there is none.
  package func body(_ name: String, variant: String = "") -> Body? {
    bodies["\(name)/\(variant)"] ?? bodies[name]
  }
}
