import Kindling

/// A numerical check of the gradients of all operators.
package struct GradientCheck: Sendable {
  /// The result of the check of an operator.
  package struct Report: Sendable {
    /// The number of points compared in each layout, and for second derivatives.
    package var points: [ArgumentLayout: Int] = [:]
    package var second = 0
    /// The number of points skipped because of kinks or jumps.
    package var kinks = 0
    /// The layouts that no sample supports, because of too few dimensions.
    package var impossible: Set<ArgumentLayout> = []
    /// Whether no comparison is possible.
    ///
    /// The results are then less precise than differences need, or the gradient is not a derivative
    /// by definition.
    package var isExempt = false
    package var problems: [String] = []

    /// The problems, one line each.
    package var failures: [String] {
      if isExempt { return [] }
      var all = problems
      for layout in ArgumentLayout.allCases
      where points[layout] == nil && !impossible.contains(layout) {
        all.append("no point was checked on \(layout) inputs")
      }
      if second == 0 { all.append("no second derivative was checked") }
      return all
    }
  }

  let samples: OperatorSamples
  /// The maximum number of samples checked per operator.
  let most: Int

  package init(_ samples: OperatorSamples, most: Int = 5) {
    (self.samples, self.most) = (samples, most)
  }

  /// Returns whether `key` records gradients: whether a result of one of its samples requires one.
  package func isDifferentiable(_ key: String) -> Bool {
    candidates(key).contains { point in
      guard let leaves = try? point.leaves(.contiguous, always: true) else { return false }
      let results = try? point.results(
        leaves.map { try $0.leaf.requiresGrad_() }, leaves.map(\.view))
      return results.map { !$0.isEmpty } ?? false
    }
  }

  /// Checks the operator `key`, which records gradients.
  package func check(_ key: String) -> Report {
    var report = Report()
    let points = candidates(key)
    let count = min(most, points.count)
    // Spread evenly, since adjacent samples are similar.
    for point in (0..<count).map({ points[$0 * points.count / count] }) {
      for layout in ArgumentLayout.allCases { check(point, layout, &report) }
      checkSecond(point, &report)
    }
    // Rare layouts and points without kinks are searched among all samples.
    for layout in ArgumentLayout.allCases {
      for point in points where report.points[layout] == nil { check(point, layout, &report) }
    }
    for point in points where report.second == 0 { checkSecond(point, &report) }
    report.impossible = Set(
      ArgumentLayout.allCases.filter { layout in
        !points.contains { point in
          (0..<6).contains { (try? point.leaves(layout, $0)).map { !$0.isEmpty } ?? false }
        }
      })
    report.isExempt =
      report.problems.isEmpty && (points.allSatisfy(\.isCoarse) || report.impossible.count == 4)
    return report
  }

  /// Returns the samples in float64 with differentiable inputs.
  private func candidates(_ key: String) -> [GradientPoint] {
    guard let row = samples.table.row(key) else { return [] }
    return samples.samples(of: key).compactMap { try? GradientPoint($0, key, row, samples.table) }
  }

  private func check(_ point: GradientPoint, _ layout: ArgumentLayout, _ report: inout Report) {
    // Some dimension can be expanded: for example one along which matrices stay regular.
    let dims = layout == .expanded ? 0..<4 : 0..<1
    for dim in dims {
      do {
        let leaves = try point.leaves(layout, dim)
        if leaves.isEmpty { continue }
        var check = DirectionalCheck(random: SeededNumbers("\(point.id) \(layout)"))
        switch try check.first({ try point.outputs($0, leaves.map(\.view)) }, leaves.map(\.leaf)) {
        case .agrees:
          report.points[layout, default: 0] += 1
          return
        case .kink: report.kinks += 1
        case .differs(let how): report.problems.append("\(point.id), \(layout): \(how)")
        }
      } catch is UnsupportedError {
        continue
      } catch {
        // Other layouts may be rejected, for example by `view`; it is a failure if all are.
        if layout == .contiguous && !point.isBorrowed {
          report.problems.append("\(point.id): threw \(error)")
        }
      }
    }
  }

  private func checkSecond(_ point: GradientPoint, _ report: inout Report) {
    do {
      let leaves = try point.leaves(.contiguous)
      if leaves.isEmpty { return }
      var check = DirectionalCheck(random: SeededNumbers("\(point.id) twice"))
      switch try check.second({ try point.outputs($0, leaves.map(\.view)) }, leaves.map(\.leaf)) {
      case .agrees: report.second += 1
      case .kink: report.kinks += 1
      case .differs(let how): report.problems.append("\(point.id), second derivative: \(how)")
      }
    } catch is UnsupportedError {
      return
    } catch {
      if !point.isBorrowed {
        report.problems.append("\(point.id), second derivative: threw \(error)")
      }
    }
  }
}

