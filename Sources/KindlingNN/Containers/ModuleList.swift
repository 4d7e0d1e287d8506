import KindlingCore

/// A list of modules that the module holding it finds (PyTorch: `nn.ModuleList`).
///
/// It has no `forward`: go through it in the one of the module that holds it.
open class ModuleList: Module, Sequence, KeepsOwnMembers {
  private var items: [Module]

  /// The given modules, named by their positions.
  public init(_ modules: [Module] = []) {
    items = modules
    super.init()
  }

  /// The number of modules.
  public final var count: Int { items.count }

  /// The module at `index`, counted from the end where negative.
  public final subscript(index: Int) -> Module {
    get throws { items[try wrapIndex(index, count)] }
  }

  /// The module at `index` as what it is: `try layers[0, as: Linear.self]`.
  public final subscript<M: Module>(index: Int, as type: M.Type) -> M {
    get throws {
      let module = try self[index]
      if let module = module as? M { return module }
      throw TensorError(.value, typeName, "module \(index) is a \(module.typeName), not a \(type)")
    }
  }

  /// Puts `module` in the place of the one at `index`.
  public final func replace(_ index: Int, with module: Module) throws {
    items[try wrapIndex(index, count)] = module
  }

  /// Adds a module at the end.
  @discardableResult
  public final func append(_ module: Module) -> Self {
    items.append(module)
    return self
  }

  /// Adds a module before the one at `index`; `count` adds it at the end.
  public final func insert(_ index: Int, _ module: Module) throws {
    items.insert(module, at: index == count ? count : try wrapIndex(index, count))
  }

  /// Adds modules at the end.
  @discardableResult
  public final func extend(_ modules: some Sequence<Module>) -> Self {
    items.append(contentsOf: modules)
    return self
  }

  /// Visits the modules in order.
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
}
