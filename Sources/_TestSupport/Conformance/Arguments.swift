import Kindling

/// The arguments of a call, read by position or PyTorch's keyword.
///
/// Every accessor takes the position (`nil` for a keyword-only argument) and the keyword. A case is
/// unsupported if an argument is missing without a default, has another kind, or was not read. An
/// operator therefore never passes by ignoring an argument.
package final class Arguments {
  let positional: [ArgumentValue]
  let keyword: [String: ArgumentValue]
  private var readPositions: Set<Int> = []
  private var readKeywords: Set<String> = []

  init(_ positional: [ArgumentValue], _ keyword: [String: ArgumentValue]) {
    self.positional = positional
    self.keyword = keyword
  }

  /// Returns the arguments with `body` applied to every tensor.
  func mappingTensors(_ body: (Tensor) throws -> Tensor) rethrows -> Arguments {
    try Arguments(
      positional.map { try $0.mappingTensors(body) },
      keyword.mapValues { try $0.mappingTensors(body) })
  }

  /// The number of positional arguments.
  package var count: Int { positional.count }

  /// The arguments that were not read.
  var unread: [String] {
    positional.indices.filter { !readPositions.contains($0) }.map { "argument \($0)" }
      + keyword.keys.filter { !readKeywords.contains($0) }.sorted()
  }

  /// Returns the argument unconverted; `nil` if it is not passed.
  package func value(_ position: Int?, _ name: String = "") -> ArgumentValue? {
    if let position, position < positional.count {
      readPositions.insert(position)
      return positional[position]
    }
    guard let value = keyword[name] else { return nil }
    readKeywords.insert(name)
    return value
  }

  /// Returns whether the argument is passed and not None; does not count as reading it.
  package func has(_ position: Int?, _ name: String = "") -> Bool {
    let value = position.flatMap { $0 < count ? positional[$0] : nil } ?? keyword[name]
    guard let value else { return false }
    if case .none = value { return false }
    return true
  }

  /// Returns whether the argument is a tensor; does not count as reading it.
  package func isTensor(_ position: Int?, _ name: String = "") -> Bool {
    let value = position.flatMap { $0 < count ? positional[$0] : nil } ?? keyword[name]
    if case .tensor? = value { return true }
    return false
  }

  /// Returns whether the argument is a string; does not count as reading it.
  package func isString(_ position: Int?, _ name: String = "") -> Bool {
    let value = position.flatMap { $0 < count ? positional[$0] : nil } ?? keyword[name]
    if case .string? = value { return true }
    return false
  }

  /// Returns whether the argument is a bool; does not count as reading it.
  package func isBool(_ position: Int?, _ name: String = "") -> Bool {
    let value = position.flatMap { $0 < count ? positional[$0] : nil } ?? keyword[name]
    if case .bool? = value { return true }
    return false
  }

  /// Returns whether the argument is a list or a tuple; does not count as reading it.
  package func isList(_ position: Int?, _ name: String = "") -> Bool {
    let value = position.flatMap { $0 < count ? positional[$0] : nil } ?? keyword[name]
    switch value {
    case .list?, .tuple?: return true
    default: return false
    }
  }

  // MARK: Single values

  /// Returns a tensor.
  package func tensor(_ position: Int?, _ name: String = "") throws -> Tensor {
    try required(position, name, optionalTensor(position, name))
  }

  /// Returns the first operand of two: a tensor, or a number if the second operand is a tensor.
  package func left() throws -> Tensor {
    if isTensor(0, "input") || !isTensor(1, "other") { return try tensor(0, "input") }
    return try .wrapped(scalar(0, "input"), like: tensor(1, "other"))
  }

  /// Returns a tensor or None.
  package func optionalTensor(_ position: Int?, _ name: String = "") throws -> Tensor? {
    try optional(position, name) { if case .tensor(let t) = $0 { t } else { nil } }
  }

  /// Returns an integer.
  package func int(_ position: Int?, _ name: String = "", default: Int? = nil) throws -> Int {
    try required(position, name, optionalInt(position, name) ?? `default`)
  }

  /// Returns an integer or None.
  package func optionalInt(_ position: Int?, _ name: String = "") throws -> Int? {
    try optional(position, name) { if case .int(let i) = $0 { i } else { nil } }
  }

  /// Returns a Boolean value.
  package func bool(_ position: Int?, _ name: String = "", default: Bool? = nil) throws -> Bool {
    try required(position, name, optionalBool(position, name) ?? `default`)
  }

  /// Returns a Boolean value or None.
  package func optionalBool(_ position: Int?, _ name: String = "") throws -> Bool? {
    try optional(position, name) { if case .bool(let b) = $0 { b } else { nil } }
  }

  /// Returns a number as a float.
  package func double(_ position: Int?, _ name: String = "", default: Double? = nil) throws
    -> Double
  {
    try required(position, name, optionalDouble(position, name) ?? `default`)
  }

  /// Returns a number as a float, or None.
  package func optionalDouble(_ position: Int?, _ name: String = "") throws -> Double? {
    try optionalScalar(position, name)?.doubleValue
  }

  /// Returns a number of any kind.
  package func scalar(_ position: Int?, _ name: String = "", default: Scalar? = nil) throws
    -> Scalar
  {
    try required(position, name, optionalScalar(position, name) ?? `default`)
  }

  /// Returns a number of any kind, or None.
  package func optionalScalar(_ position: Int?, _ name: String = "") throws -> Scalar? {
    try optional(position, name) {
      switch $0 {
      case .int(let i): .int(i)
      case .double(let d): .double(d)
      case .bool(let b): .bool(b)
      default: nil
      }
    }
  }

  /// Returns a string.
  package func string(_ position: Int?, _ name: String = "", default: String? = nil) throws
    -> String
  {
    try required(position, name, optionalString(position, name) ?? `default`)
  }

  /// Returns a string or None.
  package func optionalString(_ position: Int?, _ name: String = "") throws -> String? {
    try optional(position, name) { if case .string(let s) = $0 { s } else { nil } }
  }

  /// Returns a dtype or None.
  package func dtype(_ position: Int?, _ name: String = "dtype") throws -> DType? {
    try optional(position, name) { if case .dtype(let d) = $0 { d } else { nil } }
  }

  /// Reads the device, which is always the CPU, and the layout: both have no effect.
  package func placement() throws {
    let device: String? = try optional(nil, "device") {
      switch $0 {
      case .device(let d), .string(let d): d
      default: nil
      }
    }
    let layout: String? = try optional(nil, "layout") {
      if case .layout(let l) = $0 { l } else { nil }
    }
    let pins = try optionalBool(nil, "pin_memory") ?? false
    guard device ?? "cpu" == "cpu", layout ?? "strided" == "strided", !pins else {
      throw UnsupportedError("device \(device ?? ""), layout \(layout ?? "")")
    }
  }

  /// Returns a memory format; by default that of the tensor.
  package func memoryFormat(
    _ position: Int? = nil, _ name: String = "memory_format",
    default standard: MemoryFormat = .preserve
  ) throws -> MemoryFormat {
    let format: String? = try optional(position, name) {
      if case .memoryFormat(let f) = $0 { f } else { nil }
    }
    switch format {
    case nil: return standard
    case "preserve_format": return .preserve
    case "contiguous_format": return .contiguous
    case "channels_last": return .channelsLast
    case "channels_last_3d": return .channelsLast3d
    case let other?: throw UnsupportedError("memory format \(other)")
    }
  }

  // MARK: Lists

  /// Returns integers; a single integer counts as a list of one.
  package func ints(_ position: Int?, _ name: String = "", default: [Int]? = nil) throws -> [Int] {
    try required(position, name, optionalInts(position, name) ?? `default`)
  }

  /// Returns integers or None; a single integer counts as a list of one.
  package func optionalInts(_ position: Int?, _ name: String = "") throws -> [Int]? {
    try optional(position, name) {
      switch $0 {
      case .int(let i): [i]
      case .list(let l), .tuple(let l):
        Arguments.all(l) { if case .int(let i) = $0 { i } else { nil } }
      default: nil
      }
    }
  }

  /// Returns numbers as floats, or None; a single number counts as a list of one.
  package func optionalDoubles(_ position: Int?, _ name: String = "") throws -> [Double]? {
    func number(_ a: ArgumentValue) -> Double? {
      switch a {
      case .int(let i): Double(i)
      case .double(let d): d
      default: nil
      }
    }
    return try optional(position, name) {
      switch $0 {
      case .list(let l), .tuple(let l): Arguments.all(l, number)
      default: number($0).map { [$0] }
      }
    }
  }

  /// Returns a list of tensors.
  package func tensors(_ position: Int?, _ name: String = "") throws -> [Tensor] {
    let tensors: [Tensor]? = try optional(position, name) {
      switch $0 {
      case .list(let l), .tuple(let l):
        Arguments.all(l) { if case .tensor(let t) = $0 { t } else { nil } }
      default: nil
      }
    }
    return try required(position, name, tensors)
  }

  /// Returns the arguments from `position` on, all of which must be tensors.
  package func tensors(from position: Int) throws -> [Tensor] {
    try (min(position, count)..<count).map { try tensor($0) }
  }

  /// Returns the sizes or dims from `position` on: a list, or separate integers.
  package func variadicInts(from position: Int, _ name: String = "") throws -> [Int] {
    if position >= count { return try ints(nil, name) }
    if isList(position) { return try ints(position) }
    return try (position..<count).map { try int($0) }
  }

  // MARK: Machinery

  private static func all<T>(_ arguments: [ArgumentValue], _ convert: (ArgumentValue) -> T?) -> [T]?
  {
    let values = arguments.compactMap(convert)
    return values.count == arguments.count ? values : nil
  }

  private func optional<T>(
    _ position: Int?, _ name: String, _ convert: (ArgumentValue) -> T?
  ) throws -> T? {
    guard let value = value(position, name) else { return nil }
    if case .none = value { return nil }
    guard let result = convert(value) else {
      throw UnsupportedError("\(label(position, name)) of kind \(value.kind)")
    }
    return result
  }

  private func required<T>(_ position: Int?, _ name: String, _ value: T?) throws -> T {
    guard let value else { throw UnsupportedError("no \(label(position, name))") }
    return value
  }

  private func label(_ position: Int?, _ name: String) -> String {
    name.isEmpty ? "argument \(position.map(String.init) ?? "")" : name
  }
}
