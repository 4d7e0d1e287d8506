import KindlingCore
import KindlingPlatform

/// The members of one module, without those of its descendants.
struct Members {
  var tensors: [(name: String, slot: any TensorSlot)] = []
  var modules: [(name: String, module: Module?)] = []
}

/// The result of reflection on one module: marked tensors, and properties that may hold modules.
///
/// Marks are permanent. The properties are read again each time, since they can be assigned.
struct MemberLayout {
  fileprivate(set) var tensors: [(name: String, slot: any TensorSlot)] = []
  fileprivate var places: [Place] = []
  /// Messages about marked tensors and modules that reflection cannot find.
  fileprivate(set) var problems: [String] = []

  fileprivate struct Place {
    /// The number of classes between the module's own and the one that declares the property.
    let depth: Int
    let index: Int
    let name: String
  }
}

/// Members added at run time.
struct RegisteredMembers {
  var tensors = NamedItems<RegisteredTensor>()
  var modules = NamedItems<Module?>()
}

/// A tensor added at run time.
final class RegisteredTensor: TensorSlot {
  var tensor: Tensor?
  let role: SlotRole
  var key: String? { nil }
  weak var owner: Module?
  var parametrization: ParametrizationList?

  func substitute(_ tensor: Tensor) { self.tensor = tensor }

  init(_ tensor: Tensor?, _ role: SlotRole) {
    self.tensor = role == .parameter ? tensor?.asParameter() : tensor
    self.role = role
  }
}

extension Module {
  /// The marked tensors, the reflected submodules and the members added at run time.
  var members: Members {
    let layout = reflectedLayout
    var result = Members(tensors: layout.tensors)
    // A parametrized tensor is computed; its originals are members of the parametrization.
    if parametrizations.count > 0 { result.tensors.removeAll { $0.slot.parametrization != nil } }
    if !layout.places.isEmpty {
      let mirrors = mirrorChain
      for place in layout.places where place.depth < mirrors.count {
        let fields = mirrors[place.depth].children
        let field = fields[fields.index(fields.startIndex, offsetBy: place.index)]
        result.add(field.value, place.name)
      }
    }
    for (name, slot) in registered.tensors where slot.parametrization == nil {
      result.tensors.append((name, slot))
    }
    for (name, module) in containedModules ?? [] { result.modules.append((name, module)) }
    for (name, module) in registered.modules { result.modules.append((name, module)) }
    return result
  }

  /// Returns the slot of the tensor that `list` computes.
  func parametrizedSlot(_ list: ParametrizationList) -> (any TensorSlot)? {
    let slots = reflectedLayout.tensors.map(\.slot) + registered.tensors.map { $0.value }
    return slots.first { $0.parametrization === list }
  }

  /// Moves a marked property to the end of the members.
  func moveToEnd(_ slot: any TensorSlot) {
    guard let place = layout?.tensors.firstIndex(where: { $0.slot === slot }),
      let entry = layout?.tensors.remove(at: place)
    else { return }
    layout?.tensors.append(entry)
  }

  /// The names of the properties that may hold modules.
  var placeNames: Set<String> { Set(reflectedLayout.places.map(\.name)) }

  /// Returns whether a property of this class has the state-dict name `name`.
  func hasProperty(named name: String) -> Bool {
    let layout = reflectedLayout
    return layout.tensors.contains { sameBytes($0.name, name) }
      || layout.places.contains { sameBytes($0.name, name) }
  }

  /// The current submodules with their names; a shared one appears several times.
  var submodules: [(name: String, module: Module)] {
    members.modules.compactMap { name, module in module.map { (name, $0) } }
  }

  /// Messages about members that reflection cannot find, invalid parameters and duplicate names.
  ///
  /// Problems of containers below are included, because containers are not called.
  var reflectionProblems: [String] {
    let layout = reflectedLayout
    var problems = layout.problems
    for (name, slot) in layout.tensors {
      if let problem = slot.problem { problems.append(problem(name, typeName)) }
    }
    let found = members
    var names = Set<ByteString>()
    for name in found.tensors.map(\.name) + found.modules.map(\.name)
    where !names.insert(ByteString(name)).inserted {
      problems.append(
        "two members of \(typeName) are called '\(name)', and one would be lost in a state dict: rename one"
      )
    }
    return problems
  }

  /// The nested containers below this module, which are never called themselves.
  var containersBelow: [Module] {
    var result: [Module] = []
    var visited: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    var open: [Module] = [self]
    while let module = open.popLast() {
      for (_, child) in module.submodules
      where child is any KeepsOwnMembers && !(child is any Layer) {
        guard visited.insert(ObjectIdentifier(child)).inserted else { continue }
        result.append(child)
        open.append(child)
      }
    }
    return result
  }

  private var reflectedLayout: MemberLayout {
    if let layout { return layout }
    let made = makeLayout()
    layout = made
    return made
  }

  /// Mirrors of this module's classes, the most derived first, up to this library's classes that
  /// store their members themselves.
  private var mirrorChain: [Mirror] {
    var chain: [Mirror] = []
    var next: Mirror? = Mirror(reflecting: self)
    while let mirror = next, !(mirror.subjectType is any KeepsOwnMembers.Type),
      mirror.subjectType != Module.self
    {
      chain.append(mirror)
      next = mirror.superclassMirror
    }
    return chain
  }

