import KindlingCore

/// An ordered dictionary of modules, all of which are registered as submodules
/// (PyTorch: `nn.ModuleDict`).
open class ModuleDict: Module, Sequence, KeepsOwnMembers {
  private var items = NamedItems<Module>()

  /// Creates a dictionary of the given modules.
  ///
  /// Names must be unique, not empty and without a dot. The first call of the enclosing module, or
  /// ``Module/stateDict()``, reports an invalid name.
  public init(_ modules: KeyValuePairs<String, Module> = [:]) {
    super.init()
    for (key, module) in modules { add(key, module, isNew: true) }
  }

  /// The number of modules.
  public final var count: Int { items.count }
  /// The names, in insertion order.
  public final var keys: [String] { items.map(\.name) }
  /// The modules, in insertion order.
  public final var values: [Module] { items.map(\.value) }

  /// The module called `key`; setting `nil` removes it.
  public final subscript(key: String) -> Module? {
    get { items[key] }
    set {
      if let newValue { add(key, newValue, isNew: false) } else { items[key] = nil }
    }
  }

  private func add(_ key: String, _ module: Module, isNew: Bool) {
    if let problem = Module.problem(
      withName: key, isTaken: isNew && items.contains(key), "ModuleDict")
    {
      initializationError = problem
    }
    if isNew { items.append(key, module) } else { items[key] = module }
  }

  /// Returns an iterator over names and modules, in insertion order.
  public final func makeIterator() -> IndexingIterator<[(key: String, module: Module)]> {
    items.map { (key: $0.name, module: $0.value) }.makeIterator()
  }

  override var containedModules: [(name: String, module: Module)]? {
    items.map { ($0.name, $0.value) }
  }

  override func replaceMember(_ name: String, with module: Module) -> Bool {
    guard items.contains(name) else { return false }
    items[name] = module
    return true
  }

  deinit { GraphRelease.drop { items.hand(to: &$0) } }

  override class var form: LayerForm? {
    LayerForm(container: ModuleDict.self) { saved in
      let dictionary = ModuleDict()
      for (name, module) in try saved.modules() { dictionary[name] = module }
      return dictionary
    }
  }
}