/// A call in float64, and its differentiated tensors.
struct GradientPoint {
  let id: String
  /// Whether it is a sample of another operator, which this one may reject: in-place forms cannot
  /// grow.
  let isBorrowed: Bool
  private let key: String
  private let row: OperatorTable.Row
  private let sample: OperatorSample
  private let call: CallArguments
  /// The indices of the differentiated tensors among all tensors.
  private let places: [Int]

  /// Creates the point; `nil` if PyTorch rejects the call, or if nothing in it is differentiable.
  init?(
    _ sample: OperatorSample, _ key: String, _ row: OperatorTable.Row, _ table: OperatorTable
  ) throws {
    guard sample.test?.expectsError != true else { return nil }
    let original = try sample.arguments()
    let tensors = original.tensors
    let marked = tensors.indices.filter { tensors[$0].requiresGrad }
    // Cases of less precise dtypes are samples with other values only if they are marked.
    places =
      sample.test == nil ? tensors.indices.filter { tensors[$0].dtype.isFloatingPoint } : marked
    let mutated = sample.test?.json["mutated"]?.object?.keys.map { $0 } ?? []
    guard !places.isEmpty, tensors.reduce(0, { $0 + $1.numel }) <= 5000,
      // A leaf that the call itself modifies (`max_norm`) is not a variable of a function.
      !mutated.contains("0"), !mutated.contains("k:weight")
    else { return nil }
    (id, self.sample, self.key, self.row) = (sample.id, sample, key, row)
    isBorrowed = sample.test.map { table.key($0.op, variant: $0.variant) != key } ?? false
    call = try original.map {
      switch $0 {
      case .tensor(let t):
        return .tensor(try t.dtype.isFloatingPoint ? t.detach().to(.float64) : t)
      case .dtype(let dtype): return .dtype(dtype.isFloatingPoint ? .float64 : dtype)
      default: return $0
      }
    }
  }

  /// Returns the differentiated tensors in `layout`; none if no tensor has enough dimensions.
  func leaves(_ layout: ArgumentLayout, _ dim: Int = 0, always: Bool = false) throws -> [(
    leaf: Tensor, view: @Sendable (Tensor) throws -> Tensor
  )] {
    guard always || row.domain.allows(layout) else { return [] }
    let tensors = call.tensors
    let shown = try places.map { try layout.leaf(tensors[$0], dim, row.domain) }
    guard shown.contains(where: { $0 != nil }) else { return [] }
    return try zip(shown, places).map { shown, place in
      try shown ?? (tensors[place].clone(), { $0 })
    }
  }

  /// Whether results require gradients, but none is precise enough for differences.
  var isCoarse: Bool {
    guard let leaves = try? leaves(.contiguous, always: true),
      let results = try? results(leaves.map { try $0.leaf.requiresGrad_() }, leaves.map(\.view))
    else { return true }
    return !results.contains { $0.dtype == .float64 }
  }

  /// Returns the results suitable for differences.
  func outputs(_ leaves: [Tensor], _ views: [@Sendable (Tensor) throws -> Tensor]) throws
    -> [Tensor]
  {
    let results = try results(leaves, views).filter { $0.dtype == .float64 }
    if results.isEmpty { throw UnsupportedError("no result in float64 that requires a gradient") }
    return results
  }

  /// Returns the results that require gradients, with each leaf passed through its view.
  func results(_ leaves: [Tensor], _ views: [@Sendable (Tensor) throws -> Tensor]) throws
    -> [Tensor]
  {
    var place = 0, leaf = 0
    let writes = OperatorSamples.outOfPlace(key) != nil
    let arguments = try call.mapTensors { tensor in
      defer { place += 1 }
      guard leaf < places.count, places[leaf] == place else { return try tensor.clone() }
      defer { leaf += 1 }
      // A modified argument must be neither a leaf nor an expanded view.
      let own = writes && place == 0
      var shown = try views[leaf](own ? leaves[leaf].clone() : leaves[leaf])
      if own && shown.strides.contains(0) { shown = try shown.clone() }
      return try row.domain.point(shown, place, call)
    }
    // Random draws are the same for every point.
    let outputs = try withDefaultGenerator(Generator(seed: 0)) {
      try row.body(arguments.reader).outputs
    }
    return try ConformanceRunner().processed(sample.test, outputs).filter {
      $0.requiresGrad && $0.gradFn?.name != "NotImplemented"
    }
  }
}
