import Kindling

/// The page `docs/operations.md`, which lists every public operation with its PyTorch name.
package struct OperationPage {
  let operations: [PublicOperation]
  let check: GradientCheck

  /// Creates a page of `operations`; `check` determines which of them record gradients.
  package init(_ operations: PublicOperations, _ check: GradientCheck) {
    (self.operations, self.check) = (operations.all, check)
  }

  /// The problems of the list: operations without a PyTorch name or a comment, and operations that
  /// no line of the operator table covers.
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

  /// The operators of the table, including variants, that record gradients, in order.
  package var differentiable: [String] {
    Set(operations.flatMap(\.names).joined().flatMap { keys(of: $0) })
      .filter(check.isDifferentiable).sorted()
  }

  /// Returns the operators and variants of the table for PyTorch's `name`.
  private func keys(of name: String) -> [String] {
    let key = PublicOperation.key(name)
    return check.samples.table.keys.filter { $0 == key || $0.hasPrefix("\(key)/") }
  }

  /// The text of the page.
  package var text: String {
    let differentiable = Set(differentiable)
    var lines = [
      "# Operations",
      "",
      "All public operations and their names in PyTorch. `kindling-operations list` writes this page from the",
      "comments in the sources, and a test compares it with them. Operations with a *gradient* are",
      "differentiable; tests compare their first and second derivatives with finite differences.",
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

  /// Returns a summary without symbol links, which only work in the reference.
  private func escaped(_ summary: String) -> String { summary.replacing("``", with: "`") }

  /// Returns PyTorch's name without its module.
  private func sortKey(_ name: String) -> String {
    let first = name.dropFirst().prefix { $0 != "`" }
    return (first.split(separator: ".").last.map(String.init) ?? "") + name
  }
}
