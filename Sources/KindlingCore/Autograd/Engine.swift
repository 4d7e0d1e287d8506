import CKernels
import Synchronization

private let walkCounter = Atomic<UInt64>(0)

/// Walks the graph from some outputs down to the leaves.
///
/// First it counts how many gradients each node waits for, then it runs the nodes whose gradients are
/// complete, latest first. Nothing recurses, so the length of a chain does not matter.
struct Engine {
  /// Where a walk starts: a tensor and its gradient.
  struct Root {
    let edge: Edge
    let gradient: Tensor
  }

  struct Options {
    var retainGraph = false
    var createGraph = false
  }

  /// The state of one node during the walk.
  private struct Visit {
    let node: Node
    var dependencies = 0
    /// Whether the node lies on a path to what is asked for.
    var isNeeded = true
    var gradients = Gradients()
  }

  private let id = walkCounter.wrappingAdd(1, ordering: .relaxed).newValue
  private let options: Options
  private var visits: [Visit] = []
  /// Nodes that another walk (one inside a hook, or in another thread) has claimed.
  private var claimedElsewhere: [ObjectIdentifier: Int] = [:]
  private var ready = ReadyHeap()
  /// What to hand back: for each slot, outputs and where their gradients go.
  private var captures: [Int: [(output: Int, result: Int)]] = [:]
  private var captured: [Tensor?] = []

  /// Runs backward from `roots` and accumulates into every leaf.
  static func run(_ roots: [Root], _ options: Options) throws {
    var engine = Engine(options: options)
    try engine.guarded { engine in
      engine.survey(roots)
      try engine.walk(roots)
    }
  }

  /// Runs backward from `roots` as far as `targets` need it.
  ///
  /// Where `accumulating`, targets that are leaves accumulate their gradients; otherwise the
  /// gradients are returned (nil: none arrived).
  static func run(
    _ roots: [Root], to targets: [Edge], accumulating: Bool, _ options: Options
  ) throws -> [Tensor?] {
    var engine = Engine(options: options)
    engine.captured = Array(repeating: nil, count: targets.count)
    try engine.guarded { engine in
      engine.survey(roots)
      engine.restrict(to: targets, accumulating: accumulating)
      try engine.walk(roots)
    }
    return engine.captured
  }

  private init(options: Options) { self.options = options }

  private mutating func guarded(_ body: (inout Engine) throws -> Void) throws {
    visits.reserveCapacity(16)
    defer {
      for visit in visits where visit.node.claim.load(ordering: .relaxed) == id {
        visit.node.claim.store(0, ordering: .releasing)
      }
    }
    let hooks = SavedTensorsHooks.current
    try SavedTensorsHooks.with(options.createGraph ? hooks : nil) {
      try setGradEnabled(options.createGraph) { try body(&self) }
    }
  }

  // MARK: Counting

  /// Claims every node that can be reached and counts its dependencies.
  private mutating func survey(_ roots: [Root]) {
    var stack: [Int] = []
    for root in roots where find(root.edge.node) == nil { stack.append(claim(root.edge.node)) }
    while let slot = stack.popLast() {
      let node = visits[slot].node
      for i in 0..<node.edgeCount {
        guard let edge = node.edge(i) else { continue }
        if let known = find(edge.node) {
          visits[known].dependencies += 1
        } else {
          let made = claim(edge.node)
          visits[made].dependencies = 1
          stack.append(made)
        }
      }
    }
  }

  /// Marks what lies between the roots and `targets`; nothing else runs.
  private mutating func restrict(to targets: [Edge], accumulating: Bool) {
    for slot in visits.indices { visits[slot].isNeeded = false }
    var isGoal = [Bool](repeating: false, count: visits.count)
    for (result, target) in targets.enumerated() {
      guard let slot = find(target.node) else { continue }
      isGoal[slot] = true
      if accumulating {
        visits[slot].isNeeded = true
      } else {
        captures[slot, default: []].append((Int(target.outputIndex), result))
      }
    }
    // A node is made after those it leads to, except for accumulators, which lead nowhere.
    let order = visits.indices.filter { visits[$0].node.edgeCount > 0 }
      .sorted { visits[$0].node.sequence < visits[$1].node.sequence }
    for slot in order {
      let node = visits[slot].node
      for i in 0..<node.edgeCount {
        guard let edge = node.edge(i), let next = find(edge.node) else { continue }
        if isGoal[next] || visits[next].isNeeded {
          visits[slot].isNeeded = true
          break
        }
      }
    }
  }

  private func find(_ node: Node) -> Int? {
    if node.claim.load(ordering: .relaxed) == id { return node.slot }
    return claimedElsewhere.isEmpty ? nil : claimedElsewhere[ObjectIdentifier(node)]
  }

