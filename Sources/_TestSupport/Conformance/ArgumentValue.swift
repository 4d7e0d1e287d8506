import Kindling

/// An argument of a call, as recorded in a case.
package indirect enum ArgumentValue: Sendable {
  case tensor(Tensor)
  case int(Int)
  case bool(Bool)
  case double(Double)
  case string(String)
  case none
  case dtype(DType)
  case device(String)
  case layout(String)
  case memoryFormat(String)
  case list([ArgumentValue])
  case tuple([ArgumentValue])
  case slice([ArgumentValue])
  case ellipsis
  case dictionary([(key: String, value: ArgumentValue)])
  case module(ModuleSpec)
  case function(String)
  /// The tensor that was passed at another path.
  case same(String)

  /// Creates the argument described by `json`; tensors are new, and leaves if they require
  /// gradients.
  init(_ json: JSONValue, _ file: TensorFile) throws {
    guard let members = json.object else { throw GoldenError("an argument is no object: \(json)") }
    if let name = members["tensor"]?.string {
      self = .tensor(try ArgumentValue.tensor(name, members, file))
    } else if let i = members["int"]?.int {
      self = .int(i)
    } else if let b = members["bool"]?.bool {
      self = .bool(b)
    } else if let d = members["float"]?.double {
      self = .double(d)
    } else if let s = members["str"]?.string {
      self = .string(s)
    } else if members["none"] != nil {
      self = .none
    } else if let name = members["dtype"]?.string {
      guard let dtype = DType.allCases.first(where: { $0.description == name }) else {
        throw UnsupportedError("dtype \(name)")
      }
      self = .dtype(dtype)
    } else if let name = members["device"]?.string {
      self = .device(name)
    } else if let name = members["layout"]?.string {
      self = .layout(name)
    } else if let name = members["memory_format"]?.string {
      self = .memoryFormat(name)
    } else if let elements = members["list"]?.array {
      self = .list(try elements.map { try ArgumentValue($0, file) })
    } else if let elements = members["tuple"]?.array {
      self = .tuple(try elements.map { try ArgumentValue($0, file) })
    } else if let bounds = members["slice"]?.array {
      self = .slice(try bounds.map { try ArgumentValue($0, file) })
    } else if members["ellipsis"] != nil {
      self = .ellipsis
    } else if let pairs = members["dict"]?.array {
      self = .dictionary(
        try pairs.map { pair in
          guard let entry = pair.array, entry.count == 2, let key = entry[0].string else {
            throw GoldenError("a pair of a dictionary is none: \(pair)")
          }
          return (key, try ArgumentValue(entry[1], file))
        })
    } else if let module = members["module"] {
      self = .module(try ModuleSpec(module, file))
    } else if let name = members["function"]?.string {
      self = .function(name)
    } else if let path = members["same"]?.string {
      self = .same(path)
    } else {
      throw UnsupportedError("argument of kind \(members.keys.sorted().joined(separator: ", "))")
    }
  }

  /// Creates the argument that plain JSON describes, without type names.
  package init(plain json: JSONValue) throws {
    switch json {
    case .null: self = .none
    case .bool(let b): self = .bool(b)
    case .int(let i): self = .int(i)
    case .double(let d): self = .double(d)
    case .string(let s): self = .string(s)
    case .array(let elements): self = .list(try elements.map { try ArgumentValue(plain: $0) })
    case .object: throw GoldenError("an argument is an object: \(json)")
    }
  }

  private static func tensor(
    _ name: String, _ members: [String: JSONValue], _ file: TensorFile
  ) throws -> Tensor {
    let stored = try file.tensor(name)
    var result = stored
    if let shape = members["shape"]?.ints, let strides = members["strides"]?.ints,
      let offset = members["offset"]?.int
    {
      let extent = Layout.extent(shape, strides, offset: offset)
      guard shape.count == strides.count, extent.map({ 0..<stored.numel ~= $0 }) ?? true else {
        throw GoldenError("a view of \(name) leaves its storage")
      }
      result = stored.alias(shape: shape, strides: strides, offset: offset)
    }
    return members["requires_grad"]?.bool == true ? try result.requiresGrad_() : result
  }

  /// Returns the tensors in this argument with their paths, which start with `path`.
  func tensors(_ path: String) -> [(path: String, tensor: Tensor)] {
    switch self {
    case .tensor(let t): [(path, t)]
    case .list(let elements), .tuple(let elements):
      elements.enumerated().flatMap { $1.tensors("\(path).\($0)") }
    default: []
    }
  }

  /// Returns the argument with copies of its tensors, which a call may modify.
  func copied() throws -> ArgumentValue { try mappingTensors { try $0.detach().clone() } }

  /// Returns the argument with `body` applied to every tensor.
  func mappingTensors(_ body: (Tensor) throws -> Tensor) rethrows -> ArgumentValue {
    switch self {
    case .tensor(let t): .tensor(try body(t))
    case .list(let elements): .list(try elements.map { try $0.mappingTensors(body) })
    case .tuple(let elements): .tuple(try elements.map { try $0.mappingTensors(body) })
    default: self
    }
  }

  /// The kind of the argument, for messages.
  var kind: String {
    switch self {
    case .tensor: "tensor"
    case .int: "int"
    case .bool: "bool"
    case .double: "float"
    case .string: "str"
    case .none: "None"
    case .dtype: "dtype"
    case .device: "device"
    case .layout: "layout"
    case .memoryFormat: "memory_format"
    case .list: "list"
    case .tuple: "tuple"
    case .slice: "slice"
    case .ellipsis: "ellipsis"
    case .dictionary: "dict"
    case .module: "module"
    case .function: "function"
    case .same: "same"
    }
  }
}

extension ArgumentValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: ArgumentValue...) { self = .list(elements) }
}

private func ~= (bounds: Range<Int>, inner: Range<Int>) -> Bool {
  bounds.lowerBound <= inner.lowerBound && inner.upperBound <= bounds.upperBound
}
