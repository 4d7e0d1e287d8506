import Kindling

/// Sample calls for every operator of the table: recorded cases, or the table's own samples.
package struct OperatorSamples: Sendable {
  package let table: OperatorTable
  private var cases: [String: [OperatorSample]] = [:]

  /// Reads the samples of the suites in `folder` for the operators of `table`.
  package init(_ table: OperatorTable = .all, folder: String = Golden.path("conformance")) throws {
    self.table = table
    for name in try ConformanceSuite.names(in: folder) {
      let suite = try ConformanceSuite(name, in: folder)
      for test in suite.cases {
        guard let key = table.key(test.op, variant: test.variant) else { continue }
        cases[key, default: []].append(OperatorSample(test, suite.file))
      }
    }
  }

  /// Returns the samples of the operator `key`.
  ///
  /// An in-place form, such as `abs_`, takes those of its out-of-place form.
  package func samples(of key: String) -> [OperatorSample] {
    guard let row = table.row(key) else { return [] }
    if !row.samples.isEmpty {
      return row.samples.enumerated().map { OperatorSample("\(key)/\($0)", $1) }
    }
    if let own = cases[key] { return own }
    guard let like = row.like ?? OperatorSamples.outOfPlace(key), like != key else { return [] }
    if table.row(like) != nil, case let borrowed = samples(of: like), !borrowed.isEmpty {
      return borrowed
    }
    return table.keys.filter { $0.hasPrefix("\(like)/") }.flatMap { cases[$0] ?? [] }
  }

  /// Returns `abs` for `abs_`; `nil` for an operator that is not in place.
  static func outOfPlace(_ key: String) -> String? {
    key.hasSuffix("_") && !key.hasPrefix("_") ? String(key.dropLast()) : nil
  }
}

/// A call that an operator accepts or rejects.
package struct OperatorSample: Sendable {
  package let id: String
  /// The recorded case; `nil` if the table has the arguments.
  let test: ConformanceCase?
  private let file: TensorFile?
  private let values: [ArgumentValue]

  init(_ test: ConformanceCase, _ file: TensorFile) {
    (id, self.test, self.file, values) = (test.id, test, file, [])
  }

  init(_ id: String, _ values: [ArgumentValue]) {
    (self.id, test, file, self.values) = (id, nil, nil, values)
  }

  /// Returns the arguments, with copies of the tensors.
  func arguments() throws -> CallArguments {
    guard let test, let file else {
      return CallArguments(positional: try values.map { try $0.copied() }, keyword: [])
    }
    return CallArguments(
      positional: try (test.json["args"]?.array ?? []).map { try ArgumentValue($0, file) },
      keyword: try (test.json["kwargs"]?.object ?? [:]).sorted { $0.key < $1.key }.map {
        (name: $0.key, value: try ArgumentValue($0.value, file))
      })
  }
}

/// The arguments of a call as data.
struct CallArguments {
  var positional: [ArgumentValue]
  var keyword: [(name: String, value: ArgumentValue)]

  /// The arguments for an operator to read, with a record of those read.
  var reader: Arguments {
    Arguments(positional, Dictionary(keyword.map { ($0.name, $0.value) }) { first, _ in first })
  }

  /// All arguments in order, keyword arguments last.
  var values: [ArgumentValue] { positional + keyword.map(\.value) }

  /// Returns the call with `body` applied to each tensor.
  func mapTensors(_ body: (Tensor) throws -> Tensor) rethrows -> CallArguments {
    try map { if case .tensor(let t) = $0 { .tensor(try body(t)) } else { $0 } }
  }

  /// Returns the call with `body` applied to each argument that is not a list.
  func map(_ body: (ArgumentValue) throws -> ArgumentValue) rethrows -> CallArguments {
    CallArguments(
      positional: try positional.map { try $0.mapLeaves(body) },
      keyword: try keyword.map { (name: $0.name, value: try $0.value.mapLeaves(body)) })
  }

  /// The tensors, in order.
  var tensors: [Tensor] { values.flatMap { $0.tensors("").map(\.tensor) } }
}

extension ArgumentValue {
  fileprivate func mapLeaves(_ body: (ArgumentValue) throws -> ArgumentValue) rethrows
    -> ArgumentValue
  {
    switch self {
    case .list(let elements): .list(try elements.map { try $0.mapLeaves(body) })
    case .tuple(let elements): .tuple(try elements.map { try $0.mapLeaves(body) })
    default: try body(self)
    }
  }

  // MARK: Arguments for the table

  /// Three numbers between 0 and 1.
  static let row = ArgumentValue.tensor(Tensor([0.2, 0.5, 0.7]))
  /// Two rows of three numbers between 0 and 1.
  static let matrix = ArgumentValue.tensor(
    Tensor([0.1, 0.3, 0.9, 0.8, 0.4, 0.6]).alias(shape: [2, 3], strides: [3, 1], offset: 0))
  /// A batch of one with two channels of five numbers.
  static let signal = ArgumentValue.tensor(
    Tensor([0.3, -1, 2, 0.5, 1, -0.7, 0.2, 1.1, -2, 0.4])
      .alias(shape: [1, 2, 5], strides: [10, 5, 1], offset: 0))
  /// Two kernels of three numbers, one for each channel.
  static let kernel = ArgumentValue.tensor(
    Tensor([0.5, -0.25, 1, 2, 0.75, -1]).alias(shape: [2, 1, 3], strides: [3, 3, 1], offset: 0))
  /// The signal as a volume.
  static let volume = ArgumentValue.tensor(
    Tensor([0.3, -1, 2, 0.5, 1, -0.7, 0.2, 1.1, -2, 0.4])
      .alias(shape: [1, 2, 1, 1, 5], strides: [10, 5, 5, 5, 1], offset: 0))
  /// Blocks of 2 × 2 elements at four positions.
  static let columns = ArgumentValue.tensor(
    Tensor([1.0, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8])
      .alias(shape: [1, 4, 4], strides: [16, 4, 1], offset: 0))
  /// An affine map of the plane.
  static let affine = ArgumentValue.tensor(
    Tensor([1.0, 0.2, -0.3, 0.1, 0.9, 0.4]).alias(shape: [1, 2, 3], strides: [6, 3, 1], offset: 0))
}
