import Synchronization

private let walkCounter = Atomic<UInt64>(0)

/// Walks the graph from some outputs down to the leaves.
struct Engine {
  /// The state of one node during the walk.
  private struct Visit {
    let node: Node
    var dependencies = 0
    var gradients: [Tensor?]
  }

  private let id = walkCounter.wrappingAdd(1, ordering: .relaxed).newValue
  private var visits: [Visit] = []
  /// Nodes that another walk (one inside a hook, say) has claimed.
  private var overflow: [ObjectIdentifier: Int] = [:]
  /// Nodes whose gradients are complete, as a heap by sequence number.
  private var ready = Heap()

  /// Runs backward from `roots`, which come with their gradients.
  static func run(roots: [(Tensor, Tensor)], retainGraph: Bool, createGraph: Bool) throws {
    var engine = Engine()
    try setGradEnabled(createGraph) { try engine.walk(roots, retainGraph: retainGraph) }
  }

  private mutating func walk(_ roots: [(Tensor, Tensor)], retainGraph: Bool) throws {
    defer { for visit in visits where visit.node.walk == id { visit.node.walk = 0 } }
    var stack: [Int] = []
    for (root, _) in roots {
      guard let (node, _) = root.gradientTarget else { continue }
      if find(node) == nil { stack.append(claim(node)) }
    }
    let rootSlots = stack
    while let slot = stack.popLast() {
      for case let edge? in visits[slot].node.edges {
        if let known = find(edge.node) {
          visits[known].dependencies += 1
        } else {
          let made = claim(edge.node)
          visits[made].dependencies = 1
          stack.append(made)
        }
      }
    }
    for (root, gradient) in roots {
      guard let (node, index) = root.gradientTarget, let slot = find(node) else { continue }
      try add(gradient, slot, index)
    }
    for slot in rootSlots where visits[slot].dependencies == 0 {
      ready.push(slot, visits[slot].node.sequence)
    }
    while let slot = ready.pop() {
      let node = visits[slot].node
      let gradients = visits[slot].gradients
      visits[slot].gradients = []
      if gradients.contains(where: { $0 != nil }) {
        try node.run(gradients) { i, gradient in
          guard let edge = node.edges[i], let target = find(edge.node) else { return }
          try add(gradient.reduced(to: edge.shape, edge.dtype), target, edge.outputIndex)
        }
        if !retainGraph { node.releaseSaved() }
      }
      for case let edge? in node.edges {
        guard let target = find(edge.node) else { continue }
        visits[target].dependencies -= 1
        if visits[target].dependencies == 0 { ready.push(target, edge.node.sequence) }
      }
    }
  }

  private func find(_ node: Node) -> Int? {
    if node.walk == id { return node.slot }
    return overflow.isEmpty ? nil : overflow[ObjectIdentifier(node)]
  }

  private mutating func claim(_ node: Node) -> Int {
    let slot = visits.count
    visits.append(Visit(node: node, gradients: Array(repeating: nil, count: node.outputs.count)))
    if node.walk == 0 {
      node.walk = id
      node.slot = slot
    } else {
      overflow[ObjectIdentifier(node)] = slot
    }
    return slot
  }

  private mutating func add(_ gradient: Tensor, _ slot: Int, _ index: Int) throws {
    if let sum = visits[slot].gradients[index] {
      visits[slot].gradients[index] = try sum + gradient
    } else {
      visits[slot].gradients[index] = gradient
    }
  }
}

/// Slots by descending sequence number.
private struct Heap {
  private var items: [(slot: Int, key: UInt64)] = []

  mutating func push(_ slot: Int, _ key: UInt64) {
    items.append((slot, key))
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if items[parent].key >= items[child].key { break }
      items.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Int? {
    guard let top = items.first else { return nil }
    let last = items.removeLast()
    if items.isEmpty { return top.slot }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1].key > items[child].key { child += 1 }
      if items[parent].key >= items[child].key { break }
      items.swapAt(parent, child)
      parent = child
    }
    return top.slot
  }
}

extension Tensor {
  /// Computes the gradients of this tensor with respect to the leaves it came from, and adds them to
  /// their ``grad`` (PyTorch: `Tensor.backward`).
  ///
  /// - Parameter gradient: the gradient of this tensor; may be left out for one element.
  /// - Parameter retainGraph: keep what was saved, for a second call; by default as `createGraph`.
  /// - Parameter createGraph: record the computation, for higher derivatives.
  /// - Throws: ``TensorError`` `.autograd` where there is no graph, or it has been used up.
  public func backward(
    _ gradient: Tensor? = nil, retainGraph: Bool? = nil, createGraph: Bool = false
  ) throws {
    guard requiresGrad else {
      throw TensorError(
        .autograd, "backward",
        "element 0 of tensors does not require grad and does not have a grad_fn: nothing it was computed from has requiresGrad, or it was computed under noGrad")
    }
    let start: Tensor
    if let gradient {
      guard gradient.shape == shape else {
        throw TensorError(
          .shape, "backward",
          "mismatch in shape: the gradient has shape \(gradient.shape) and the tensor has shape \(shape)")
      }
      start = gradient
    } else {
      guard numel == 1 else {
        throw TensorError(
          .autograd, "backward",
          "grad can be implicitly created only for scalar outputs, but this tensor has shape \(shape); pass a gradient, or reduce it first, as in sum().backward()")
      }
      start = try Tensor.ones(like: self)
    }
    try Engine.run(
      roots: [(self, start)], retainGraph: retainGraph ?? createGraph, createGraph: createGraph)
  }

  /// The gradient that `backward` accumulated (PyTorch: `Tensor.grad`).
  public var grad: Tensor? {
    get { meta?.grad }
    set { ensuredMeta.grad = newValue }
  }

  /// Turns recording of operations on this leaf on or off (PyTorch: `Tensor.requires_grad_`).
  @discardableResult
  public func requiresGrad_(_ requires: Bool = true) throws -> Tensor {
    if requires && !dtype.isFloatingPoint {
      throw TensorError(
        .dtype, "requiresGrad_",
        "only Tensors of floating point dtype can require gradients, but this one is \(dtype)")
    }
    if !requires && node != nil {
      throw TensorError(
        .autograd, "requiresGrad_",
        "you can only change requiresGrad flags of leaf variables; use detach() to get a tensor outside the graph")
    }
    requiresGradFlag = requires
    return self
  }

  /// A tensor of the same memory outside the graph (PyTorch: `Tensor.detach`).
  public func detach() -> Tensor { alias() }

  /// A gradient brought to the shape and dtype of the input it belongs to.
  func reduced(to shape: [Int], _ dtype: DType) throws -> Tensor {
    var result = self
    if result.shape != shape { result = try result.sumToSize(shape) }
    return result.dtype == dtype ? result : try result.to(dtype)
  }

  /// A gradient that may be kept as `grad` and written to by later accumulation.
  func ownedForAccumulation() throws -> Tensor {
    try noGrad { try clone() }
  }
}
