import KindlingCore
import KindlingPlatform

/// A value on the unpickler's stack.
///
/// What can hold others is a number into the tables of
/// ``PickleGraph``, so that sharing is kept and dropping a deep structure never recurses.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  /// Little-endian two's complement, longer than an `Int`.
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

  /// What a global name stands for: dtypes are data, the others wait to be called.
  init(_ global: PickleGlobal) {
    if case .dtype(let dtype) = global { self = .dtype(dtype) } else { self = .global(global) }
  }

  /// What Python calls the kind, for messages.
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

/// A text of a pickle.
///
/// The unpickler makes one object for all equal texts, so that keys are compared and hashed in no time,
/// however long they are.
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

/// What may be a key of a dictionary, or an element of a set.
///
/// As in Python, `True` is 1 and `1.0` is 1.
enum PickleKey: Hashable {
  case none, int(Int), bigInt([UInt8]), double(Double), string(PickleText), bytes([UInt8])
  case dtype(DType), tuple([PickleKey])
  /// What Python tells apart by identity alone.
  case object(Int), tensor(Int), storage(Int), global(PickleText), notANumber(Int)
}

/// A dictionary while it is built: pairs in the order of their first appearance.
struct PickleDictionary {
  /// Which class of Python's it is; the values of a set mean nothing.
  enum Kind { case plain, ordered, counter, set }

  private(set) var kind: Kind
  private(set) var pairs: [(key: PickleValue, value: PickleValue)] = []
  private var places: [PickleKey: UInt32] = [:]

  init(_ kind: Kind) { self.kind = kind }

  /// A copy that is of another class.
  func copied(as kind: Kind) -> PickleDictionary {
    var copy = self
    copy.kind = kind
    return copy
  }

  /// The value under the text `name`.
  subscript(name: String) -> PickleValue? {
    places[.string(PickleText(name))].map { pairs[Int($0)].value }
  }

  /// Puts `value` under `key`, which is `hashed`; returns whether the key is new.
  mutating func set(_ key: PickleValue, _ hashed: PickleKey, _ value: PickleValue) -> Bool {
    if let place = places[hashed] {
      pairs[Int(place)].value = value
      return false
    }
    // The memory for so many pairs has been refused long before their number is too large.
    places[hashed] = UInt32(truncatingIfNeeded: pairs.count)
    pairs.append((key, value))
    return true
  }
}

/// A tensor as the file describes it, checked against its storage.
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

  /// How the tensor shows the elements of its storage: conjugate or negative where PyTorch saved a
  /// view that had yet to be computed.
  struct Signs: Hashable {
    var conjugate = false
    var negative = false
  }
}

/// A storage as the file declares it: a record of the archive with so many elements.
struct StorageRecord {
  let key: String
  /// The type that the storage's class says; nil for bytes, of which the tensors say what they are.
  let declaredType: StoredType?
  /// The type of the elements; bytes until a tensor says more.
  private(set) var type: StoredType
  let location: String
  /// The class that the file names.
  let className: PythonName
  /// The number of elements as the file counts them.
  let declaredCount: Int

  init(
    key: String, type: StoredType?, location: String, className: PythonName, declaredCount: Int
  ) {
    self.className = className
    (self.key, declaredType, self.type) = (key, type, type ?? StoredType(.uint8))
    (self.location, self.declaredCount) = (location, declaredCount)
  }

  var byteCount: Int { declaredCount * (declaredType?.byteSize ?? 1) }
  /// The number of elements of the tensors' dtype.
  var count: Int { byteCount / type.byteSize * (type.reading == .pairs ? 2 : 1) }

  /// All elements in one dimension; complex numbers are pairs.
  var shape: [Int] { type.reading == .pairs ? [count / 2, 2] : [count] }

  /// Settles what the bytes are.
  private(set) var isSettled = false
  mutating func settle(_ type: StoredType) throws {
    guard declaredType == nil, !isSettled || self.type == type else {
      throw CheckpointError(
        .unsupported, "tensors of several dtypes view the storage '\(key.prefix(100))'")
    }
    (self.type, isSettled) = (type, true)
  }
}

/// An object of a Python class, as the pickle makes it; nothing of it is run.
struct PickleObject {
  let name: PythonName
  let form: OpaqueValue.Form
  /// The sequence of arguments, and the dictionary of those with names.
  var arguments: Int?
  var keywords: Int?
  /// What sets its attributes: most often a dictionary.
  var state: PickleValue?
  /// What was appended to it, and put into it under keys.
  var elements: Int?
  var pairs: Int?

  /// The class with its module.
  var className: String { name.full }

  /// The dictionary of attributes; nil until it is set.
  var attributes: Int? { if case .dictionary(let number) = state { number } else { nil } }
}

/// What a pickle describes.
struct PickleGraph {
  var root = PickleValue.none
  /// The elements of lists and tuples.
  var sequences: [[PickleValue]] = []
  var dictionaries: [PickleDictionary] = []
  var tensors: [TensorRecord] = []
  var storages: [StorageRecord] = []
  var objects: [PickleObject] = []
  /// The number of bytes of the pickle.
  var byteCount = 0

  /// Whether object `number` is a module as PyTorch pickles them.
  func isModule(_ number: Int) -> Bool {
    guard let attributes = objects[number].attributes else { return false }
    return dictionaries[attributes]["_modules"] != nil
      && dictionaries[attributes]["_parameters"] != nil
  }
}