  private mutating func claim(_ node: Node) -> Int {
    let slot = visits.count
    visits.append(Visit(node: node))
    if node.claim.compareExchange(expected: 0, desired: id, ordering: .acquiring).exchanged {
      node.slot = slot
    } else {
      claimedElsewhere[ObjectIdentifier(node)] = slot
    }
    return slot
  }

  // MARK: Running

  private mutating func walk(_ roots: [Root]) throws {
    for root in roots {
      guard let slot = find(root.edge.node) else { continue }
      try add(root.gradient, slot, Int(root.edge.outputIndex))
    }
    // A root that another root leads to waits for it; one given twice starts once.
    for slot in visits.indices.prefix(roots.count) where visits[slot].dependencies == 0 {
      ready.push(slot, visits[slot].node.sequence)
    }
    while let slot = ready.pop() {
      let node = visits[slot].node
      var gradients = Gradients()
      swap(&gradients, &visits[slot].gradients)
      if !gradients.isEmpty { try run(node, slot, &gradients) }
      for i in 0..<node.edgeCount {
        guard let edge = node.edge(i), let next = find(edge.node) else { continue }
        visits[next].dependencies -= 1
        if visits[next].dependencies == 0 { ready.push(next, edge.node.sequence) }
      }
    }
  }

  private mutating func run(_ node: Node, _ slot: Int, _ gradients: inout Gradients) throws {
    func capture() {
      for (output, result) in captures[slot] ?? [] { captured[result] = gradients[output] }
    }
    // Where the walk goes on behind this node, the caller gets the gradient as it arrived, and hooks
    // change only the one that goes on (PyTorch's order).
    let isNeeded = visits[slot].isNeeded
    if isNeeded { capture() }
    if let hooks = node.hooks { try hooks.runTensorHooks(&gradients) }
    guard isNeeded else { return capture() }
    if let hooks = node.hooks, !hooks.before.isEmpty || !hooks.after.isEmpty {
      try run(node, hooks, &gradients)
    } else {
      try node.run(&gradients) { i, gradient in try send(gradient, from: node, i) }
    }
    if !options.retainGraph { node.releaseSaved() }
  }

  private mutating func run(
    _ node: Node, _ hooks: NodeHooks, _ gradients: inout Gradients
  ) throws {
    try hooks.runBefore(&gradients, of: node)
    let given = gradients.array(for: node)
    var results = [Tensor?](repeating: nil, count: node.edgeCount)
    try node.run(&gradients) { i, gradient in results[i] = gradient }
    for (i, result) in try hooks.runAfter(results, given).enumerated() {
      if let result { try send(result, from: node, i) }
    }
  }

  private mutating func send(_ gradient: Tensor, from node: Node, _ i: Int) throws {
    guard let edge = node.edge(i), let next = find(edge.node) else { return }
    if kk_state().pointee.anomaly { try Anomaly.check(gradient, node, i) }
    let info = edge.node.output(Int(edge.outputIndex))
    do {
      try add(gradient.reduced(to: info), next, Int(edge.outputIndex))
    } catch let error as TensorError where error.operation == "reduced" {
      throw TensorError(
        .autograd, "backward",
        "Function \(node.name) returned an invalid gradient at index \(i) - \(error.message)")
    }
  }

  private mutating func add(_ gradient: Tensor, _ slot: Int, _ index: Int) throws {
    guard let sum = visits[slot].gradients[index] else {
      visits[slot].gradients[index] = gradient
      return
    }
    visits[slot].gradients[index] = try sum + gradient
  }
}

extension Tensor {
  /// A gradient brought to the shape, dtype and device of what it belongs to.
  func reduced(to info: Node.OutputInfo) throws -> Tensor {
    var result = self
    if result.shape != info.shape { result = try result.summed(to: info.shape) }
    if result.dtype != info.dtype { result = try result.to(info.dtype) }
    return result
  }

  private func summed(to target: [Int]) throws -> Tensor {
    let lead = ndim - target.count
    let fits =
      lead >= 0
      && target.indices.allSatisfy {
        target[$0] == shape[$0 + lead] || target[$0] == 1
      }
    guard fits else {
      throw TensorError(
        .shape, "reduced", "got \(shape) but expected shape compatible with \(target)")
    }
    let leading = lead > 0 ? try sum(dims: Array(0..<lead)) : self
    let inner = target.indices.filter { target[$0] != leading.shape[$0] }
    return inner.isEmpty ? leading : try leading.sum(dims: inner, keepdim: true)
  }
}
