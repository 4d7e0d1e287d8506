import Kindling

/// One result of an operator or a module.
package enum Output {
  case tensor(Tensor)
  case int(Int)
  case bool(Bool)
  case double(Double)
  case none
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
extension Optional: OperatorResult where Wrapped: OperatorResult {
  package var outputs: [Output] { map(\.outputs) ?? [.none] }
}

/// What each operator is in Kindling: PyTorch's name to the call.
///
/// The families lie in `Operators/`, one line an operator:
///
///     op("exp") { a in try a.tensor(0).exp() }
///     op("max", variant: "binary") { a in try a.tensor(0).maximum(a.tensor(1, "other")) }
///
/// Everything that goes through all operators goes through this table: the conformance runner, the
/// numerical gradient check, the soak. That it holds every public operation is a test of its own,
/// which reads the sources.
package struct OperatorTable: Sendable {
  package typealias Body = @Sendable (Arguments) throws -> any OperatorResult

  /// One operator.
  package struct Row: Sendable {
    let body: Body
    /// The operator whose recorded cases are arguments for this one too, where it has none itself.
    var like: String?
    /// Arguments, where no recorded case has them.
    var samples: [[ArgumentValue]] = []
    /// Where its gradient is a derivative.
    var domain = GradientDomain.everywhere
  }
  private var rows: [String: Row] = [:]

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
    table.addSynonyms()
    table.addInPlace()
    table.addRandom()
    table.addHostMemory()
    return table
  }()

  /// Adds an operator, or one variant of it that is another call than the plain one.
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

  /// The operator `key`, nil where there is none.
  package func row(_ key: String) -> Row? { rows[key] }

  /// What the calls of `name` and `variant` are listed as, nil where there is no such operator.
  func key(_ name: String, variant: String) -> String? {
    let whole = "\(name)/\(variant)"
    return rows[whole] != nil ? whole : rows[name] != nil ? name : nil
  }

  /// The operator's call, nil where there is none.
  package func body(_ name: String, variant: String = "") -> Body? {
    key(name, variant: variant).flatMap { rows[$0]?.body }
  }
}
