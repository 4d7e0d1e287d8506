import Kindling

/// Arguments of modules.
extension Arguments {
  /// One number for all spatial dimensions, or one for each.
  func extents(_ position: Int?, _ name: String, default: Int? = nil) throws -> any Extents {
    if let extents = try optionalExtents(position, name) { return extents }
    guard let `default` else { throw UnsupportedError("no \(name)") }
    return `default`
  }

  /// The same, or None.
  func optionalExtents(_ position: Int?, _ name: String) throws -> (any Extents)? {
    isList(position, name) ? try optionalInts(position, name) : try optionalInt(position, name)
  }

  /// The `padding` of a convolution.
  func convolutionPadding(_ position: Int?, _ name: String = "padding") throws
    -> any ConvolutionPadding
  {
    if isString(position, name) {
      return switch try string(position, name) {
      case "same": PaddingAmount.same
      case "valid": PaddingAmount.valid
      case let other: throw TensorError(.value, "padding", "invalid padding string \(other)")
      }
    }
    if isList(position, name) { return try ints(position, name) }
    return try int(position, name, default: 0)
  }

  /// The `output_size` of an adaptive pooling, in which None keeps a size.
  func outputSize(_ position: Int?, _ name: String = "output_size") throws -> any OutputSize {
    func size(_ a: ArgumentValue) throws -> Int? {
      switch a {
      case .int(let i): i
      case .none: nil
      default: throw UnsupportedError("\(name) of kind \(a.kind)")
      }
    }
    switch value(position, name) {
    case .list(let l)?, .tuple(let l)?: return try l.map(size)
    case .int(let i)?: return i
    case let one?: return try size(one)
    case nil: throw UnsupportedError("no \(name)")
    }
  }

  /// A number of any kind, as it was given.
  func scalar(_ position: Int?, _ name: String, default: some TensorScalar) throws -> Scalar {
    try scalar(position, name, default: `default`.scalar as Scalar?)
  }

  /// A case of an enumeration whose raw values are PyTorch's words.
  func choice<Choice: RawRepresentable<String>>(
    _ position: Int?, _ name: String, default: Choice
  ) throws -> Choice {
    try optionalChoice(position, name) ?? `default`
  }

  /// The same, or None.
  func optionalChoice<Choice: RawRepresentable<String>>(
    _ position: Int?, _ name: String
  ) throws -> Choice? {
    guard let word = try optionalString(position, name) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      throw TensorError(.value, name, "\(word) is not a valid value for \(name)")
    }
    return choice
  }

  /// What a loss does with its values.
  func reduction(_ position: Int?) throws -> Reduction {
    try choice(position, "reduction", default: .mean)
  }

  /// A module.
  func module(_ position: Int?, _ name: String = "") throws -> BuiltModule {
    guard let built = try optionalModule(position, name) else {
      throw UnsupportedError("no module \(name)")
    }
    return built
  }

  /// A module or None.
  func optionalModule(_ position: Int?, _ name: String = "") throws -> BuiltModule? {
    switch value(position, name) {
    case .module(let spec)?: return try spec.build()
    case nil, .none?: return nil
    case let other?: throw UnsupportedError("\(name) of kind \(other.kind)")
    }
  }

  /// The modules in a list, each with its place, or in a dictionary, each with its name.
  func namedModules(_ position: Int?, _ name: String = "modules") throws -> [(String, Module)] {
    let entries: [(String, ArgumentValue)]
    switch value(position, name) {
    case .dictionary(let pairs)?: entries = pairs.map { ($0.key, $0.value) }
    case .list(let l)?, .tuple(let l)?: entries = l.enumerated().map { ("\($0)", $1) }
    case nil, .none?: entries = []
    case let other?: throw UnsupportedError("\(name) of kind \(other.kind)")
    }
    return try entries.map { key, value in
      guard case .module(let spec) = value else {
        throw UnsupportedError("\(name) of kind \(value.kind)")
      }
      return (key, try spec.build().module)
    }
  }

  /// A function of two tensors, or a module of them.
  func distance(_ position: Int?, _ name: String) throws
    -> (@Sendable (Tensor, Tensor) throws -> Tensor)?
  {
    switch value(position, name) {
    case nil, .none?: return nil
    case .function("cosine_distance")?:
      return { a, b in try 1 - F.cosineSimilarity(a, b) }
    case .function("maximum_distance")?:
      return { a, b in try (a - b).abs().amax(dims: [-1]) }
    case let other?: throw UnsupportedError("\(name) of kind \(other.kind)")
    }
  }
}
