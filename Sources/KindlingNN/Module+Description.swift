extension Module: CustomStringConvertible {
  /// The name of the class, as printed.
  public var typeName: String {
    let name = String(describing: type(of: self))
    return name.prefix { $0 != "<" }.description
  }

  /// The module as PyTorch prints it: its class, what ``extraRepr()`` says, and the submodules.
  public var description: String {
    var visiting = Set<ObjectIdentifier>()
    return describe(&visiting)
  }

  private func describe(_ visiting: inout Set<ObjectIdentifier>) -> String {
    guard visiting.insert(ObjectIdentifier(self)).inserted else { return "\(typeName)(...)" }
    defer { visiting.remove(ObjectIdentifier(self)) }
    let extra = extraRepr()
    let extraLines =
      extra.isEmpty ? [] : extra.split(separator: "\n", omittingEmptySubsequences: false)
    var children: [(name: String, text: String)] = []
    for (name, module) in members.modules {
      children.append((name, module?.describe(&visiting) ?? "None"))
    }
    let childLines =
      printsRuns ? Module.runs(children) : children.map { "(\($0.name)): \($0.text)" }
    if childLines.isEmpty && extraLines.count <= 1 { return "\(typeName)(\(extra))" }
    let lines = extraLines.map(String.init) + childLines.map(Module.indented)
    return "\(typeName)(\n  " + lines.joined(separator: "\n  ") + "\n)"
  }

  /// Whether equal neighbours are printed as one, with their number.
  private var printsRuns: Bool { self is ModuleList }

  /// `(0-2): 3 x Linear(…)` for neighbours of equal text.
  private static func runs(_ children: [(name: String, text: String)]) -> [String] {
    var runs: [(first: String, last: String, count: Int, text: String)] = []
    for (name, text) in children {
      if let run = runs.last, run.text == text {
        runs[runs.count - 1] = (run.first, name, run.count + 1, text)
      } else {
        runs.append((name, name, 1, text))
      }
    }
    return runs.map {
      $0.count == 1
        ? "(\($0.first)): \($0.text)" : "(\($0.first)-\($0.last)): \($0.count) x \($0.text)"
    }
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
  }
}
