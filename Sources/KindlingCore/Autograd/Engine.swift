import CKernels
import Synchronization

private let walkCounter = Atomic<UInt64>(0)

/// The backward pass through the graph, from outputs to leaves.
///
/// It first counts the gradients for which each node waits. It then runs the nodes whose gradients
/// are complete, latest first. It does not recurse, so the length of a chain does not matter.
struct Engine {
  /// The start of a pass: a tensor and its gradient.
  struct Root {
    let edge: Edge
    let gradient: Tensor
  }

  struct Options {
    var retainGraph = false
    var createGraph = false
  }

  /// The state of one node during the pass.
  private struct Visit {
    let node: Node
    var dependencies = 0
    /// Whether the node is on a path to a requested gradient.
    var isNeeded = true
    var gradients = Gradients()
  }

  private let id = walkCounter.wrappingAdd(1, ordering: .relaxed).newValue
  private let options: Options
  private var visits: [Visit] = []
  /// Nodes claimed by another pass (inside a hook, or in another thread).
  private var claimedElsewhere: [ObjectIdentifier: Int] = [:]
  private var ready = ReadyHeap()
  /// The gradients to return: for each slot, the outputs and the indices of their gradients.
  private var captures: [Int: [(output: Int, result: Int)]] = [:]
  private var captured: [Tensor?] = []

  /// Runs the backward pass from `roots` and accumulates into every leaf.
  static func run(_ roots: [Root], _ options: Options) throws {
    var engine = Engine(options: options)
    try engine.guarded { engine in
      engine.survey(roots)
      try engine.walk(roots)
    }
  }

  /// Runs the backward pass from `roots`, restricted to paths to `targets`.
  ///
  /// With `accumulating`, targets that are leaves accumulate their gradients. Otherwise the
  /// gradients are returned; nil means that none arrived.
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

  /// Claims every reachable node and counts its dependencies.
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

  /// Marks the nodes between the roots and `targets`; no other node runs.
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
    // A node is created after those it leads to, except accumulators, which lead nowhere.
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
    // A root that depends on another root waits for it; a root that is given twice starts once.
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
    // If the pass continues past this node, the caller gets the gradient before hooks change it
    // (PyTorch's order).
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
  /// Returns this gradient converted to the shape, dtype and device of its tensor.
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
    try require(
      fits, .shape, "reduced",
      "got \(got: shape) but expected shape compatible with \(expected: target)")
    let leading = lead > 0 ? try sum(dims: Array(0..<lead)) : self
    let inner = target.indices.filter { target[$0] != leading.shape[$0] }
    return inner.isEmpty ? leading : try leading.sum(dims: inner, keepdim: true)
  }
}
