import KindlingCore

/// The closed list of what a pickle may name.
///
/// None of it runs anything: each stands for a piece of
/// data that the unpickler knows how to make.
enum PickleGlobal {
  case orderedDict
  /// A dictionary of counts, as a schedule's milestones are.
  case counter
  case rebuildTensor
  /// Of bytes, with the dtype among the arguments.
  case rebuildTensorOfBytes
  /// Before PyTorch 0.4, without requires_grad and hooks.
  case rebuildOldTensor
  case rebuildParameter
  /// With attributes of its own, which are left out.
  case rebuildParameterWithState
  /// The same for tensors: another constructor, a class and its arguments.
  case rebuildOfClass
  /// The class of tensors that are of no subclass.
  case tensorClass
  case size
  case encode
  case bytearray
  case set
  case complex
  case device
  case layout
  case storage(StoredType)
  /// Bytes, of which the tensors say what they are.
  case untypedStorage
  case dtype(DType)
  /// A dtype that is read as another.
  case storedType(StoredType)
  /// A name of no meaning here: a class, where whole models are read, and nothing to call.
  case foreign(String)

  /// What `module` calls `name`, or the reason why it is refused.
  ///
  /// With `inModules` whole models are read, whose classes' names are data.
  init(_ module: String, _ name: String, inModules: Bool) throws {
    switch (module, name) {
    case ("__builtin__", "set"), ("builtins", "set"): self = .set
    case ("__builtin__", "complex"), ("builtins", "complex"): self = .complex
    case ("__builtin__", "bytearray"), ("builtins", "bytearray"): self = .bytearray
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
        self = .storage(type)
      } else if let dtype = DType.allCases.first(where: { $0.description == name }) {
        self = .dtype(dtype)
      } else if let type = PickleGlobal.storedTypes[name] {
        self = .storedType(type)
      } else {
        self = try PickleGlobal.stranger(module, name, inModules)
      }
    default: self = try PickleGlobal.stranger(module, name, inModules)
    }
  }

  private static func stranger(
    _ module: String, _ name: String, _ inModules: Bool
  ) throws -> PickleGlobal {
    // What makes tensors is no class of a module.
    guard inModules, unsupported["\(module).\(name)"] == nil else { throw refusal(module, name) }
    return .foreign("\(module.prefix(200)).\(name.prefix(200))")
  }

  private static let storages: [String: StoredType] = {
    var storages: [String: StoredType] = [
      "ComplexHalfStorage": .complex32, "ComplexFloatStorage": .complex64,
      "ComplexDoubleStorage": .complex128,
    ]
    for dtype in DType.allCases { storages[dtype.storageName] = StoredType(dtype) }
    return storages
  }()

  private static let storedTypes: [String: StoredType] = [
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e4m3fn": .float8e4m3,
    "float8_e5m2": .float8e5m2,
  ]

  /// Data of PyTorch's that Kindling has no counterpart for.
  private static let unsupported: [String: String] = [
    "torch._utils._rebuild_sparse_tensor": "sparse tensors",
    "torch._utils._rebuild_qtensor": "quantized tensors",
    "torch._utils._rebuild_nested_tensor": "nested tensors",
    "torch._utils._rebuild_meta_tensor_no_storage": "tensors without memory (meta)",
    "torch._utils._rebuild_device_tensor_from_numpy": "tensors of another device",
  ]

  private static let dtypeFamilies = ["bits", "complex", "float", "int", "qint", "quint", "uint"]

  /// Why the tensors' type that `name` stands for is not read; nil where it is none.
  static func refusal(ofType name: String) -> CheckpointError? {
    guard name.hasPrefix("torch.") else { return nil }
    let name = String(name.dropFirst(6))
    let isType = name.hasSuffix("Storage") || dtypeFamilies.contains(where: name.hasPrefix)
    return isType ? refusal("torch", name) : nil
  }

  /// What is said of tensors of `name`, a class that PyTorch does not have.
  static func refusal(ofTensorClass name: String) -> CheckpointError {
    CheckpointError(
      .unsupported,
      "the file holds tensors of the class \(name.prefix(200)); those of torch.Tensor alone are read"
    )
  }

  static func refusal(_ module: String, _ name: String) -> CheckpointError {
    // Names come from the file: a hostile one must not fill the screen.
    let full = "\(module.prefix(100)).\(name.prefix(100))"
    if let what = unsupported[full] {
      return CheckpointError(
        .unsupported, "the file holds \(what) (\(full)), which Kindling does not have")
    }
    if module == "torch", dtypeFamilies.contains(where: name.hasPrefix) {
      return CheckpointError(
        .unsupported, "the file holds the dtype \(name.prefix(100)), which Kindling does not have")
    }
    if module == "torch" && name.hasSuffix("Storage") {
      return CheckpointError(.unsupported, "unknown storage type \(full)")
    }
    let holdsClasses = ["torch.nn.modules", "torchvision.models"].contains(where: module.hasPrefix)
    if holdsClasses || module == "__main__" {
      return CheckpointError(
        .unsafe,
        "refused: the file holds an object of class \(full), so a whole model was saved; read it with loadModel(from:), with its key where it lies in a dictionary (loadModel(from:key:)), or save its state_dict() instead"
      )
    }
    return CheckpointError(
      .unsafe,
      "refused: the file asks for \(full), and a checkpoint may hold only tensors, numbers, texts, lists and dictionaries. Nothing was run."
    )
  }

  /// As Python names it, for messages.
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
    case .bytearray: "bytearray"
    case .set: "set"
    case .complex: "complex"
    case .device: "torch.device"
    case .layout: "torch.serialization._get_layout"
    case .storage(let type): "torch.\(type.dtype.storageName)"
    case .untypedStorage: "torch.storage.UntypedStorage"
    case .storedType: "torch.dtype"
    case .dtype(let dtype): "torch.\(dtype)"
    case .foreign(let name): name
    }
  }
}

extension DType {
  /// The name of PyTorch's class of storages of this dtype.
  var storageName: String { "\(scalarName)Storage" }
}
