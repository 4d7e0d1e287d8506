public import KindlingCore
public import KindlingNN
import Synchronization

/// The classes of modules that whole models may be made of: Kindling's own, and those registered.
///
/// A file names the classes of its modules and holds their attributes and tensors. Nothing in it is
/// run: a module is made by the closure that its class was registered with.
public enum ModuleRegistry {
  private static let registered = Mutex<[ModuleForm]>([])

  /// Lets ``loadModel(from:key:device:verify:mapped:)`` make modules of `type`.
  ///
  /// ```swift
  /// ModuleRegistry.register(Net.self, attributes: { ["width": .int($0.width)] }) { saved in
  ///   Net(width: try saved.int("width"))
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - type: the modules' class.
  ///   - name: the class as the file names it; `__main__.` and the type's name where nil, as a
  ///     PyTorch script that defines the class itself would find it.
  ///   - attributes: a dictionary of what `make` needs besides tensors, in plain values.
  ///   - make: makes a module like the saved one; its parameters and buffers are replaced by the
  ///     saved ones afterwards. Submodules may come from here, or from the file through the
  ///     argument.
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
    registered.withLock { $0.last { $0.name == name } } ?? BuiltInModules.byName[name]
  }

  /// How `module` is saved.
  ///
  /// A class of the user's own that is not registered goes by its own name, under which a PyTorch
  /// script may have it; one of Kindling's is found nowhere by that name.
  ///
  /// - Throws: ``CheckpointError`` for a class of Kindling's that is not registered.
  static func form(of module: Module) throws -> ModuleForm {
    let type = Swift.type(of: module)
    let id = ObjectIdentifier(type)
    let known = registered.withLock { $0.last { $0.type == id } } ?? BuiltInModules.byType[id]
    if let known { return known }
    let library = String(reflecting: type).prefix { $0 != "." }
    guard library != "KindlingNN" && library != "KindlingVision" else {
      throw CheckpointError(
        .unsupported,
        "the class \(type) has no form in files: call ModuleRegistry.register(\(type).self, as: \"…\") { saved in … } before saving, or save its stateDict()"
      )
    }
    return ModuleForm(type, ownName(of: type)) { throw ModuleReader.unregistered($0.className) }
  }

  /// The name of a class that nobody registered.
  static func ownName(of type: Module.Type) -> String {
    "__main__." + String(describing: type).prefix { $0 != "<" }
  }
}

/// How modules of one class are saved whole and made again: what stands here, once for each class, is
/// all that saving knows of it.
struct ModuleForm: Sendable {
  let type: ObjectIdentifier
  /// PyTorch's name of the class, with its module.
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
}
