import Kindling

/// Numerical checks of the gradients of all operators.
package struct GradientCheck: Sendable {
  /// What the check of one operator came to.
  package struct Report: Sendable {
    /// How many points were compared in each layout, and for second derivatives.
    package var points: [ArgumentLayout: Int] = [:]
    package var second = 0
    /// Points that were skipped, being kinks or jumps.
    package var kinks = 0
    /// The layouts that no sample can take, having too few dimensions.
    package var impossible: Set<ArgumentLayout> = []
    /// Whether there is nothing to compare: the results are less precise than differences need, or
    /// the gradient is no derivative by definition.
    package var isExempt = false
    package var problems: [String] = []

    /// What is wrong, one line each.
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
  /// The most samples of an operator that are checked.
  let most: Int

  package init(_ samples: OperatorSamples, most: Int = 5) {
    (self.samples, self.most) = (samples, most)
  }

  /// Whether `key` records gradients: whether a result of one of its samples requires one.
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
    // Spread evenly, as neighbours are alike.
    for point in (0..<count).map({ points[$0 * points.count / count] }) {
      for layout in ArgumentLayout.allCases { check(point, layout, &report) }
      checkSecond(point, &report)
    }
    // Rare layouts and points without kinks are looked for among all samples.
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

  /// The samples in float64 that have something to differentiate.
  private func candidates(_ key: String) -> [GradientPoint] {
    guard let row = samples.table.row(key) else { return [] }
    return samples.samples(of: key).compactMap { try? GradientPoint($0, key, row, samples.table) }
  }

  private func check(_ point: GradientPoint, _ layout: ArgumentLayout, _ report: inout Report) {
    // Some dimension can be expanded: one along which matrices stay regular, for example.
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
        // Other layouts can be refused, as by `view`; that all are fails as well.
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

/// One call in float64, and which of its tensors are differentiated.
struct GradientPoint {
  let id: String
  /// Whether it is a sample of another operator, which this one may refuse: in place nothing grows.
  let isBorrowed: Bool
  private let key: String
  private let row: OperatorTable.Row
  private let sample: OperatorSample
  private let call: CallArguments
  /// The places of the differentiated tensors among all of them.
  private let places: [Int]

  /// Nil where PyTorch refuses the call, or nothing in it can be differentiated.
  init?(
    _ sample: OperatorSample, _ key: String, _ row: OperatorTable.Row, _ table: OperatorTable
  ) throws {
    guard sample.test?.expectsError != true else { return nil }
    let original = try sample.arguments()
    let tensors = original.tensors
    let marked = tensors.indices.filter { tensors[$0].requiresGrad }
    // Cases of less precise types are samples of other values alone where they are marked.
    places =
      sample.test == nil ? tensors.indices.filter { tensors[$0].dtype.isFloatingPoint } : marked
    let mutated = sample.test?.json["mutated"]?.object?.keys.map { $0 } ?? []
    guard !places.isEmpty, tensors.reduce(0, { $0 + $1.numel }) <= 5000,
      // A leaf that the call itself rewrites (`max_norm`) is no variable of a function.
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

  /// The differentiated tensors in `layout`; none where it needs more dimensions than any has.
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

  /// Whether results need gradients, and none of them is precise enough for differences.
  var isCoarse: Bool {
    guard let leaves = try? leaves(.contiguous, always: true),
      let results = try? results(leaves.map { try $0.leaf.requiresGrad_() }, leaves.map(\.view))
    else { return true }
    return !results.contains { $0.dtype == .float64 }
  }

  /// The results that differences can be taken of.
  func outputs(_ leaves: [Tensor], _ views: [@Sendable (Tensor) throws -> Tensor]) throws
    -> [Tensor]
  {
    let results = try results(leaves, views).filter { $0.dtype == .float64 }
    if results.isEmpty { throw UnsupportedError("no result in float64 that requires a gradient") }
    return results
  }

  /// The results that require gradients, each leaf shown to the operator through its view.
  func results(_ leaves: [Tensor], _ views: [@Sendable (Tensor) throws -> Tensor]) throws
    -> [Tensor]
  {
    var place = 0, leaf = 0
    let writes = OperatorSamples.outOfPlace(key) != nil
    let arguments = try call.mapTensors { tensor in
      defer { place += 1 }
      guard leaf < places.count, places[leaf] == place else { return try tensor.clone() }
      defer { leaf += 1 }
      // What is written to must not be a leaf, nor show one element twice.
      let own = writes && place == 0
      var shown = try views[leaf](own ? leaves[leaf].clone() : leaves[leaf])
      if own && shown.strides.contains(0) { shown = try shown.clone() }
      return try row.domain.point(shown, place, call)
    }
    // What is drawn is the same for every point.
    let outputs = try withDefaultGenerator(Generator(seed: 0)) {
      try row.body(arguments.reader).outputs
    }
    return try ConformanceRunner().processed(sample.test, outputs).filter {
      $0.requiresGrad && $0.gradFn?.name != "NotImplemented"
    }
  }
}
