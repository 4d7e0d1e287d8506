import KindlingCore

/// A global name in a pickle.
///
/// None of them runs code: each stands for data that the unpickler can create, or is kept as a
/// name.
enum PickleGlobal {
  case orderedDict
  /// A dictionary of counts, such as the milestones of a schedule.
  case counter
  case rebuildTensor
  /// A tensor of bytes, with the dtype among the arguments.
  case rebuildTensorOfBytes
  /// A tensor before PyTorch 0.4, without requires_grad and hooks.
  case rebuildOldTensor
  case rebuildParameter
  /// A parameter with additional attributes, which are ignored.
  case rebuildParameterWithState
  /// A tensor of a subclass: another constructor, a class and its arguments.
  case rebuildOfClass
  /// The class of tensors without a subclass.
  case tensorClass
  case size
  case encode
  /// The types `bytes` and `bytearray`.
  case bytes
  case set
  case complex
  case device
  case layout
  case storage(StoredType, name: String)
  /// Untyped bytes, whose type the tensors determine.
  case untypedStorage
  case dtype(DType)
  /// A dtype that is read as another.
  case storedType(StoredType)
  /// A name without a special meaning.
  case foreign(PythonName)

  /// Creates the global `name` of `module`.
  ///
  /// - Throws: ``CheckpointError`` `.unsafe` for a name that no honest file contains.
  init(_ module: String, _ name: String) throws {
    switch (module, name) {
    case ("__builtin__", "set"), ("builtins", "set"): self = .set
    case ("__builtin__", "frozenset"), ("builtins", "frozenset"): self = .set
    case ("__builtin__", "complex"), ("builtins", "complex"): self = .complex
    case ("__builtin__", "bytearray"), ("builtins", "bytearray"): self = .bytes
    case ("__builtin__", "bytes"), ("builtins", "bytes"): self = .bytes
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("collections", "Counter"): self = .counter
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorOfBytes
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildOldTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch._utils", "_rebuild_parameter_with_state"): self = .rebuildParameterWithState
    case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildOfClass
    case ("torch", "Tensor"): self = .tensorClass
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch.serialization", "_get_layout"): self = .layout
    case ("torch.storage", "UntypedStorage"): self = .untypedStorage
    case ("_codecs", "encode"): self = .encode
    case ("torch", _):
      if let type = PickleGlobal.storages[name] {
        self = .storage(type, name: name)
      } else if let dtype = DType.allCases.first(where: { $0.description == name }) {
        self = .dtype(dtype)
      } else if let type = PickleGlobal.storedTypes[name] {
        self = .storedType(type)
      } else {
        self = try PickleGlobal.stranger(module, name)
      }
    default: self = try PickleGlobal.stranger(module, name)
    }
  }

  private static func stranger(_ module: String, _ name: String) throws -> PickleGlobal {
    if UnsafeNames.contains(module, name) { throw refusal(module, name) }
    return .foreign(PythonName(module, name))
  }

  private static let storages: [String: StoredType] = {
    var storages: [String: StoredType] = [
      "ComplexHalfStorage": .complex32, "ComplexFloatStorage": .complex64,
      "ComplexDoubleStorage": .complex128,
    ]
    // The elements of quantized tensors, as their stored integers.
    storages["QInt8Storage"] = StoredType(.int8)
    storages["QInt32Storage"] = StoredType(.int32)
    for name in ["QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage"] {
      storages[name] = StoredType(.uint8)
    }
    for dtype in DType.allCases { storages[dtype.storageName] = StoredType(dtype) }
    return storages
  }()

  private static let storedTypes: [String: StoredType] = [
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e4m3fn": .float8e4m3,
    "float8_e5m2": .float8e5m2,
  ]

  /// Returns the error for a storage of the class `name` that cannot be read.
  static func refusal(ofStorage name: String) -> CheckpointError {
    CheckpointError(.unsupported, "unknown storage type \(name.prefix(200))")
  }

  /// Returns the error for a name that a pickle must not have.
  static func refusal(_ module: String, _ name: String) -> CheckpointError {
    // Names come from the file: a malicious one must not flood the output.
    CheckpointError(
      .unsafe,
      "refused: the file asks for \(module.prefix(100)).\(name.prefix(100)), and a checkpoint holds data alone. Nothing was run."
    )
  }

  /// Returns the error for a module where plain data is expected.
  static func refusal(ofModel name: String) -> CheckpointError {
    CheckpointError(
      .unsafe,
      "refused: the file holds an object of class \(name.prefix(200)), so a whole model was saved; read it with loadModel(from:), with its key where it lies in a dictionary (loadModel(from:key:)), or save its state_dict() instead"
    )
  }

  /// The module and the name in it.
  var path: PythonName {
    if case .foreign(let path) = self { return path }
    guard let dot = name.lastIndex(of: ".") else { return PythonName("builtins", name) }
    return PythonName(String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  /// Python's name, for messages.
  var name: String {
    switch self {
    case .orderedDict: "collections.OrderedDict"
    case .counter: "collections.Counter"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .rebuildTensorOfBytes: "torch._utils._rebuild_tensor_v3"
    case .rebuildOldTensor: "torch._utils._rebuild_tensor"
    case .rebuildParameterWithState: "torch._utils._rebuild_parameter_with_state"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .rebuildOfClass: "torch._tensor._rebuild_from_type_v2"
    case .tensorClass: "torch.Tensor"
    case .size: "torch.Size"
    case .encode: "_codecs.encode"
    case .bytes: "bytes"
    case .set: "set"
    case .complex: "complex"
    case .device: "torch.device"
    case .layout: "torch.serialization._get_layout"
    case .storage(_, let name): "torch.\(name)"
    case .untypedStorage: "torch.storage.UntypedStorage"
    case .storedType(let type):
      "torch.\(PickleGlobal.storedTypes.first { $0.value == type }?.key ?? "dtype")"
    case .dtype(let dtype): "torch.\(dtype)"
    case .foreign(let name): name.full
    }
  }
}

extension DType {
  /// The name of PyTorch's storage class of this dtype.
  var storageName: String { "\(scalarName)Storage" }
}
