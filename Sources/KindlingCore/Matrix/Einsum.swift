extension Tensor {
  /// Evaluates the Einstein summation of `equation`, as in `"ij,jk->ik"` (PyTorch: `torch.einsum`).
  ///
  /// Letters that do not appear after the arrow are summed over. A letter that appears twice in an
  /// operand selects its diagonal. `...` stands for dimensions that broadcast. Without an arrow,
  /// the output has the letters that appear once, in alphabetical order.
  /// - Throws: ``TensorError`` if the equation is malformed or does not match the operands.
  public static func einsum(_ equation: String, _ operands: [Tensor]) throws -> Tensor {
    let plan = try EinsumPlan(equation, operands)
    var result = try plan.aligned(operands[0], 0)
    for i in operands.indices.dropFirst() {
      result = try plan.product(result, plan.aligned(operands[i], i), before: i)
    }
    let sums = plan.outputCount..<plan.labels.count
    if sums.isEmpty { return result }
    // With several operands, the last product has already summed.
    return operands.count == 1
      ? try result.sum(dims: Array(sums))
      : try result.view(Array(result.shape.prefix(plan.outputCount)))
  }
  /// Evaluates the Einstein summation of `equation`, as in `"ij,jk->ik"`.
  public static func einsum(_ equation: String, _ operands: Tensor...) throws -> Tensor {
    try einsum(equation, operands)
  }
}

/// A parsed equation, which gives every operand one dimension per label, output labels first.
private struct EinsumPlan {
  /// Letters are labels; the dimensions of an ellipsis are "0", "1", … counted from the right.
  var labels: [String] = []
  var outputCount = 0
  private var inputs: [[String]] = []

  init(_ equation: String, _ operands: [Tensor]) throws {
    let text = equation.filter { $0 != " " }
    var sides = [text[...], nil]
    if let arrow = text.firstRange(of: "->") {
      sides = [text[..<arrow.lowerBound], text[arrow.upperBound...]]
    }
    let parts = (sides[0] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    guard !operands.isEmpty, parts.count == operands.count else {
      throw EinsumPlan.error(
        "the equation \"\(equation)\" has \(parts.count) operands, but \(operands.count) were given"
      )
    }
    for (part, operand) in zip(parts, operands) {
      inputs.append(try EinsumPlan.read(part, operand.ndim, equation))
    }
    let all = inputs.flatMap { $0 }
    let wide = Set(all.filter { $0.first?.isNumber == true })
    let dots = wide.sorted { $0.count == $1.count ? $0 > $1 : $0.count > $1.count }
    var output: [String]
    if let side = sides[1] {
      // If the output has no ellipsis, the dimensions of the operands' ellipses are summed.
      let wideCount = side.contains("...") ? dots.count : 0
      output = try EinsumPlan.read(side, side.filter(\.isLetter).count + wideCount, equation)
    } else {
      let letters = Set(all).subtracting(wide)
      output =
        dots
        + letters.filter { l in all.filter { $0 == l }.count == 1 }.sorted(by: EinsumPlan.precedes)
    }
    guard Set(output).count == output.count, output.allSatisfy(all.contains) else {
      throw EinsumPlan.error(
        "the output of \"\(equation)\" repeats a subscript or has one that no operand has")
    }
    outputCount = output.count
    output += Set(all).subtracting(output).sorted()
    labels = output
    try checkSizes(operands, equation)
  }

  /// Returns whether `a` comes before `b` in PyTorch's order: capital letters first.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private static func error(_ text: String) -> TensorError { TensorError(.value, "einsum", text) }

  private static func read(_ part: Substring, _ rank: Int, _ equation: String) throws -> [String] {
    let pieces = part.split(separator: "...", omittingEmptySubsequences: false)
    let letters = pieces.joined()
    guard pieces.count <= 2, letters.allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw error(
        "invalid subscript in \"\(equation)\": letters and one ... per operand are what it may hold"
      )
    }
    let free = rank - letters.count
    guard free == 0 || free > 0 && pieces.count == 2 else {
      throw error(
        "the number of subscripts in \"\(part)\" does not match the \(rank) dimensions of its operand"
      )
    }
    let dots = (0..<free).reversed().map(String.init)
    guard pieces.count == 2 else { return letters.map(String.init) }
    return pieces[0].map(String.init) + dots + pieces[1].map(String.init)
  }

  private func checkSizes(_ operands: [Tensor], _ equation: String) throws {
    var sizes: [String: Int] = [:]
    for (names, operand) in zip(inputs, operands) {
      for (name, size) in zip(names, operand.shape) where size != 1 {
        if let known = sizes[name], known != size {
          throw EinsumPlan.error(
            "operands do not broadcast: subscript \(name) of \"\(equation)\" has sizes \(known) and \(size)"
          )
        }
        sizes[name] = size
      }
    }
  }

  /// Returns the operand with one dimension per label, of size 1 for labels that it lacks.
  func aligned(_ operand: Tensor, _ i: Int) throws -> Tensor {
    var x = operand, names = inputs[i], d = 0
    while d < names.count {
      if let first = names[..<d].firstIndex(of: names[d]) {
        guard x.shape[first] == x.shape[d] else {
          throw EinsumPlan.error(
            "subscript \(names[d]) is repeated for operand \(i) but the sizes don't match, \(x.shape[d]) != \(x.shape[first])"
          )
        }
        x = try x.diagonal(dim1: first, dim2: d).movedim(-1, first)
        names.remove(at: d)
      } else {
        d += 1
      }
    }
    let order = labels.compactMap { names.firstIndex(of: $0) }
    x = try x.permute(order)
    for (position, label) in labels.enumerated() where !names.contains(label) {
      x = try x.unsqueeze(position)
    }
    return x
  }

  /// Multiplies the product so far by operand `i`, and sums over labels that are not needed later.
  func product(_ a: Tensor, _ b: Tensor, before i: Int) throws -> Tensor {
    let later = Set(inputs[(i + 1)...].flatMap { $0 })
    var (a, b) = (a, b)
    var batch: [Int] = [], left: [Int] = [], right: [Int] = [], sums: [Int] = []
    for (d, label) in labels.enumerated() {
      let goes = d >= outputCount && !later.contains(label)
      switch (a.shape[d] != 1, b.shape[d] != 1) {
      case (true, true): if goes { sums.append(d) } else { batch.append(d) }
      case (true, false):
        if goes { a = try a.sum(dim: d, keepdim: true) } else { left.append(d) }
      case (false, true):
        if goes { b = try b.sum(dim: d, keepdim: true) } else { right.append(d) }
      case (false, false): batch.append(d)
      }
    }
    // Without a sum over both operands, dtypes promote and bools multiply.
    if sums.isEmpty { return try a * b }
    // Summed dimensions that now have size 1 are kept.
    let ones = labels.indices.filter { !(batch + left + right + sums).contains($0) }
    let sizes = { (dims: [Int], x: Tensor) in dims.map { x.shape[$0] } }
    let count = { (dims: [Int], x: Tensor) in dims.reduce(1) { $0 * x.shape[$1] } }
    let x = try a.permute(batch + left + sums + right + ones)
      .reshape([count(batch, a), count(left, a), count(sums, a)])
    let y = try b.permute(batch + sums + right + left + ones)
      .reshape([count(batch, b), count(sums, b), count(right, b)])
    let order = batch + left + right + sums + ones
    let shape =
      sizes(batch, a) + sizes(left, a) + sizes(right, b)
      + [Int](repeating: 1, count: sums.count + ones.count)
    return try x.bmm(y).reshape(shape).permute(
      order.indices.map { d in order.firstIndex(of: d) ?? d })
  }
}
