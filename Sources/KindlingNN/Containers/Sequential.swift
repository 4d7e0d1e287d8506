public import KindlingCore

/// Layers applied one after another (PyTorch: `nn.Sequential`).
///
/// `Sequential(Linear(4, 10), ReLU(), Linear(10, 3))` names them "0", "1", "2";
/// `Sequential(["conv": …, "act": …])` as the literal says.
open class Sequential: Module, Layer, Sequence, KeepsOwnMembers {
  private var items: [(name: String, layer: any Layer)] = []

  /// The given layers, named by their positions.
  public convenience init(_ layers: any Layer...) { self.init(layers) }

  /// The given layers, named by their positions.
  public init(_ layers: [any Layer]) {
    items = layers.enumerated().map { ("\($0)", $1) }
    super.init()
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
    for (name, layer) in layers {
      if name.isEmpty || name.contains(".") || items.contains(where: { $0.name == name }) {
        initializationError = TensorError(
          .value, "Sequential",
          "'\(name)' cannot be a layer's name: names must be unique, not empty and without \".\"")
      }
      items.append((name, layer))
    }
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
    get throws { items[try wrapIndex(index, count)].layer }
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
  public final subscript(name: String) -> (any Layer)? { items.first { $0.name == name }?.layer }

  /// Puts `layer` in the place of the one at `index`, under its name (PyTorch: `seq[i] = layer`).
  public final func replace(_ index: Int, with layer: any Layer) throws {
    items[try wrapIndex(index, count)].layer = layer
  }

  /// Adds a layer at the end, named by its position.
  @discardableResult
  public final func append(_ layer: any Layer) -> Self {
    items.append(("\(count)", layer))
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
    items.map(\.layer).makeIterator()
  }

  override var containedModules: [(name: String, module: Module)]? {
    items.map { ($0.name, $0.layer) }
  }
}

/// `index` counted from the front; throws where there is no such element.
func wrapIndex(_ index: Int, _ count: Int) throws -> Int {
  guard index >= -count, index < count else {
    throw TensorError(.index, "", "index \(index) is out of range for \(count) modules")
  }
  return index < 0 ? index + count : index
}
