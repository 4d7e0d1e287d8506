public import KindlingCore
public import KindlingNN
import Synchronization

/// The module classes that whole models may contain: Kindling's and the registered ones.
///
/// A file contains the class names of its modules, their attributes and tensors. No code in it is
/// run: a module is created by the closure that was registered for its class.
public enum ModuleRegistry {
  private static let registered = Mutex<[ModuleForm]>([])

  /// Registers `type`, so that ``loadModel(from:key:device:verify:mapped:)`` can create its
  /// modules.
  ///
  /// ```swift
  /// ModuleRegistry.register(Net.self, attributes: { ["width": .int($0.width)] }) { saved in
  ///   Net(width: try saved.int("width"))
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - type: the class of the modules.
  ///   - name: the class name in the file. nil means `__main__.` and the name of the type, as for a
  ///     class defined in a PyTorch script.
  ///   - attributes: returns a dictionary of the plain values that `make` needs besides tensors.
  ///   - make: creates a module like the saved one. Its parameters and buffers are replaced by the
  ///     saved ones afterwards. Submodules may be new, or come from the file through the argument.
  public static func register<M: Module>(
    _ type: M.Type, as name: String? = nil,
    attributes: @escaping @Sendable (M) -> CheckpointValue = { _ in [:] },
    make: @escaping @Sendable (SavedModule) throws -> M
  ) {
    let form = ModuleForm(type, name ?? ownName(of: type), attributes: attributes, make: make)
    registered.withLock { forms in
      forms.removeAll { $0.name == form.name }
      forms.append(form)
    }
  }

  static func form(named name: String) -> ModuleForm? {
    registered.withLock { $0.last { $0.name == name } }
      ?? LayerForm.named(name).map { ModuleForm(builtIn: $0.type, name) }
  }

  /// Returns the form in which `module` is saved.
  ///
  /// An unregistered class of the user has its own name, under which a PyTorch script may define
  /// it. A class of Kindling cannot be found by that name.
  ///
  /// - Throws: ``CheckpointError`` for a class of Kindling that is not registered.
  static func form(of module: Module) throws -> ModuleForm {
    let type = Swift.type(of: module)
    let id = ObjectIdentifier(type)
    if let known = registered.withLock({ $0.last { $0.type == id } }) { return known }
    if let form = LayerForm.of(type) { return ModuleForm(builtIn: type, form.name) }
    let library = String(reflecting: type).prefix { $0 != "." }
    try require(
      library != "KindlingNN" && library != "KindlingVision", .unsupported,
      "the class \(type) has no form in files: call ModuleRegistry.register(\(type).self, as: \"…\") { saved in … } before saving, or save its stateDict()"
    )
    return ModuleForm(type, ownName(of: type)) { throw ModuleReader.unregistered($0.className) }
  }

  /// Returns the name of an unregistered class.
  static func ownName(of type: Module.Type) -> String {
    "__main__." + String(describing: type).prefix { $0 != "<" }
  }
}

/// The saved form of a class of modules: everything that saving and loading need to know about it.
struct ModuleForm: Sendable {
  let type: ObjectIdentifier
  /// PyTorch's qualified name of the class.
  let name: String
  let attributes: @Sendable (Module) -> CheckpointValue
  let make: @Sendable (SavedModule) throws -> Module

  init<M: Module>(
    _ type: M.Type, _ name: String,
    attributes: @escaping @Sendable (M) -> CheckpointValue = { _ in [:] },
    make: @escaping @Sendable (SavedModule) throws -> M
  ) {
    self.type = ObjectIdentifier(type)
    self.name = name
    self.attributes = { ($0 as? M).map(attributes) ?? [:] }
    self.make = make
  }

  /// Creates the form of a class that describes itself.
  init(builtIn type: Module.Type, _ name: String) {
    self.type = ObjectIdentifier(type)
    self.name = name
    attributes = { LayerForm.of(type)?.attributes(of: $0) ?? [:] }
    make = { saved in
      guard let form = LayerForm.of(type) else { throw ModuleReader.unregistered(saved.className) }
      return try form.make(saved)
    }
  }
}
