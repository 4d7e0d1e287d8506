import Kindling

/// A tensor that may be absent, as `print` shows it.
func shown(_ tensor: Tensor?) -> String { tensor.map { $0.description } ?? "nil" }

/// A node of the graph as Python shows it, without its address.
func shown(_ node: Node?) -> String { node.map { "<\($0.name)>" } ?? "nil" }

/// The nodes that a node's gradients go to, as Python's tuple of pairs.
func shown(nextFunctionsOf node: Node?) -> String {
  let pairs = (node?.nextFunctions ?? []).map { edge in
    "(\(shown(edge?.node)), \(edge?.outputIndex ?? 0)),"
  }
  return "(" + pairs.joined(separator: " ") + ")"
}

/// A number with a fixed count of decimals, as Python's `:.4f`.
func fixed(_ value: Double, _ decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let digits = String(Int((abs(value) * scale).rounded(.toNearestOrEven)))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  return (value < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// `text` with spaces before it up to `width`, as Python's `:>5`.
func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
