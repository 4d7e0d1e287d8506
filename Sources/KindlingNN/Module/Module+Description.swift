extension Module: CustomStringConvertible {
  /// The name of the class, as printed.
  public var typeName: String {
    let name = String(describing: type(of: self))
    return name.prefix { $0 != "<" }.description
  }

  /// The module in PyTorch's printed form: the class, ``extraRepr()`` and the submodules.
  ///
  /// Deeply nested modules, and all after the first 20,000, are shown as `Name(...)`.
  public var description: String {
    var progress = Progress()
    return describe(&progress)
  }

  /// The progress of a description.
  private struct Progress {
    var visiting = Set<ObjectIdentifier>()
    /// A limit: a module that occurs twice at every level would be described 2ⁿ times.
    var left = 20_000
    static let deepest = 100
  }

  private func describe(_ progress: inout Progress) -> String {
    let title = parametrizations.count > 0 ? "Parametrized\(typeName)" : typeName
    guard progress.left > 0, progress.visiting.count < Progress.deepest,
      progress.visiting.insert(ObjectIdentifier(self)).inserted
    else { return "\(title)(...)" }
    defer { progress.visiting.remove(ObjectIdentifier(self)) }
    progress.left -= 1
    let extra = extraRepr()
    let extraLines =
      extra.isEmpty ? [] : extra.split(separator: "\n", omittingEmptySubsequences: false)
    var children: [(name: String, text: String)] = []
    for (name, module) in members.modules {
      children.append((name, module?.describe(&progress) ?? "None"))
    }
    let childLines =
      printsRuns ? Module.runs(children) : grouped(children).map { "(\($0.name)): \($0.text)" }
    if childLines.isEmpty && extraLines.count <= 1 { return "\(title)(\(extra))" }
    let lines = extraLines.map(String.init) + childLines.map(Module.indented)
    return "\(title)(\n  " + lines.joined(separator: "\n  ") + "\n)"
  }

  /// Returns the children, with those of an array or dictionary grouped as PyTorch's `ModuleList`
  /// or `ModuleDict`.
  private func grouped(
    _ children: [(name: String, text: String)]
  ) -> [(name: String, text: String)] {
    var result: [(name: String, text: String)] = []
    var group: (name: String, parts: [(name: String, text: String)]) = ("", [])
    func close() {
      if group.parts.isEmpty { return }
      let isList = group.parts.enumerated().allSatisfy { $1.name == "\($0)" }
      let lines =
        isList ? Module.runs(group.parts) : group.parts.map { "(\($0.name)): \($0.text)" }
      let inner = lines.map(Module.indented).joined(separator: "\n  ")
      result.append((group.name, "\(isList ? "ModuleList" : "ModuleDict")(\n  \(inner)\n)"))
      group.parts = []
    }
    let properties = placeNames
    for (name, text) in children {
      let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, properties.contains(String(parts[0])) else {
        close()
        result.append((name, text))
        continue
      }
      if group.name != parts[0] { close() }
      group.name = String(parts[0])
      group.parts.append((String(parts[1]), text))
    }
    close()
    return result
  }

  /// Whether equal neighbours are printed as one, with their number.
  private var printsRuns: Bool { self is ModuleList }

  /// Returns the lines, with neighbours of equal text joined as `(0-2): 3 x Linear(…)`.
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
