public import KindlingCore

/// A container that applies layers one after another (PyTorch: `nn.Sequential`).
///
/// `Sequential(Linear(4, 10), ReLU(), Linear(10, 3))` names its layers "0", "1", "2".
/// `Sequential(["conv": …, "act": …])` uses the names of the literal.
open class Sequential: Module, Layer, Sequence, KeepsOwnMembers {
  private var items = NamedItems<any Layer>()

  /// Creates a container of the given layers, named by their positions.
  public convenience init(_ layers: any Layer...) { self.init(layers) }

  /// Creates a container of the given layers, named by their positions.
  public init(_ layers: [any Layer]) {
    super.init()
    for layer in layers { append(layer) }
  }

  /// Creates a container of named layers, in the order of the literal.
  ///
  /// The first call reports a name that is duplicated, empty or contains a dot.
  public convenience init(_ layers: KeyValuePairs<String, any Layer>) {
    self.init(named: layers.map { ($0.key, $0.value) })
  }

  /// Creates a container of named layers (PyTorch: `nn.Sequential(OrderedDict(…))`).
  ///
  /// The first call reports a name that is duplicated, empty or contains a dot.
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

  /// Returns the output of all layers, each applied to the output of the one before it.
  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    var x = x
    for (_, layer) in items { x = try layer(x) }
    return x
  }

  /// The number of layers.
  public final var count: Int { items.count }

  /// The layer at `index`; negative indices count from the end.
  public final subscript(index: Int) -> any Layer {
    get throws { items.items[try wrapIndex(index, count)].value }
  }

  /// The layer at `index`, cast to its type: `try model[0, as: Linear.self].weight`.
  public final subscript<L: Module>(index: Int, as type: L.Type) -> L {
    get throws {
      let layer = try self[index]
      if let layer = layer as? L { return layer }
      throw TensorError(.value, typeName, "layer \(index) is a \(layer.typeName), not a \(type)")
    }
  }

  /// The layer called `name`.
  public final subscript(name: String) -> (any Layer)? { items[name] }

  /// Replaces the layer at `index` by `layer`, under the same name (PyTorch: `seq[i] = layer`).
  public final func replace(_ index: Int, with layer: any Layer) throws {
    items.replace(at: try wrapIndex(index, count), with: layer)
  }

  /// Appends a layer, named by its position.
  ///
  /// If a layer has this name already, the first call and ``Module/stateDict()`` report it.
  @discardableResult
  public final func append(_ layer: any Layer) -> Self {
    add("\(count)", layer)
    return self
  }

  /// Appends layers.
  @discardableResult
  public final func extend(_ layers: some Sequence<any Layer>) -> Self {
    for layer in layers { append(layer) }
    return self
  }

  /// Returns an iterator over the layers, in order.
  public final func makeIterator() -> IndexingIterator<[any Layer]> {
    items.map(\.value).makeIterator()
  }

  override var containedModules: [(name: String, module: Module)]? {
    items.map { ($0.name, $0.value) }
  }

  override func replaceMember(_ name: String, with module: Module) throws -> Bool {
    guard items.contains(name) else { return false }
    let layer = try require(
      module as? any Layer, .value, typeName, "a \(module.typeName) is not a Layer")
    items[name] = layer
    return true
  }

  deinit { GraphRelease.drop { items.hand(to: &$0) } }

  override class var form: LayerForm? {
    LayerForm(container: Sequential.self) { Sequential(named: try $0.layers()) }
  }
}

/// Returns the nonnegative index that `index` denotes, and throws if it is out of range.
func wrapIndex(_ index: Int, _ count: Int, of items: String = "modules") throws -> Int {
  try require(
    index >= -count && index < count, .index, "",
    "index \(index) is out of range for \(count) \(items)")
  return index < 0 ? index + count : index
}
