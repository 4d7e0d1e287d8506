import Kindling

/// A result of an operator or a module.
package enum Output {
  case tensor(Tensor)
  case int(Int)
  case bool(Bool)
  case double(Double)
  case none
}

/// The result type of an operator: tensors, numbers, and lists of them.
package protocol OperatorResult {
  /// The results as a list.
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
extension Optional: OperatorResult where Wrapped: OperatorResult {
  package var outputs: [Output] { map(\.outputs) ?? [.none] }
}

/// A table of all operators, from PyTorch's name to Kindling's call.
///
/// The files in `OperatorTable/` have one line per operator:
///
///     op("exp") { a in try a.tensor(0).exp() }
///     op("max", variant: "binary") { a in try a.tensor(0).maximum(a.tensor(1, "other")) }
///
/// The conformance runner, the numerical gradient check and the soak use this table. A test that
/// reads the sources checks that it contains every public operation.
package struct OperatorTable: Sendable {
  package typealias Body = @Sendable (Arguments) throws -> any OperatorResult

  /// An operator of the table.
  package struct Row: Sendable {
    let body: Body
    /// The operator whose recorded cases serve as arguments, if this one has none.
    var like: String?
    /// Arguments, if no recorded case has them.
    var samples: [[ArgumentValue]] = []
    /// The arguments for which the gradient is the derivative.
    var domain = GradientDomain.everywhere
  }
  private var rows: [String: Row] = [:]

  /// The table of all operators.
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
    table.addSynonyms()
    table.addInPlace()
    table.addRandom()
    table.addHostMemory()
    return table
  }()

  /// Adds an operator, or a variant of it with another call.
  mutating func op(
    _ names: String..., variant: String? = nil, like: String? = nil,
    samples: [[ArgumentValue]] = [], domain: GradientDomain = .everywhere, body: @escaping Body
  ) {
    for name in names {
      let key = variant.map { "\(name)/\($0)" } ?? name
      precondition(rows[key] == nil, "the operator \(key) stands in the table twice")
      rows[key] = Row(body: body, like: like, samples: samples, domain: domain)
    }
  }

  /// Adds an operator of two operands, each a tensor or a number.
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
  mutating func unary(
    _ names: String..., like: String? = nil, domain: GradientDomain = .everywhere,
    body: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    for name in names {
      op(name, like: like, domain: domain) { a in try body(a.tensor(0, "input")) }
    }
  }

  /// The names of all operators and variants, `<op>` or `<op>/<variant>`, sorted.
  package var keys: [String] { rows.keys.sorted() }

  /// Returns the operator `key`; `nil` if there is none.
  package func row(_ key: String) -> Row? { rows[key] }

  /// Returns the key of the calls of `name` and `variant`; `nil` if there is no such operator.
  func key(_ name: String, variant: String) -> String? {
    let whole = "\(name)/\(variant)"
    return rows[whole] != nil ? whole : rows[name] != nil ? name : nil
  }

  /// Returns the operator's call; `nil` if there is none.
  package func body(_ name: String, variant: String = "") -> Body? {
    key(name, variant: variant).flatMap { rows[$0]?.body }
  }
}
