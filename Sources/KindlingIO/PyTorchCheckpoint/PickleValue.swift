import KindlingCore
import KindlingPlatform

/// A value on the unpickler's stack.
///
/// Containers are indices into the tables of ``PickleGraph``, so that sharing is preserved and the
/// release of a deep structure does not recurse.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer longer than `Int`, in little-endian two's complement.
  case bigInt([UInt8])
  case double(Double)
  case string(PickleText)
  case bytes([UInt8])
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  case size([Int])
  case dtype(DType)
  case tensor(Int)
  case storage(Int)
  indirect case global(PickleGlobal)
  case object(Int)

  /// Creates the value of a global name: dtypes are data, the others are callable.
  init(_ global: PickleGlobal) {
    if case .dtype(let dtype) = global { self = .dtype(dtype) } else { self = .global(global) }
  }

  /// Python's name of the type, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "bool"
    case .int, .bigInt: "int"
    case .double: "float"
    case .string: "str"
    case .bytes: "bytes"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .size: "torch.Size"
    case .dtype: "torch.dtype"
    case .tensor: "torch.Tensor"
    case .storage: "storage"
    case .global(let global): global.name
    case .object: "object"
    }
  }
}

/// A string in a pickle.
///
/// The unpickler creates one object for all equal strings, so that keys of any length are compared
/// and hashed in constant time.
final class PickleText: Hashable, Sendable {
  let text: String
  private let hash: Int

  init(_ text: String) {
    self.text = text
    hash = ByteString(text).hashValue
  }

  static func == (a: PickleText, b: PickleText) -> Bool {
    a === b || a.hash == b.hash && sameBytes(a.text, b.text)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }

  static func ~= (pattern: String, value: PickleText) -> Bool { sameBytes(pattern, value.text) }
}

/// A key of a dictionary, or an element of a set.
///
/// `True` equals 1 and `1.0` equals 1, as in Python.
enum PickleKey: Hashable {
  case none, int(Int), bigInt([UInt8]), double(Double), string(PickleText), bytes([UInt8])
  case dtype(DType), tuple([PickleKey])
  /// Values that Python compares by identity.
  case object(Int), tensor(Int), storage(Int), global(PickleText), notANumber(Int)
}

/// A dictionary under construction: pairs in the order of first insertion.
struct PickleDictionary {
  /// The Python class of the dictionary; the values of a set are unused.
  enum Kind { case plain, ordered, counter, set }

  private(set) var kind: Kind
  private(set) var pairs: [(key: PickleValue, value: PickleValue)] = []
  private var places: [PickleKey: UInt32] = [:]

  init(_ kind: Kind) { self.kind = kind }

  /// Returns a copy with another class.
  func copied(as kind: Kind) -> PickleDictionary {
    var copy = self
    copy.kind = kind
    return copy
  }

  /// The value of the string key `name`.
  subscript(name: String) -> PickleValue? {
    places[.string(PickleText(name))].map { pairs[Int($0)].value }
  }

  /// Sets the value of `key`, hashed as `hashed`; returns whether the key is new.
  mutating func set(_ key: PickleValue, _ hashed: PickleKey, _ value: PickleValue) -> Bool {
    if let place = places[hashed] {
      pairs[Int(place)].value = value
      return false
    }
    // The memory limit is reached long before this number overflows.
    places[hashed] = UInt32(truncatingIfNeeded: pairs.count)
    pairs.append((key, value))
    return true
  }
}

/// A tensor as described in the file, checked against its storage.
struct TensorRecord {
  let storage: Int
  let dtype: DType
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  let numel: Int
  var requiresGrad: Bool
  var isParameter = false
  var signs = Signs()

  /// The conjugate and negative bits of a view that PyTorch saved lazily.
  struct Signs: Hashable {
    var conjugate = false
    var negative = false
  }
}

/// A storage as declared in the file: a record of the archive with a number of elements.
struct StorageRecord {
  let key: String
  /// The type from the storage's class; nil for bytes, whose type the tensors determine.
  let declaredType: StoredType?
  /// The type of the elements; bytes until a tensor determines it.
  private(set) var type: StoredType
  let location: String
  /// The class named in the file.
  let className: PythonName
  /// The number of elements as declared in the file.
  let declaredCount: Int

  init(
    key: String, type: StoredType?, location: String, className: PythonName, declaredCount: Int
  ) {
    self.className = className
    (self.key, declaredType, self.type) = (key, type, type ?? StoredType(.uint8))
    (self.location, self.declaredCount) = (location, declaredCount)
  }

  var byteCount: Int { declaredCount * (declaredType?.byteSize ?? 1) }
  /// The number of elements in the dtype of the tensors.
  var count: Int { byteCount / type.byteSize * (type.reading == .pairs ? 2 : 1) }

  /// The shape of all elements in one dimension; complex numbers are pairs.
  var shape: [Int] { type.reading == .pairs ? [count / 2, 2] : [count] }

  /// Whether the type of the bytes is determined.
  private(set) var isSettled = false
  mutating func settle(_ type: StoredType) throws {
    try require(
      declaredType == nil && (!isSettled || self.type == type), .unsupported,
      "tensors of several dtypes view the storage '\(key.prefix(100))'")
    (self.type, isSettled) = (type, true)
  }
}

/// An object of a Python class as described in the pickle; no code is run.
struct PickleObject {
  let name: PythonName
  let form: OpaqueValue.Form
  /// The sequence of positional arguments, and the dictionary of keyword arguments.
  var arguments: Int?
  var keywords: Int?
  /// The state that sets the attributes, usually a dictionary.
  var state: PickleValue?
  /// The appended elements, and the inserted pairs.
  var elements: Int?
  var pairs: Int?

  /// The qualified name of the class.
  var className: String { name.full }

  /// The dictionary of attributes, or nil until it is set.
  var attributes: Int? { if case .dictionary(let number) = state { number } else { nil } }
}

/// The content of a pickle.
struct PickleGraph {
  var root = PickleValue.none
  /// The elements of lists and tuples.
  var sequences: [[PickleValue]] = []
  var dictionaries: [PickleDictionary] = []
  var tensors: [TensorRecord] = []
  var storages: [StorageRecord] = []
  var objects: [PickleObject] = []
  /// The size of the pickle in bytes.
  var byteCount = 0

  /// Returns whether object `number` is a pickled PyTorch module.
  func isModule(_ number: Int) -> Bool {
    guard let attributes = objects[number].attributes else { return false }
    return dictionaries[attributes]["_modules"] != nil
      && dictionaries[attributes]["_parameters"] != nil
  }
}
