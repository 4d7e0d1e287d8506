import KindlingCore

/// An attribute of a layer that its initializer takes as an argument: its name in PyTorch, and how
/// it is printed, saved and read.
struct LayerAttribute<L: Module, V> {
  private let name: String
  private let path: KeyPath<L, V>
  private let printing: LayerPrinting<L, V>
  private let value: (V) -> CheckpointValue?
  private var isSaved = true
  private var ifMissing: CheckpointValue?
  private var before: [AnyField] = [], after: [AnyField] = []
  /// Reads the value from a file.
  private(set) var read: (any SavedLayer) throws -> V

  init(
    _ name: String, _ path: KeyPath<L, V>, _ printing: LayerPrinting<L, V> = .named,
    value: @escaping (V) -> CheckpointValue?, read: @escaping (any SavedLayer) throws -> V
  ) {
    (self.name, self.path, self.printing) = (name, path, printing)
    (self.value, self.read) = (value, read)
  }

  /// This attribute, and the others around it.
  var fields: [AnyField] {
    var own = AnyField(name) { (layer: L) in isSaved ? value(layer[keyPath: path]) : nil }
    own.ifMissing = ifMissing
    own.isPrintedLast = printing.isLast
    own.printed = { module in
      guard let layer = module as? L, printing.isShown(layer, layer[keyPath: path]) else {
        return nil
      }
      return value(layer[keyPath: path]).map { printing.text(name, $0) }
    }
    return before + [own] + after
  }

  private func with(_ change: (inout Self) -> Void) -> Self {
    var result = self
    change(&result)
    return result
  }

  /// Gives the attribute a value in files of PyTorch versions that did not have it.
  func ifMissing(_ missing: V) -> Self { with { $0.ifMissing = value(missing) } }

  /// Refuses a layer in a file with another value than `only`, if given.
  func only(_ only: V?) -> Self where V: Equatable {
    with {
      $0.read = { saved in
        let found = try read(saved)
        guard only == nil || found == only else {
          throw saved.unsupported(
            "has an unknown \(name) \(value(found).map(\.description) ?? "")")
        }
        return found
      }
    }
  }

  /// Leaves the attribute out of files unless `condition` is true.
  func saved(if condition: Bool) -> Self { with { $0.isSaved = condition } }

  /// Saves a constant attribute before this one.
  func after(_ name: String, _ value: CheckpointValue) -> Self {
    with { $0.before.append(AnyField(name) { (_: L) in value }) }
  }

  /// Saves a constant attribute after this one; files without it have this value.
  func then(_ name: String, _ value: CheckpointValue) -> Self {
    var field = AnyField(name) { (_: L) in value }
    field.ifMissing = value
    return with { $0.after.append(field) }
  }

  /// Saves an attribute after this one that the initializer does not take; `nil` is left out.
  func thenDerived(_ name: String, _ path: KeyPath<L, CheckpointValue?>) -> Self {
    with { $0.after.append(AnyField(name) { (layer: L) in layer[keyPath: path] }) }
  }

  /// Saves `false` as `return_indices` after this attribute.
  ///
  /// A layer in a file that returns the indices of its maxima too is refused.
  func thenNoIndices() -> Self {
    then("return_indices", .bool(false)).with {
      $0.read = { saved in
        if try saved.bool("return_indices") {
          throw saved.unsupported("returns indices too, which a layer of Kindling's does not")
        }
        return try read(saved)
      }
    }
  }
}

extension LayerAttribute where V: AttributeValue {
  /// An attribute of a plain type.
  init(_ name: String, _ path: KeyPath<L, V>, _ printing: LayerPrinting<L, V> = .named) {
    self.init(name, path, printing, value: { $0.saved }) { try V.read(name, $0) }
  }
}

extension LayerAttribute where V == Bool {
  /// Whether the layer has the parameter `name`, which is not an attribute of its own.
  static func presence(
    _ name: String, _ path: KeyPath<L, Tensor?>, _ printing: LayerPrinting<L, Bool> = .named
  ) -> Self {
    Self(name, path.appending(path: \.isPresent), printing, value: { .bool($0) }) {
      $0.tensor(name) != nil
    }.saved(if: false)
  }
}

extension Tensor? {
  fileprivate var isPresent: Bool { self != nil }
}

extension LayerAttribute where V == Tensor? {
  /// A buffer that the initializer takes as an argument.
  static func buffer(_ name: String, _ path: KeyPath<L, Tensor?>) -> Self {
    Self(name, path, .hidden, value: { _ in nil }) { $0.tensor(name) }
  }
}

/// The way in which an attribute is printed.
struct LayerPrinting<L: Module, V> {
  private var hasName = true
  private var isQuoted = true
  private(set) var isLast = false
  private(set) var isShown: (L, V) -> Bool = { _, _ in true }

  /// Prints `name=value`.
  static var named: Self { Self() }
  /// Prints the value only.
  static var bare: Self { Self(hasName: false) }
  /// Prints nothing.
  static var hidden: Self { Self { _, _ in false } }
  /// Prints `name=value` if `condition` is true for the layer.
  static func when(_ condition: @escaping (L) -> Bool) -> Self {
    Self { layer, _ in condition(layer) }
  }
  /// Prints `name=value` unless the value is `usual`.
  static func unless(_ usual: V) -> Self where V: Equatable { Self { $1 != usual } }
  /// Prints `name=value` unless all numbers are `usual`.
  static func unless(all usual: Int) -> Self where V == [Int] {
    Self { $1.contains { $0 != usual } }
  }

  private init(
    hasName: Bool = true, isShown: @escaping (L, V) -> Bool = { _, _ in true }
  ) {
    (self.hasName, self.isShown) = (hasName, isShown)
  }

  /// This printing, after all other attributes.
  var last: Self {
    var result = self
    result.isLast = true
    return result
  }

  /// This printing, without the quotation marks of a string.
  var unquoted: Self {
    var result = self
    result.isQuoted = false
    return result
  }

  fileprivate func text(_ name: String, _ value: CheckpointValue) -> String {
    let text =
      switch value {
      case .double(let number): PrintedNumber.shortest(number)
      case .string(let text) where !isQuoted: text
      default: value.description
      }
    return hasName ? "\(name)=\(text)" : text
  }
}

extension LayerPrinting where V == Bool {
  /// Prints `name=True` or nothing.
  static var ifTrue: Self { .unless(false) }
}

/// An attribute of a layer, without its type.
struct AnyField {
  let name: String
  let saved: (Module) -> CheckpointValue?
  var ifMissing: CheckpointValue?
  var isPrintedLast = false
  var printed: (Module) -> String? = { _ in nil }

  init<L: Module>(_ name: String, _ saved: @escaping (L) -> CheckpointValue?) {
    self.name = name
    self.saved = { ($0 as? L).flatMap(saved) }
  }
}
