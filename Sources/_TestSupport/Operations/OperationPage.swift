import Kindling

/// The page that lists every public operation with its PyTorch name: `docs/operations.md`.
package struct OperationPage {
  let operations: [PublicOperation]
  let check: GradientCheck

  /// A page of `operations`; `check` says which record gradients.
  package init(_ operations: PublicOperations, _ check: GradientCheck) {
    (self.operations, self.check) = (operations.all, check)
  }

  /// What is wrong with the list itself: operations without PyTorch's name or a comment, and those
  /// that no line of the operator table reaches.
  package var problems: [String] {
    operations.flatMap { operation -> [String] in
      if operation.names.isEmpty {
        return ["\(operation.place): \(operation.name) does not say what PyTorch calls it"]
      }
      let missing = operation.names.filter { synonyms in
        !synonyms.contains { !keys(of: $0).isEmpty }
      }
      return
        (operation.summary.isEmpty ? ["\(operation.place): \(operation.name) has no comment"] : [])
        + missing.map {
          "\(operation.place): \(operation.name) is not in the operator table as \($0.joined(separator: " or "))"
        }
    }
  }

  /// The operators of the table, variants too, that record gradients, in order.
  package var differentiable: [String] {
    Set(operations.flatMap(\.names).joined().flatMap { keys(of: $0) })
      .filter(check.isDifferentiable).sorted()
  }

  /// The operators and variants of the table that PyTorch's `name` stands for.
  private func keys(of name: String) -> [String] {
    let key = PublicOperation.key(name)
    return check.samples.table.keys.filter { $0 == key || $0.hasPrefix("\(key)/") }
  }

  /// The page.
  package var text: String {
    let differentiable = Set(differentiable)
    var lines = [
      "# Operations",
      "",
      "Every public operation with the name that PyTorch has for it. `kindling-operations list` writes this page",
      "from the comments in the sources; a test compares it with them. What stands under *gradient* is",
      "checked numerically, in first and second derivatives.",
    ]
    for (type, title) in [
      ("Tensor", "Methods and functions of `Tensor`"), ("F", "`F`: `torch.nn.functional`"),
      ("Linalg", "`Linalg`: `torch.linalg`"), ("Special", "`Special`: `torch.special`"),
      ("Masked", "`Masked`: `torch.masked`"),
      ("SignalWindow", "`SignalWindow`: `torch.signal.windows`"),
    ] {
      let rows = operations.filter { $0.name.prefix { $0 != "." } == type }.map { operation in
        let names = operation.names.joined().reduce(into: [String]()) { all, name in
          if !all.contains(name) { all.append(name) }
        }
        let hasGradient = names.flatMap { keys(of: $0) }.contains { differentiable.contains($0) }
        let forms = operation.forms.map { "`\($0)`" }.joined(separator: "<br>")
        return [
          names.map { "`\($0)`" }.joined(separator: "<br>"), forms, escaped(operation.summary),
          hasGradient ? "yes" : "",
        ]
      }.sorted { sortKey($0[0]) < sortKey($1[0]) }
      lines += ["", "## \(title)", "", "| PyTorch | Kindling | | gradient |", "|---|---|---|---|"]
      lines += rows.map {
        "| \($0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A summary without links, which a page outside the reference cannot follow.
  private func escaped(_ summary: String) -> String { summary.replacing("``", with: "`") }

  /// PyTorch's name without the room it is in.
  private func sortKey(_ name: String) -> String {
    let first = name.dropFirst().prefix { $0 != "`" }
    return (first.split(separator: ".").last.map(String.init) ?? "") + name
  }
}
