public import KindlingCore
public import KindlingNN

/// A module as described in a file: its class name, attributes, tensors and submodules.
///
/// Requests for something that is missing or of another type throw a ``CheckpointError``.
public final class SavedModule {
  /// The class name in the file.
  public let className: String
  let reader: ModuleReader
  private let attributes: PickleDictionary
  private let number, depth: Int

  init(_ reader: ModuleReader, _ number: Int, depth: Int) throws {
    let object = reader.graph.objects[number]
    guard let attributes = object.attributes else {
      throw CheckpointError.corrupt("the module \(object.className) has no attributes")
    }
    (className, self.reader) = (object.className, reader)
    (self.number, self.depth) = (number, depth)
    self.attributes = reader.graph.dictionaries[attributes]
  }

  // MARK: Attributes

  /// Returns the attribute `name`, or nil if it is missing or not plain data.
  ///
  /// Attributes that PyTorch added later have their defaults in older files.
  public func value(_ name: String) -> CheckpointValue? {
    guard let attribute = attributes[name] else {
      return LayerForm.named(className)?.valueIfMissing(name)
    }
    return try? reader.value(of: attribute)
  }

  /// Returns the attribute `name` as an integer.
  public func int(_ name: String) throws -> Int {
    try value(name)?.intValue ?? missing(name, "an integer")
  }

  /// Returns the attribute `name` as an integer, or nil if it is `None`.
  public func optionalInt(_ name: String) throws -> Int? {
    if case .some(CheckpointValue.none) = value(name) { return nil }
    return try int(name)
  }

  /// Returns the attribute `name` as a number.
  public func double(_ name: String) throws -> Double {
    try value(name)?.doubleValue ?? missing(name, "a number")
  }

  /// Returns the attribute `name` as a number, or nil if it is `None`.
  public func optionalDouble(_ name: String) throws -> Double? {
    if case .some(CheckpointValue.none) = value(name) { return nil }
    return try double(name)
  }

  /// Returns the attribute `name` as a Boolean value.
  public func bool(_ name: String) throws -> Bool {
    try value(name)?.boolValue ?? missing(name, "a truth value")
  }

  /// Returns the attribute `name` as a string.
  public func string(_ name: String) throws -> String {
    try value(name)?.stringValue ?? missing(name, "a text")
  }

  /// Returns the attribute `name` as integers: a tuple, a list, a shape, or a single integer.
  public func ints(_ name: String) throws -> [Int] {
    switch value(name) {
    case .int(let i): return [i]
    case .size(let sizes): return sizes
    case .list(let items), .tuple(let items):
      let ints = items.compactMap(\.intValue)
      return ints.count == items.count ? ints : try missing(name, "integers")
    default: return try missing(name, "integers")
    }
  }

  private func missing<R>(_ name: String, _ what: String) throws -> R {
    let found = value(name).map { "is \($0.description.prefix(100))" } ?? "is missing"
    throw CheckpointError.corrupt(
      "the attribute '\(name)' of \(className) \(found); expected \(what)")
  }

  // MARK: Tensors

  /// Returns the parameter or buffer `name`, or nil if it is missing or `None`.
  public func tensor(_ name: String) -> Tensor? {
    for place in ["_parameters", "_buffers"] {
      if let member = members(place)?[name], case .tensor(let number) = member {
        return reader.tensors[number]
      }
    }
    return nil
  }

  /// Returns whether there is a parameter or buffer `name`.
  public func has(_ name: String) -> Bool { tensor(name) != nil }

  /// Throws if the tensor `name` exists and does not have `shape`.
  ///
  /// Call it before creating a layer with sizes from the file: its memory is then bounded by the
  /// file.
  public func expect(_ name: String, _ shape: [Int]) throws {
    guard let tensor = tensor(name) else { return }
    guard tensor.shape == shape else {
      throw CheckpointError.corrupt(
        "the attributes of \(className) make '\(name)' of shape \(shape), but the file has one of \(tensor.shape)"
      )
    }
  }

  /// Throws unless the tensor `name` exists and has `shape`.
  public func require(_ name: String, _ shape: [Int]) throws {
    guard has(name) else {
      throw CheckpointError.corrupt("\(className) lacks the tensor '\(name)'")
    }
    try expect(name, shape)
  }

  private func members(_ place: String) -> PickleDictionary? {
    reader.graph.members(place, of: number)
  }

  // MARK: Submodules

  /// Creates the submodule `name` from the file.
  public func module(_ name: String) throws -> Module {
    guard let member = members("_modules")?[name], case .object(let number) = member else {
      throw CheckpointError.corrupt("\(className) lacks the submodule '\(name)'")
    }
    return try reader.module(number, depth: depth + 1)
  }

  /// Creates the submodule `name` from the file, as the type that it must have.
  public func module<M: Module>(_ name: String, as type: M.Type) throws -> M {
    let module = try module(name)
    guard let module = module as? M else {
      throw CheckpointError.corrupt(
        "the submodule '\(name)' of \(className) is a \(module.typeName), not a \(type)")
    }
    return module
  }

  /// Creates the submodule `name`, or returns nil if it is missing or `None`.
  public func optionalModule<M: Module>(_ name: String, as type: M.Type) throws -> M? {
    guard case .object = members("_modules")?[name] else { return nil }
    return try module(name, as: type)
  }

  /// Creates the submodules, and returns them with their names, in order.
  public func modules() throws -> [(name: String, module: Module)] {
    try (members("_modules")?.pairs ?? []).compactMap { key, value in
      guard case .string(let name) = key else {
        throw CheckpointError.corrupt("a submodule of \(className) has no name")
      }
      if case .none = value { return nil }
      return (name.text, try module(name.text))
    }
  }

  /// Creates the submodules as layers.
  public func layers() throws -> [(String, any Layer)] {
    try modules().map { name, module in
      guard let layer = module as? any Layer else {
        throw CheckpointError(
          .content,
          "the submodule '\(name)' of \(className) is a \(module.typeName), which is no Layer")
      }
      return (name, layer)
    }
  }
}

extension SavedModule: SavedLayer {
  package func unsupported(_ what: String) -> any Error {
    CheckpointError(.unsupported, "\(className) \(what)")
  }
}
