import Kindling

/// A public operation: all declarations of one name in the sources.
package struct PublicOperation: Sendable {
  /// The qualified name: `Tensor.exp`, `F.relu`, `Linalg.solve`.
  package let name: String
  /// The forms, by their labels: `sum(dtype:)`, `sum(dim:keepdim:dtype:)`.
  package private(set) var forms: [String] = []
  /// PyTorch's names of the forms that have them: the names of a form are synonyms.
  package private(set) var names: [[String]] = []
  /// The first sentence of the first form's comment.
  package private(set) var summary = ""
  /// The place of the declaration, for messages.
  package let place: String
  fileprivate var links: [String] = []

  fileprivate init(_ name: String, _ place: String) { (self.name, self.place) = (name, place) }

  fileprivate mutating func add(_ declaration: Declaration) {
    if !forms.contains(declaration.form) { forms.append(declaration.form) }
    if summary.isEmpty { summary = declaration.summary }
    let own = declaration.pytorchNames
    if !own.isEmpty && !names.contains(own) { names.append(own) }
    links += declaration.links
  }

  /// Returns the name in the operator table of PyTorch's operation `name`.
  static func key(_ name: String) -> String {
    for (prefix, room) in [
      ("torch.nn.functional.", "nn.functional."), ("F.", "nn.functional."), ("torch.", ""),
      ("Tensor.", ""), ("aten.", ""),
    ] where name.hasPrefix(prefix) { return room + name.dropFirst(prefix.count) }
    return name
  }

  fileprivate mutating func inherit(_ names: [[String]]) { self.names = names }
}

/// All public operations, read from the sources of `Tensor` and of the enumerations of functions.
///
/// PyTorch's names in the comments are the only list of operations:
///
/// - ``(PyTorch: `torch.exp`)`` names an operation, with `` `, ` `` between synonyms;
/// - an in-place form, `exp_`, has the name of `exp` and an underscore;
/// - otherwise the names are those of the operation to which the comment links, as in
///   ``` ``add(_:alpha:)`` ```.
package struct PublicOperations: Sendable {
  package let all: [PublicOperation]

  /// The folders of operations, and the types whose members are operations.
  private static let folders = [
    "KindlingCore/Elementwise", "KindlingCore/Reduction", "KindlingCore/Sorting",
    "KindlingCore/Shape", "KindlingCore/Creation", "KindlingCore/Random", "KindlingCore/Indexing",
    "KindlingCore/Matrix", "KindlingCore/Neural", "KindlingNN",
  ]
  private static let types: Set = ["Tensor", "F", "Linalg", "Special", "Masked", "SignalWindow"]

  /// Reads the sources in `folder`.
  package init(sources folder: String = "\(projectRoot)/Sources") throws {
    var operations: [String: PublicOperation] = [:]
    for path in try PublicOperations.folders.flatMap({
      try FileBytes.swiftFiles(below: "\(folder)/\($0)")
    }) {
      let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      for declaration in declarations(in: text) where Self.types.contains(declaration.type) {
        let name = "\(declaration.type).\(declaration.name)"
        let place = "\(path.dropFirst(folder.count + 1)):\(declaration.line)"
        operations[name, default: PublicOperation(name, place)].add(declaration)
      }
    }
    all = operations.values.map { operation in
      var result = operation
      if operation.names.isEmpty { result.inherit(inherited(operation, operations)) }
      return result
    }.sorted { $0.name < $1.name }
  }
}

/// Returns the names that an operation inherits from another.
private func inherited(
  _ operation: PublicOperation, _ all: [String: PublicOperation]
) -> [[String]] {
  let type = operation.name.prefix { $0 != "." }
  if operation.name.hasSuffix("_"), let base = all[String(operation.name.dropLast())],
    let name = base.names.first?.first?.split(separator: ".").last
  {
    return [["Tensor.\(name)_"]]
  }
  return operation.links.lazy.compactMap { all["\(type).\($0)"]?.names }.first { !$0.isEmpty } ?? []
}

// MARK: Parsing of sources

/// A public member of a type.
private struct Declaration {
  let type: String
  let name: String
  let form: String
  let comment: String
  let line: Int

  /// The first sentence, without PyTorch's name.
  var summary: String {
    var text = comment
    if let start = text.firstRange(of: " (PyTorch")?.lowerBound {
      var depth = 0
      let end = text[start...].firstIndex {
        if $0 == "(" { depth += 1 }
        if $0 == ")" { depth -= 1 }
        return $0 == ")" && depth == 0
      }
      if let end { text.removeSubrange(start...end) }
    }
    let end = text.firstRange(of: ". ")?.lowerBound ?? text.firstRange(of: " - ")?.lowerBound
    let sentence = end.map { String(text[..<$0]) } ?? text
    return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }

