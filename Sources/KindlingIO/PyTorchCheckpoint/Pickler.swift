import KindlingCore
import KindlingPlatform

/// A writer of value trees as pickles of protocol 2, like `torch.save`, for
/// `torch.load(weights_only=True)`.
struct Pickler {
  private var bytes: [UInt8] = [0x80, 2]
  /// The memo numbers of written values, by string, by name, and by object identity.
  private var texts: [ByteString: Int] = [:]
  private var globals: [ByteString: Int] = [:]
  private var objectMemo: [ObjectIdentifier: Int] = [:]
  private var containers: [Container: Int] = [:]
  /// The values in `containers`, kept so that no other value reuses their memory.
  private var kept: [CheckpointValue] = []
  /// The tuples known to be hashable.
  private var hashable: [Container: CheckpointValue] = [:]
  private var memoCount = 0
  private var storageNumbers: [UnsafeMutableRawPointer: Int] = [:]
  private let container: CheckpointContainer
  /// The storages that the tensors view; number `n` belongs to the record `data/n`.
  private(set) var storages: [(storage: Storage, dtype: DType)] = []

  /// Returns the pickle that `fill` writes, and its storages.
  static func write(
    _ container: CheckpointContainer = .zip, _ fill: (inout Pickler) throws -> Void
  ) throws -> (pickle: [UInt8], storages: [(storage: Storage, dtype: DType)]) {
    var pickler = Pickler(container)
    try fill(&pickler)
    pickler.bytes.append(0x2E)
    return (pickler.bytes, pickler.storages)
  }

  private init(_ container: CheckpointContainer) { self.container = container }

  /// Writes a value tree; containers that occur several times are written once.
  mutating func put(_ value: CheckpointValue, depth: Int = 0) throws {
    let container = Container(value)
    if let container, let index = containers[container] { return putGet(index) }
    try putWhole(value, depth: depth)
    if let container {
      containers[container] = remember()
      kept.append(value)
    }
  }

  /// The identity of a nonempty container: its memory and its kind.
  private struct Container: Hashable {
    let memory: ObjectIdentifier
    let kind: Int

    init?(_ value: CheckpointValue) {
      switch value {
      case .list(let items) where !items.isEmpty: (memory, kind) = (items.identity, 0)
      case .tuple(let items) where !items.isEmpty: (memory, kind) = (items.identity, 1)
      case .set(let items) where !items.isEmpty: (memory, kind) = (items.identity, 2)
      case .dictionary(let pairs) where !pairs.isEmpty: (memory, kind) = (pairs.identity, 3)
      case .orderedDictionary(let pairs) where !pairs.isEmpty: (memory, kind) = (pairs.identity, 4)
      case .counter(let pairs) where !pairs.isEmpty: (memory, kind) = (pairs.identity, 5)
      case .opaque(let object) where object.form != .reference:
        (memory, kind) = (ObjectIdentifier(object), 6)
      default: return nil
      }
    }
  }

