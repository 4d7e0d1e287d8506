import KindlingCore

/// A type of attributes of layers.
protocol AttributeValue {
  /// The value in a file.
  var saved: CheckpointValue { get }
  /// Returns the attribute `name` of a layer in a file.
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Self
}

extension Int: AttributeValue {
  var saved: CheckpointValue { .int(self) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Int { try layer.int(name) }
}

extension Double: AttributeValue {
  var saved: CheckpointValue { .double(self) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Double {
    try layer.double(name)
  }
}

extension Bool: AttributeValue {
  var saved: CheckpointValue { .bool(self) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Bool { try layer.bool(name) }
}

/// A number that keeps the type it was given in: PyTorch prints 2 and 2.0 differently.
extension Scalar: AttributeValue {
  var saved: CheckpointValue {
    switch self {
    case .bool(let b): .bool(b)
    case .int(let i): .int(i)
    case .double(let d): .double(d)
    }
  }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Scalar {
    if let whole = layer.value(name)?.intValue { return .int(whole) }
    return .double(try layer.double(name))
  }
}

extension [Int]: AttributeValue {
  var saved: CheckpointValue { .tuple(map(\.saved)) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> [Int] {
    try layer.ints(name)
  }
}

extension Optional: AttributeValue where Wrapped: AttributeValue {
  var saved: CheckpointValue { map(\.saved) ?? .none }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Wrapped? {
    if case .some(CheckpointValue.none) = layer.value(name) { return nil }
    return try Wrapped.read(name, layer)
  }
}

// MARK: Choices

/// A choice by name.
protocol AttributeChoice: AttributeValue, RawRepresentable<String> {}

extension AttributeChoice {
  var saved: CheckpointValue { .string(rawValue) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> Self {
    let choice = try layer.string(name)
    guard let value = Self(rawValue: choice) else { throw layer.unknown(name, choice) }
    return value
  }
}

extension Reduction: AttributeChoice {}
extension GELUApproximation: AttributeChoice {}
extension UpsampleMode: AttributeChoice {}
extension EmbeddingBagMode: AttributeChoice {}

extension PaddingMode: AttributeValue {
  var saved: CheckpointValue { .string(self == .zeros ? "zeros" : rawValue) }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> PaddingMode {
    let choice = try layer.string(name)
    if choice == "zeros" { return .zeros }
    guard let mode = PaddingMode(rawValue: choice), mode != .zeros else {
      throw layer.unknown(name, choice)
    }
    return mode
  }
}

extension SavedLayer {
  fileprivate func unknown(_ name: String, _ choice: String) -> any Error {
    unsupported("has an unknown \(name) '\(choice.prefix(50))'")
  }
}

// MARK: Sizes

extension PaddingAmount: AttributeValue {
  /// The numbers of elements, if they are given as numbers.
  var sizes: [Int]? { if case .extents(let sizes) = self { sizes } else { nil } }
  var saved: CheckpointValue { sizes?.saved ?? .string(self == .nothing ? "valid" : "same") }
  static func read(_ name: String, _ layer: any SavedLayer) throws -> PaddingAmount {
    switch layer.value(name)?.stringValue {
    case "same": .keepingSize
    case "valid": .nothing
    default: .extents(try layer.ints(name))
    }
  }
}

extension LayerAttribute where V == any Extents {
  /// One number for all dimensions, or one for each, as it was given.
  static func extents(_ name: String, _ path: KeyPath<L, any Extents>) -> Self {
    Self(name, path, value: { .extents($0) }) { try $0.extents(name) }
  }
}

extension LayerAttribute where V == (any Extents)? {
  /// One number for all dimensions, one for each, or none.
  static func optionalExtents(
    _ name: String, _ path: KeyPath<L, (any Extents)?>, _ printing: LayerPrinting<L, V> = .named
  ) -> Self {
    Self(name, path, printing, value: { $0.map { .extents($0) } ?? CheckpointValue.none }) {
      switch $0.value(name) {
      case nil, .some(CheckpointValue.none): nil
      default: try $0.extents(name)
      }
    }
  }
}

extension CheckpointValue {
  fileprivate static func extents(_ values: any Extents) -> CheckpointValue {
    (values as? Int)?.saved ?? values.extents.saved
  }
}

extension SavedLayer {
  fileprivate func extents(_ name: String) throws -> any Extents {
    try value(name)?.intValue ?? ints(name)
  }
}

extension LayerAttribute where V == any OutputSize {
  /// The size of an output, of which parts may be `None`, as it was given.
  static func outputSize(_ name: String, _ path: KeyPath<L, any OutputSize>) -> Self {
    Self(
      name, path,
      value: { size in
        let isSingle = size is Int || size is Int?
        return isSingle ? size.sizes.first?.saved ?? .none : .tuple(size.sizes.map(\.saved))
      },
      read: { saved in
        if let sizes = saved.value(name)?.elements { return sizes.map(\.intValue) }
        return try Int?.read(name, saved)
      })
  }
}
