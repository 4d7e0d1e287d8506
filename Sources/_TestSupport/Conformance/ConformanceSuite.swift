import Kindling

/// The subject of a suite's cases.
package enum ConformanceFamily: String, Sendable {
  case operators
  case modules
  case optimizers
  case schedulers
  case samplers

  /// Returns the member of a case that names its subject.
  fileprivate func subject(_ members: [String: JSONValue]) -> String? {
    switch self {
    case .operators: members["op"]?.string
    case .modules: members["class"]?.string
    case .optimizers: members["optimizer"]?.string
    case .schedulers: members["scheduler"]?["class"]?.string
    case .samplers:
      members["sampler"]?["class"]?.string
        ?? (members["random_split"] == nil ? nil : "random_split")
    }
  }
}

/// A call of an operator, or a use of a class, with the expected results.
package struct ConformanceCase: Sendable {
  /// `<op>/<variant>/<dtype>/<n>`.
  package let id: String
  /// The name of the operator or class.
  package let op: String
  package let variant: String
  let json: [String: JSONValue]

  init(_ json: JSONValue, _ family: ConformanceFamily?) throws {
    guard let members = json.object, let id = members["id"]?.string else {
      throw GoldenError("a case without id")
    }
    guard let op = family.map({ $0.subject(members) }) ?? "" else {
      throw GoldenError("\(id): a case without subject")
    }
    self.id = id
    self.op = op
    variant = members["variant"]?.string ?? ""
    self.json = members
  }

  /// Whether the call must throw.
  var expectsError: Bool { json["error"] != nil }
  /// Whether an argument requires a gradient.
  var hasGradient: Bool {
    func asks(_ value: JSONValue?) -> Bool {
      if let list = value?.array { return list.contains(where: asks) }
      guard let members = value?.object else { return false }
      return members["requires_grad"]?.bool == true || members.values.contains(where: asks)
    }
    return asks(json["args"]) || asks(json["kwargs"])
  }
  /// Whether the outputs are unique only up to a choice.
  var isNonunique: Bool { json["nonunique"]?.bool == true }
  /// A term of the absolute tolerance, scaled by the largest finite expected element.
  var scaledAtol: Double { json["scaled_atol"]?.double ?? 0 }
  var rtol: Double { json["rtol"]?.double ?? 0 }
  var atol: Double { json["atol"]?.double ?? 0 }
}

/// The cases of `NAME.json` and the arrays of `NAME.safetensors`.
package struct ConformanceSuite: Sendable {
  package let name: String
  package let cases: [ConformanceCase]
  /// The subject of the cases; `nil` if it is unknown.
  package let family: ConformanceFamily?
  let file: TensorFile

  /// Reads the suite `name` in `folder`.
  package init(_ name: String, in folder: String) throws {
    let json = try JSONValue(contentsOf: "\(folder)/\(name).json")
    guard json["format"]?.int == 1, let cases = json["cases"]?.array else {
      throw GoldenError("\(folder)/\(name).json is no conformance suite of format 1")
    }
    self.name = name
    let family =
      json["family"]?.string.map { ConformanceFamily(rawValue: $0) } ?? ConformanceFamily.operators
    self.family = family
    self.cases = try cases.map { try ConformanceCase($0, family) }
    file = try TensorFile("\(folder)/\(name).safetensors")
  }

  /// Returns the names of the suites in `folder`, sorted.
  package static func names(in folder: String) throws -> [String] {
    let files = try FileBytes.list(folder)
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter { files.contains("\($0).safetensors") }
  }
}
