import Kindling

/// One call of one operator, with what it must give.
package struct ConformanceCase: Sendable {
  /// `<op>/<variant>/<dtype>/<n>`.
  package let id: String
  package let op: String
  package let variant: String
  let json: [String: JSONValue]

  init(_ json: JSONValue) throws {
    guard let members = json.object, let id = members["id"]?.string, let op = members["op"]?.string
    else { throw GoldenError("a case without id or op") }
    self.id = id
    self.op = op
    variant = members["variant"]?.string ?? ""
    self.json = members
  }

  /// Whether the call must be refused.
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
  /// Whether the outputs are fixed only up to a choice.
  var isNonunique: Bool { json["nonunique"]?.bool == true }
  /// What is added to `atol`, in units of the largest finite element that is expected.
  var scaledAtol: Double { json["scaled_atol"]?.double ?? 0 }
  var rtol: Double { json["rtol"]?.double ?? 0 }
  var atol: Double { json["atol"]?.double ?? 0 }
}

/// The cases of `NAME.json` and the arrays of `NAME.safetensors`.
package struct ConformanceSuite: Sendable {
  package let name: String
  package let cases: [ConformanceCase]
  let file: TensorFile

  /// The suite `name` in `folder`.
  package init(_ name: String, in folder: String) throws {
    let json = try JSONValue(contentsOf: "\(folder)/\(name).json")
    guard json["format"]?.int == 1, let cases = json["cases"]?.array else {
      throw GoldenError("\(folder)/\(name).json is no conformance suite of format 1")
    }
    self.name = name
    self.cases = try cases.map(ConformanceCase.init)
    file = try TensorFile("\(folder)/\(name).safetensors")
  }

  /// The names of the suites in `folder`, sorted.
  package static func names(in folder: String) throws -> [String] {
    let files = try FileBytes.list(folder)
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter { files.contains("\($0).safetensors") }
  }
}
