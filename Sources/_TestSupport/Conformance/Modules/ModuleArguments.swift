import Kindling

/// Accessors of the arguments of modules.
extension Arguments {
  /// Returns one number for all spatial dimensions, or one for each.
  func extents(_ position: Int?, _ name: String, default: Int? = nil) throws -> any Extents {
    if let extents = try optionalExtents(position, name) { return extents }
    guard let `default` else { throw UnsupportedError("no \(name)") }
    return `default`
  }

  /// Returns extents or None.
  func optionalExtents(_ position: Int?, _ name: String) throws -> (any Extents)? {
    isList(position, name) ? try optionalInts(position, name) : try optionalInt(position, name)
  }

  /// Returns the `padding` of a convolution.
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

  /// Returns the `output_size` of an adaptive pooling, in which None keeps a size.
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

  /// Returns a number of any kind, in its original type.
  func scalar(_ position: Int?, _ name: String, default: some TensorScalar) throws -> Scalar {
    try scalar(position, name, default: `default`.scalar as Scalar?)
  }

  /// Returns a case of an enumeration whose raw values are PyTorch's strings.
  func choice<Choice: RawRepresentable<String>>(
    _ position: Int?, _ name: String, default: Choice
  ) throws -> Choice {
    try optionalChoice(position, name) ?? `default`
  }

  /// Returns a case of an enumeration, or None.
  func optionalChoice<Choice: RawRepresentable<String>>(
    _ position: Int?, _ name: String
  ) throws -> Choice? {
    guard let word = try optionalString(position, name) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      throw TensorError(.value, name, "\(word) is not a valid value for \(name)")
    }
    return choice
  }

  /// Returns the reduction of a loss.
  func reduction(_ position: Int?) throws -> Reduction {
    try choice(position, "reduction", default: .mean)
  }

  /// Returns a module.
  func module(_ position: Int?, _ name: String = "") throws -> BuiltModule {
    guard let built = try optionalModule(position, name) else {
      throw UnsupportedError("no module \(name)")
    }
    return built
  }

  /// Returns a module or None.
  func optionalModule(_ position: Int?, _ name: String = "") throws -> BuiltModule? {
    switch value(position, name) {
    case .module(let spec)?: return try spec.build()
    case nil, .none?: return nil
    case let other?: throw UnsupportedError("\(name) of kind \(other.kind)")
    }
  }

  /// Returns the modules in a list with their positions, or in a dictionary with their names.
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

  /// Returns a function of two tensors, or a module that computes one.
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
