public import KindlingCore

/// Layers applied one after another (PyTorch: `nn.Sequential`).
///
/// `Sequential(Linear(4, 10), ReLU(), Linear(10, 3))` names them "0", "1", "2";
/// `Sequential(["conv": …, "act": …])` as the literal says.
open class Sequential: Module, Layer, Sequence, KeepsOwnMembers {
  private var items = NamedItems<any Layer>()

  /// The given layers, named by their positions.
  public convenience init(_ layers: any Layer...) { self.init(layers) }

  /// The given layers, named by their positions.
  public init(_ layers: [any Layer]) {
    super.init()
    for layer in layers { append(layer) }
  }

  /// The given layers under their names, in the literal's order; a name that comes twice, is empty
  /// or holds a dot is reported by the first call.
  public convenience init(_ layers: KeyValuePairs<String, any Layer>) {
    self.init(named: layers.map { ($0.key, $0.value) })
  }

  /// The given layers under their names (PyTorch: `nn.Sequential(OrderedDict(…))`); a name that comes
  /// twice, is empty or holds a dot is reported by the first call.
  public init(named layers: some Sequence<(String, any Layer)>) {
    super.init()
    for (name, layer) in layers { add(name, layer) }
  }

  private func add(_ name: String, _ layer: any Layer) {
    if let problem = Module.problem(
      withName: name, isTaken: items.contains(name), "Sequential")
    {
      initializationError = problem
    }
    items.append(name, layer)
  }

  /// Sends `x` through all layers.
  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    var x = x
    for (_, layer) in items { x = try layer(x) }
    return x
  }

  /// The number of layers.
  public final var count: Int { items.count }

  /// The layer at `index`, counted from the end where negative.
  public final subscript(index: Int) -> any Layer {
    get throws { items.items[try wrapIndex(index, count)].value }
  }

  /// The layer at `index` as what it is: `try model[0, as: Linear.self].weight`.
  public final subscript<L: Module>(index: Int, as type: L.Type) -> L {
    get throws {
      let layer = try self[index]
      if let layer = layer as? L { return layer }
      throw TensorError(.value, typeName, "layer \(index) is a \(layer.typeName), not a \(type)")
    }
  }

  /// The layer called `name`.
  public final subscript(name: String) -> (any Layer)? { items[name] }

  /// Puts `layer` in the place of the one at `index`, under its name (PyTorch: `seq[i] = layer`).
  public final func replace(_ index: Int, with layer: any Layer) throws {
    items.replace(at: try wrapIndex(index, count), with: layer)
  }

  /// Adds a layer at the end, named by its position.
  ///
  /// A layer that has this name already is reported by the first call and by ``Module/stateDict()``.
  @discardableResult
  public final func append(_ layer: any Layer) -> Self {
    add("\(count)", layer)
    return self
  }

  /// Adds layers at the end.
  @discardableResult
  public final func extend(_ layers: some Sequence<any Layer>) -> Self {
    for layer in layers { append(layer) }
    return self
  }

  /// Visits the layers in order.
  public final func makeIterator() -> IndexingIterator<[any Layer]> {
    items.map(\.value).makeIterator()
  }

  override var containedModules: [(name: String, module: Module)]? {
    items.map { ($0.name, $0.value) }
  }

  override func replaceMember(_ name: String, with module: Module) throws -> Bool {
    guard items.contains(name) else { return false }
    guard let layer = module as? any Layer else {
      throw TensorError(.value, typeName, "a \(module.typeName) is not a Layer")
    }
    items[name] = layer
    return true
  }

  deinit { GraphRelease.drop { items.hand(to: &$0) } }
}

/// `index` counted from the front; throws where there is no such element.
func wrapIndex(_ index: Int, _ count: Int) throws -> Int {
  guard index >= -count, index < count else {
    throw TensorError(.index, "", "index \(index) is out of range for \(count) modules")
  }
  return index < 0 ? index + count : index
}
