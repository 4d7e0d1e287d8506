/// Modules by name, in the order they were added, that the module holding it finds
/// (PyTorch: `nn.ModuleDict`).
open class ModuleDict: Module, Sequence, KeepsOwnMembers {
  private var items: [(key: String, module: Module)] = []

  /// The given modules under their names.
  public init(_ modules: KeyValuePairs<String, Module> = [:]) {
    super.init()
    for (key, module) in modules { self[key] = module }
  }

  /// The number of modules.
  public final var count: Int { items.count }
  /// The names, in order.
  public final var keys: [String] { items.map(\.key) }
  /// The modules, in order.
  public final var values: [Module] { items.map(\.module) }

  /// The module called `key`; setting nil removes it.
  public final subscript(key: String) -> Module? {
    get { items.first { $0.key == key }?.module }
    set {
      let place = items.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let module?): items[place].module = module
      case (let place?, nil): items.remove(at: place)
      case (nil, let module?): items.append((key, module))
      case (nil, nil): break
      }
    }
  }

  /// Visits names and modules in order.
  public final func makeIterator() -> IndexingIterator<[(key: String, module: Module)]> {
    items.makeIterator()
  }

  override var containedModules: [(name: String, module: Module)]? {
    items.map { ($0.key, $0.module) }
  }
}
