import KindlingCore

/// A NumPy number or array as described in a pickle.
struct PickledArray {
  let bytes: [UInt8]
  let type: StoredType
  let bigEndian: Bool
  let shape: [Int]
  var columnMajor = false
  /// Whether it is a number instead of an array.
  var isScalar = false

  /// The shape of the tensor, with complex numbers as pairs.
  var readShape: [Int] { type.reading == .pairs ? shape + [2] : shape }

  /// Returns the number, or the array as a tensor; nil for a number that Kindling cannot represent.
  func value() throws -> CheckpointValue? {
    let memory = try bytes.withUnsafeBytes { bytes in
      try bytes.isEmpty ? HostBytes(byteCount: 0) : FileSource(copying: bytes).memory()
    }
    let elements = StoredElements(range: 0..<bytes.count, type: type, bigEndian: bigEndian)
    let storages: [Storage]
    do {
      storages = try ElementReader.read([elements], in: FileSource(memory), verify: false)
    } catch let error as CheckpointError where error.kind == .unsupported {
      return nil
    }
    let tensor = type.tensor(storages[0], shape, columnMajor: columnMajor)
    if !isScalar { return .tensor(tensor) }
    if type.reading == .pairs {
      return .tuple(try tensor.toArray(as: Double.self).map { .double($0) })
    }
    if type.dtype == .bool { return .bool(try tensor.item() != 0) }
    if type.dtype.isFloatingPoint { return .double(try tensor.item()) }
    return .int(try tensor.toArray(as: Int.self)[0])
  }
}

extension PickleGraph {
  /// Returns object `number` if it is a NumPy number or array that tensors can hold.
  func array(_ number: Int) -> PickledArray? {
    let object = objects[number]
    guard object.form == .call, let arguments = object.arguments.map({ sequences[$0] }) else {
      return nil
    }
    let name = object.className.replacingCore
    switch name {
    case "numpy.core.multiarray.scalar":
      guard arguments.count == 2, let (type, bigEndian) = numPyType(arguments[0]),
        case .bytes(let bytes) = arguments[1], bytes.count == type.byteSize
      else { return nil }
      return PickledArray(
        bytes: bytes, type: type, bigEndian: bigEndian, shape: [], isScalar: true)
    case "numpy.core.multiarray._reconstruct":
      // The state: (version, shape, type, whether in Fortran order, bytes).
      guard case .global(let of) = arguments.first, of.name == "numpy.ndarray",
        case .tuple(let state) = object.state, sequences[state].count == 5,
        case .bool(let columnMajor) = sequences[state][3],
        case .bytes(let bytes) = sequences[state][4]
      else { return nil }
      return array(bytes, sequences[state][1], sequences[state][2], columnMajor)
    case "numpy.core.numeric._frombuffer":
      guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
        case .string(let order) = arguments[3]
      else { return nil }
      return array(bytes, arguments[2], arguments[1], order.text == "F")
    default: return nil
    }
  }

  private func array(
    _ bytes: [UInt8], _ shape: PickleValue, _ type: PickleValue, _ columnMajor: Bool
  ) -> PickledArray? {
    guard case .tuple(let number) = shape, let (type, bigEndian) = numPyType(type) else {
      return nil
    }
    let sizes = sequences[number].compactMap { if case .int(let size) = $0 { size } else { nil } }
    guard sizes.count == sequences[number].count, sizes.count <= 64,
      (try? type.byteCount(sizes, "")) == bytes.count
    else { return nil }
    return PickledArray(
      bytes: bytes, type: type, bigEndian: bigEndian, shape: sizes, columnMajor: columnMajor)
  }

  /// Returns the type for `dtype('f8')` with the state `(3, '<', …)`.
  private func numPyType(_ value: PickleValue) -> (type: StoredType, bigEndian: Bool)? {
    guard case .object(let number) = value, objects[number].className == "numpy.dtype",
      let arguments = objects[number].arguments.map({ sequences[$0] }),
      case .string(let descr) = arguments.first, let type = NpyHeader.type(descr.text),
      case .tuple(let state) = objects[number].state, sequences[state].count >= 2,
      case .string(let order) = sequences[state][1]
    else { return nil }
    return (type, order.text == ">")
  }
}

extension String {
  /// The function name with NumPy 2's module replaced by NumPy 1's.
  fileprivate var replacingCore: String {
    hasPrefix("numpy._core.") ? "numpy.core." + dropFirst("numpy._core.".count) : self
  }
}