  private mutating func putWhole(_ value: CheckpointValue, depth: Int) throws {
    try require(
      depth <= PickleGraph.maximumDepth, .content,
      "values are nested more than \(PickleGraph.maximumDepth) levels deep")
    switch value {
    case .none: bytes.append(0x4E)
    case .bool(let b): bytes.append(b ? 0x88 : 0x89)
    case .int(let i): put(i)
    case .bigInt(let digits): try putLong(digits)
    case .double(let d):
      bytes.append(0x47)
      append(d.bitPattern.bigEndian)
    case .string(let s): try put(s)
    case .bytes(let content):
      // Protocol 2 has no bytes: Python 3 writes them as an encoded string.
      put("_codecs", "encode")
      try putText(String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) })))
      try put("latin1")
      bytes += [0x86, 0x52]
    case .size(let sizes):
      put("torch", "Size")
      put(sizes)
      bytes += [0x85, 0x52]
    case .dtype(let dtype): put("torch", dtype.description)
    case .tensor(let tensor): try put(tensor)
    case .list(let items):
      bytes.append(0x5D)
      if items.isEmpty { return }
      bytes.append(0x28)
      for item in items { try put(item, depth: depth + 1) }
      bytes.append(0x65)
    case .tuple(let items):
      if items.isEmpty { return bytes.append(0x29) }
      if items.count > 3 { bytes.append(0x28) }
      for item in items { try put(item, depth: depth + 1) }
      bytes.append([0x85, 0x86, 0x87, 0x74][min(items.count, 4) - 1])
    case .set(let items):
      // Python 2's name, which Python 3 also accepts.
      put("__builtin__", "set")
      for item in items { try checkHashable(item) }
      try putWhole(.list(items), depth: depth + 1)
      bytes += [0x85, 0x52]
    case .dictionary(let pairs):
      bytes.append(0x7D)
      try put(pairs, depth: depth)
    case .orderedDictionary(let pairs):
      putOrderedDict()
      try put(pairs, depth: depth)
    case .counter(let pairs):
      put("collections", "Counter")
      try putWhole(.dictionary(pairs), depth: depth + 1)
      bytes += [0x85, 0x52]
    case .opaque(let object): try put(object, depth: depth)
    }
  }

  mutating func put(_ pairs: CheckpointParts<CheckpointPair>, depth: Int) throws {
    if pairs.isEmpty { return }
    bytes.append(0x28)
    for (key, value) in pairs {
      try checkHashable(key)
      try put(key, depth: depth + 1)
      try put(value, depth: depth + 1)
    }
    bytes.append(0x75)
  }

  /// Throws if Python would not accept `value` as a key or as an element of a set.
  private mutating func checkHashable(_ value: CheckpointValue) throws {
    switch value {
    case .none, .bool, .int, .bigInt, .double, .string, .bytes, .size, .dtype, .opaque: break
    case .tuple(let items):
      // Nested tuples that contain another one twice have exponentially many elements.
      if let container = Container(value), hashable.updateValue(value, forKey: container) != nil {
        return
      }
      for item in items { try checkHashable(item) }
    default:
      throw CheckpointError(
        .content, "\(value) cannot be a dictionary key or an element of a set")
    }
  }

  // MARK: Numbers and strings

  private mutating func append<I: FixedWidthInteger>(_ value: I) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  private mutating func put(_ value: Int) {
    if let small = UInt8(exactly: value) {
      bytes += [0x4B, small]
    } else if let small = UInt16(exactly: value) {
      bytes.append(0x4D)
      append(small.littleEndian)
    } else if let small = Int32(exactly: value) {
      bytes.append(0x4A)
      append(small.littleEndian)
    } else {
      bytes += [0x8A, 8]
      append(value.littleEndian)
    }
  }

  private mutating func putLong(_ digits: [UInt8]) throws {
    if let short = UInt8(exactly: digits.count) {
      bytes += [0x8A, short]
    } else {
      bytes.append(0x8B)
      append(Int32(try size(digits.count)).littleEndian)
    }
    bytes += digits
  }

  private func size(_ count: Int) throws -> UInt32 {
    try require(count <= Int(Int32.max), .content, "a text or number of \(count) bytes is too long")
    return UInt32(count)
  }

  private mutating func putText(_ text: String) throws {
    bytes.append(0x58)
    append(try size(text.utf8.count).littleEndian)
    bytes += text.utf8
  }

  /// Writes a string once, and refers to it afterwards.
  mutating func put(_ text: String) throws {
    let key = ByteString(text)
    if let index = texts[key] { return putGet(index) }
    try putText(text)
    texts[key] = remember()
  }

  /// Writes a tuple of integers.
  private mutating func put(_ values: [Int]) {
    if values.isEmpty { return bytes.append(0x29) }
    if values.count > 3 { bytes.append(0x28) }
    for value in values { put(value) }
    bytes.append([0x85, 0x86, 0x87, 0x74][min(values.count, 4) - 1])
  }

  /// Writes a global name.
  mutating func put(_ module: String, _ name: String) {
    let key = ByteString("\(module)\n\(name)\n")
    if let index = globals[key] { return putGet(index) }
    bytes.append(0x63)
    bytes += key.text.utf8
    globals[key] = remember()
  }

  mutating func putOrderedDict() {
    put("collections", "OrderedDict")
    bytes += [0x29, 0x52]
  }

  /// Writes instructions without arguments.
  mutating func put(opcodes: [UInt8]) { bytes += opcodes }

  // MARK: Memo

  /// Writes a reference to `object` and returns true if it was written before.
  mutating func putKnown(_ object: AnyObject) -> Bool {
    guard let index = objectMemo[ObjectIdentifier(object)] else { return false }
    putGet(index)
    return true
  }

  /// Assigns a memo number to `object`, which was written last.
  mutating func remember(_ object: AnyObject) { objectMemo[ObjectIdentifier(object)] = remember() }

  private mutating func putGet(_ index: Int) {
    if let short = UInt8(exactly: index) {
      bytes += [0x68, short]
    } else {
      bytes.append(0x6A)
      append(UInt32(truncatingIfNeeded: index).littleEndian)
    }
  }

  /// Assigns a memo number to the last written value.
  private mutating func remember() -> Int {
    if let short = UInt8(exactly: memoCount) {
      bytes += [0x71, short]
    } else {
      bytes.append(0x72)
      append(UInt32(truncatingIfNeeded: memoCount).littleEndian)
    }
    memoCount += 1
    return memoCount - 1
  }

  // MARK: Tensors

  private mutating func put(_ tensor: Tensor) throws {
    if putKnown(tensor) { return }
    if tensor.isParameter { put("torch._utils", "_rebuild_parameter") }
    put("torch._utils", "_rebuild_tensor_v2")
    bytes.append(0x28)
    try putStorage(of: tensor)
    put(tensor.storageOffset)
    put(tensor.shape)
    put(tensor.strides)
    bytes.append(!tensor.isParameter && tensor.requiresGrad ? 0x88 : 0x89)
    putOrderedDict()
    bytes += [0x74, 0x52]
    if tensor.isParameter {
      bytes.append(tensor.requiresGrad ? 0x88 : 0x89)
      putOrderedDict()
      bytes += [0x87, 0x52]
    }
    remember(tensor as AnyObject)
  }

  /// Writes the persistent id `('storage', type, key, 'cpu', count)`.
  ///
  /// The legacy format adds that the storage is not a view of another.
  mutating func putStorage(of tensor: Tensor, class name: PythonName? = nil) throws {
    let storage = tensor.storage
    let number: Int
    // Empty storages are never shared: an empty slice of a file has the address of the next one.
    if storage.byteCount > 0, let known = storageNumbers[storage.address] {
      try require(
        storages[known].dtype == tensor.dtype
          && storages[known].storage.byteCount == storage.byteCount, .content,
        "tensors of \(storages[known].dtype) and of \(tensor.dtype) share memory, which a checkpoint cannot hold; clone() one of them"
      )
      number = known
    } else {
      number = storages.count
      storages.append((storage, tensor.dtype))
      if storage.byteCount > 0 { storageNumbers[storage.address] = number }
    }
    bytes.append(0x28)
    try put("storage")
    put(name?.module ?? "torch", name?.name ?? tensor.dtype.storageName)
    try put("\(number)")
    try put("cpu")
    put(storage.byteCount / tensor.dtype.byteSize)
    if container == .legacy { bytes.append(0x4E) }
    bytes += [0x74, 0x51]
  }
}