  /// The names in ``(PyTorch: `a`, `b`)``, up to the first other word.
  var pytorchNames: [String] {
    guard let start = comment.firstRange(of: "PyTorch: `")?.upperBound else { return [] }
    var names: [String] = [], rest = comment[start...]
    while let end = rest.firstIndex(of: "`") {
      // `torch.std(unbiased=True)` is a call of `torch.std`.
      let name = rest[..<end].prefix { $0 != "(" }
      if name.contains(where: \.isLetter), !name.contains("=") { names.append(String(name)) }
      rest = rest[rest.index(after: end)...]
      guard let joint = [", `", " and `", " or `"].first(where: { rest.hasPrefix($0) }) else {
        break
      }
      rest = rest.dropFirst(joint.count)
    }
    return names
  }

  /// The base names of the symbols that the comment links to.
  var links: [String] {
    var names: [String] = [], rest = comment[...]
    while let start = rest.firstRange(of: "``")?.upperBound {
      names.append(String(rest[start...].prefix { $0 != "(" && $0 != "`" }))
      guard let end = rest[start...].firstRange(of: "``")?.upperBound else { break }
      rest = rest[end...]
    }
    return names
  }
}

/// Returns the public members of the types that `text` declares or extends.
private func declarations(in text: String) -> [Declaration] {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  var result: [Declaration] = [], comment: [Substring] = [], type: String?
  for (number, line) in lines.enumerated() {
    let words = line.split(separator: " ")
    guard let first = words.first else { continue }
    if line.hasPrefix("}") { type = nil }
    if first == "///" || first.hasPrefix("///") {
      comment.append(line.drop { $0 == " " || $0 == "/" })
    } else if let keyword = words.firstIndex(where: { ["extension", "enum", "class"].contains($0) }
    ),
      !line.hasPrefix(" "), first != "//", keyword + 1 < words.count
    {
      // A conformance to a protocol is not an operation.
      let name = words[keyword + 1]
      type =
        name.hasSuffix(":") ? nil : String(name.prefix { $0.isLetter || $0.isNumber || $0 == "." })
      comment = []
    } else if let type, line.hasPrefix("  "), !line.hasPrefix("   "),
      let declaration = member(of: type, lines[number...], comment, number + 1)
    {
      result.append(declaration)
      comment = []
    } else if !first.hasPrefix("@") {
      comment = []
    }
  }
  return result
}

/// Returns the public function or property that begins in the first of `lines`.
private func member(
  of type: String, _ lines: ArraySlice<Substring>, _ comment: [Substring], _ line: Int
) -> Declaration? {
  guard let first = lines.first else { return nil }
  let words = first.split(separator: " ")
  guard words.contains("public"),
    let keyword = words.firstIndex(where: {
      ["func", "var"].contains($0) || $0.hasPrefix("subscript") || $0.hasPrefix("init")
    })
  else { return nil }
  // The keyword of an initializer or a subscript is its name.
  let isNamed = words[keyword] == "func" || words[keyword] == "var"
  guard !isNamed || keyword + 1 < words.count else { return nil }
  // A name ends at parameters, a generic clause or a type; an operator is the whole word.
  let whole = words[isNamed ? keyword + 1 : keyword]
  let isOperator = !(whole.first?.isLetter ?? false) && whole.first != "`" && whole.first != "_"
  let name =
    isOperator
    ? whole.prefix { $0 != "(" && !$0.isLetter } : whole.prefix { !"(<:{".contains($0) }
  let form: String
  if words[keyword] == "var" {
    form = String(name)
  } else {
    let start = first.firstRange(of: name)?.upperBound ?? first.startIndex
    // No parameter list takes more lines.
    let text = ([first[start...]] + lines.dropFirst().prefix(20)).joined(separator: " ")
    form = "\(name)\(labels(text))"
  }
  return Declaration(
    type: type, name: name.filter { $0 != "`" }, form: form.filter { $0 != "`" },
    comment: comment.joined(separator: " "), line: line)
}

/// Returns `(dim:keepdim:)` for the first parameter list in `text`.
private func labels(_ text: String) -> String {
  // A generic clause precedes the parameters.
  var depth = 0, result = "(", word = "", expectsLabel = false
  for character in text {
    switch character {
    case "(", "[", "<", "{":
      if character == "(" && depth == 0 { expectsLabel = true }
      depth += character == "<" && depth == 0 ? 0 : 1
    case ")", "]", "}": depth -= 1
    case ">" where depth > 1: depth -= 1
    case "," where depth == 1: expectsLabel = true
    case ":" where depth == 1 && expectsLabel:
      result += "\(word.split(separator: " ").first ?? "_"):"
      (word, expectsLabel) = ("", false)
    default: if expectsLabel && depth == 1 { word.append(character) }
    }
    if character == ")" && depth == 0 { break }
  }
  return result + ")"
}
