import KindlingCore

/// A list of modules, all of which are registered as submodules (PyTorch: `nn.ModuleList`).
///
/// It has no `forward`: the enclosing module iterates over it in its own `forward`.
open class ModuleList: Module, Sequence, KeepsOwnMembers {
  private var items: [Module]

  /// Creates a list of the given modules, named by their positions.
  public init(_ modules: [Module] = []) {
    items = modules
    super.init()
  }

  /// The number of modules.
  public final var count: Int { items.count }

  /// The module at `index`; negative indices count from the end.
  public final subscript(index: Int) -> Module {
    get throws { items[try wrapIndex(index, count)] }
  }

  /// The module at `index`, cast to its type: `try layers[0, as: Linear.self]`.
  public final subscript<M: Module>(index: Int, as type: M.Type) -> M {
    get throws {
      let module = try self[index]
      if let module = module as? M { return module }
      throw TensorError(.value, typeName, "module \(index) is a \(module.typeName), not a \(type)")
    }
  }

  /// Replaces the module at `index` by `module`.
  public final func replace(_ index: Int, with module: Module) throws {
    items[try wrapIndex(index, count)] = module
  }

  /// Appends a module.
  @discardableResult
  public final func append(_ module: Module) -> Self {
    items.append(module)
    return self
  }

  /// Inserts a module before `index`; an `index` of `count` appends it.
  public final func insert(_ index: Int, _ module: Module) throws {
    items.insert(module, at: index == count ? count : try wrapIndex(index, count))
  }

  /// Appends modules.
  @discardableResult
  public final func extend(_ modules: some Sequence<Module>) -> Self {
    items.append(contentsOf: modules)
    return self
  }

  /// Returns an iterator over the modules, in order.
  public final func makeIterator() -> IndexingIterator<[Module]> { items.makeIterator() }

  override var containedModules: [(name: String, module: Module)]? {
    items.enumerated().map { ("\($0)", $1) }
  }

  override func replaceMember(_ name: String, with module: Module) -> Bool {
    guard let place = Int(name), items.indices.contains(place) else { return false }
    items[place] = module
    return true
  }

  deinit {
    GraphRelease.drop { parts in
      for module in items { parts.append(module) }
      items = []
    }
  }

  override class var form: LayerForm? {
    LayerForm(container: ModuleList.self) { ModuleList(try $0.modules().map(\.module)) }
  }
}
