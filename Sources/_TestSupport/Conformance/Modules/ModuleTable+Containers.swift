import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_container`.
  mutating func addContainers() {
    module("Sequential") { a in
      let named =
        if case .dictionary? = a.value(0) { try a.namedModules(0) } else {
          try (0..<a.count).map { ("\($0)", try a.module($0).module) }
        }
      let layers = try named.map { name, module in
        guard let layer = module as? any Layer else {
          throw UnsupportedError("\(module.typeName) in a Sequential")
        }
        return (name, layer)
      }
      let module = Sequential(named: layers)
      return BuiltModule(module) { c in try module(c.tensor(0, "input")) }
    }
    module("ModuleList") { a in
      BuiltModule(ModuleList(try a.namedModules(0).map(\.1))) { _ in
        throw UnsupportedError("a call of a ModuleList")
      }
    }
    module("ParameterList") { a in
      BuiltModule(ParameterList(try a.tensors(0, "values"))) { _ in
        throw UnsupportedError("a call of a ParameterList")
      }
    }
  }
}