  private func makeLayout() -> MemberLayout {
    var layout = MemberLayout()
    let mirrors = mirrorChain
    for (depth, mirror) in mirrors.enumerated().reversed() {
      for (index, field) in mirror.children.enumerated() {
        let label = field.label ?? "\(index)"
        if let slot = field.value as? any TensorSlot {
          let property = label.hasPrefix("_") ? String(label.dropFirst()) : label
          slot.owner = self
          layout.tensors.append((slot.key ?? property.snakeCased, slot))
        } else if label.hasPrefix("$__lazy_storage_$_") {
          if Hidden.contains(field.value) {
            let name = label.dropFirst("$__lazy_storage_$_".count)
            layout.problems.append(
              "the lazy property '\(name)' of \(typeName) holds a module or a marked tensor: make it a stored property"
            )
          }
        } else if Members.mayHoldModules(field.value) {
          layout.places.append(.init(depth: depth, index: index, name: label.snakeCased))
        } else if Hidden.contains(field.value) {
          layout.problems.append(
            "the property '\(label)' of \(typeName) holds a module or a marked tensor inside a \(type(of: field.value)), where it is not found: use a stored property, an optional, an array, a dictionary or a ModuleList"
          )
        }
      }
    }
    return layout
  }
}

/// A class of this library whose submodules are not stored properties.
protocol KeepsOwnMembers: Module {}

extension Members {
  /// Returns whether `value` is, or may later become, a value in which ``add(_:_:)`` finds modules.
  fileprivate static func mayHoldModules(_ value: Any) -> Bool {
    if value is Module || value is any SubmoduleSlot { return true }
    if let optional = value as? any AnyOptional {
      return optional.flattened.map(mayHoldModules) ?? true
    }
    if let array = value as? any AnyArray {
      return array.firstElement.map { isElement($0) } ?? true
    }
    if let dictionary = value as? any AnyDictionary {
      return dictionary.firstElement.map { isElement($0) } ?? true
    }
    return false
  }

  private static func isElement(_ value: Any) -> Bool {
    value is Module || value is any TensorSlot
      || (value as? any AnyOptional).map { $0.flattened.map { $0 is Module } ?? true } == true
  }

  /// Adds the modules in `value`, the property `name`.
  fileprivate mutating func add(_ value: Any, _ name: String) {
    if let renamed = value as? any SubmoduleSlot { return add(renamed.held, renamed.key) }
    if let module = value as? Module { return modules.append((name, module)) }
    if let slot = value as? any TensorSlot { return tensors.append((name, slot)) }
    if let optional = value as? any AnyOptional {
      if let held = optional.flattened { add(held, name) }
    } else if let array = value as? any AnyArray {
      for (i, element) in array.allElements.enumerated() { add(element, "\(name).\(i)") }
    } else if let dictionary = value as? any AnyDictionary {
      for (key, element) in dictionary.sortedElements { add(element, "\(name).\(key)") }
    }
  }
}

/// A search for modules and marked tensors in values that reflection does not enter.
private enum Hidden {
  static func contains(_ value: Any, depth: Int = 0) -> Bool {
    if value is Module || value is any TensorSlot { return true }
    if let optional = value as? any AnyOptional {
      // A lazy property is empty until it is used; its type decides.
      return optional.holdsModuleType
        || optional.flattened.map { contains($0, depth: depth) } ?? false
    }
    if value is String || value is any Numeric || value is Bool || value is Tensor { return false }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .tuple, .struct, .enum, .collection, .dictionary, .set:
      // Deep enough for real code, and bounded for long arrays of other values.
      return depth < 4
        && mirror.children.prefix(16).contains { contains($0.value, depth: depth + 1) }
    default: return false
    }
  }
}

private protocol AnyOptional {
  var flattened: Any? { get }
  var holdsModuleType: Bool { get }
}
extension Optional: AnyOptional {
  fileprivate var flattened: Any? { map { $0 as Any } }
  fileprivate var holdsModuleType: Bool { Wrapped.self is Module.Type }
}

private protocol AnyArray {
  var firstElement: Any? { get }
  var allElements: [Any] { get }
}
extension Array: AnyArray {
  fileprivate var firstElement: Any? { first }
  fileprivate var allElements: [Any] { map { $0 as Any } }
}

private protocol AnyDictionary {
  var firstElement: Any? { get }
  var sortedElements: [(String, Any)] { get }
}
extension Dictionary: AnyDictionary {
  fileprivate var firstElement: Any? { first?.value }
  /// The elements sorted by key, since the order of a dictionary changes from run to run.
  fileprivate var sortedElements: [(String, Any)] {
    map { ("\($0.key)", $0.value as Any) }.sorted { a, b in
      if let x = Int(a.0), let y = Int(b.0) { return x < y }
      return a.0 < b.0
    }
  }
}

extension String {
  /// The string in snake_case: `linearReluStack` becomes `linear_relu_stack`, `fc1` is unchanged.
  var snakeCased: String {
    var result = ""
    let characters = Array(self)
    for (i, c) in characters.enumerated() {
      if c.isUppercase, i > 0, characters[i - 1] != "_" {
        let startsWord = !characters[i - 1].isUppercase
        let endsAcronym = i + 1 < characters.count && characters[i + 1].isLowercase
        if startsWord || endsAcronym { result += "_" }
      }
      result += c.lowercased()
    }
    return result
  }
}
