import Kindling

/// Checks of results that are unique only up to a choice among equals.
extension ConformanceRunner {
  /// Returns what is wrong with outputs that may differ from the reference; `nil` if nothing is.
  func checkNonunique(_ call: Call, _ outputs: [Output]) throws -> String? {
    switch call.test.op {
    case "argsort":
      return try checkIndices(call, indices: outputs[0], values: nil)
    case "sort", "topk", "kthvalue", "mode", "median", "nanmedian":
      guard outputs.count == 2 else { return try difference(call, outputs[0], expected(call, 0)) }
      if let problem = try difference(call, outputs[0], expected(call, 0)) {
        return "values: \(problem)"
      }
      return try checkIndices(call, indices: outputs[1], values: outputs[0])
    case "masked.median":
      return try difference(call, outputs[0], expected(call, 0))
    case "unique":
      return try checkUnique(call, outputs)
    case "svd", "linalg.svd", "linalg.eigh", "linalg.qr", "geqrf", "linalg.ldl_factor",
      "linalg.ldl_factor_ex", "svd_lowrank", "pca_lowrank":
      return try checkDecomposition(call, outputs)
    default:
      throw UnsupportedError("check of the non-unique results of \(call.test.op)")
    }
  }

  func expected(_ call: Call, _ i: Int) -> JSONValue {
    call.test.json["outputs"]?.array?[i] ?? .null
  }

  /// Checks that indices select the reference's values, without repetition within a sort or top-k.
  private func checkIndices(_ call: Call, indices: Output, values: Output?) throws -> String? {
    guard case .tensor(let indices) = indices, let input = call.tensors["0"],
      let name = expected(call, values == nil ? 0 : 1)["tensor"]?.string
    else { return "no tensor of indices" }
    let reference = try call.file.tensor(name)
    guard indices.shape == reference.shape, indices.dtype == reference.dtype else {
      return
        "indices are \(indices.shape) \(indices.dtype), expected \(reference.shape) \(reference.dtype)"
    }
    let dim = try dimension(call)
    let lines = Lines(input.shape, dim)
    let source = try Elements(input).doubles
    let (mine, theirs) = (try Elements(indices).doubles, try Elements(reference).doubles)
    // Reductions have one index per line (kthvalue, mode, median), sorts and top-k several.
    let perLine = lines.count == 0 ? 0 : mine.count / lines.count
    let found = Lines(count: lines.count, length: perLine, inner: lines.inner)
    for line in 0..<lines.count {
      var seen = Set<Int>()
      for k in 0..<perLine {
        let at = found.index(line, k)
        guard let i = Int(exactly: mine[at]), (0..<lines.length).contains(i) else {
          return "index \(mine[at]) is out of range"
        }
        let (x, y) = (source[lines.index(line, i)], source[lines.index(line, Int(theirs[at]))])
        if x != y && !(x.isNaN && y.isNaN) { return "index \(i) leads to \(x), expected \(y)" }
        if !seen.insert(i).inserted { return "index \(i) repeats" }
      }
    }
    return nil
  }

  /// Returns the dimension along which a case sorts or selects.
  private func dimension(_ call: Call) throws -> Int {
    let position = ["topk": 2, "kthvalue": 2][call.test.op] ?? 1
    return try call.arguments.optionalInt(position, "dim") ?? -1
  }

  /// Checks for the same set of values, and for inverse and counts consistent with the order.
  private func checkUnique(_ call: Call, _ outputs: [Output]) throws -> String? {
    let tensors: [Tensor] = outputs.compactMap { if case .tensor(let t) = $0 { t } else { nil } }
    guard tensors.count == outputs.count, let values = tensors.first,
      let name = expected(call, 0)["tensor"]?.string, let input = call.tensors["0"]
    else { return "no tensor of values" }
    let reference = try call.file.tensor(name)
    guard values.dtype == reference.dtype, values.shape == reference.shape else {
      return
        "values are \(values.shape) \(values.dtype), expected \(reference.shape) \(reference.dtype)"
    }
    if let dim = try call.arguments.optionalInt(nil, "dim") {
      // Slices are compared like elements, each as one row.
      func rows(_ x: Tensor) throws -> [[Double]] {
        guard x.ndim > 0 else { return [try Elements(x).doubles] }
        return try x.unbind(dim).map { try Elements($0.contiguous()).doubles }
      }
      return try checkDistinct(
        call, rows(values), rows(reference), rows(input), Array(tensors.dropFirst()), inverse: nil)
    }
    return try checkDistinct(
      call, Elements(values).doubles.map { [$0] }, Elements(reference).doubles.map { [$0] },
      Elements(input).doubles.map { [$0] }, Array(tensors.dropFirst()), inverse: input.shape)
  }

  /// Checks distinct values that are lists of numbers; `inverse` is the shape of the inverse, `nil`
  /// for one dimension.
  private func checkDistinct(
    _ call: Call, _ mine: [[Double]], _ reference: [[Double]], _ source: [[Double]],
    _ others: [Tensor], inverse shape: [Int]?
  ) throws -> String? {
    func sorted(_ values: [[Double]]) -> [[Double]] {
      values.sorted { $0.lexicographicallyPrecedes($1) }
    }
    guard sorted(mine) == sorted(reference) else { return "other values" }
    var rest = others[...]
    if try call.arguments.bool(nil, "return_inverse", default: false), let inverse = rest.popFirst()
    {
      let places = try Elements(inverse).doubles
      guard inverse.shape == shape ?? [source.count],
        zip(places, source).allSatisfy({ place, x in
          Int(exactly: place).map { mine.indices.contains($0) && mine[$0] == x } ?? false
        })
      else { return "the inverse does not lead back to the input" }
    }
    if try call.arguments.bool(nil, "return_counts", default: false), let counts = rest.popFirst() {
      let found = mine.map { value in Double(source.count { $0 == value }) }
      guard try Elements(counts).doubles == found else { return "counts do not fit the values" }
    }
    return nil
  }
}

/// The lines of elements along one dimension of a contiguous tensor.
private struct Lines {
  let count: Int
  let length: Int
  let inner: Int

  init(count: Int, length: Int, inner: Int) {
    (self.count, self.length, self.inner) = (count, length, inner)
  }

  init(_ shape: [Int], _ dim: Int) {
    let d = shape.isEmpty ? 0 : (dim + shape.count) % shape.count
    length = shape.isEmpty ? 1 : shape[d]
    inner = shape.dropFirst(d + 1).reduce(1, *)
    count = shape.enumerated().reduce(1) { $1.offset == d ? $0 : $0 * $1.element }
  }

  /// Returns the offset of element `k` of `line`.
  func index(_ line: Int, _ k: Int) -> Int {
    inner == 0 ? 0 : (line / inner * length + k) * inner + line % inner
  }
}
