import KindlingCore

/// The closed list of what a pickle may name.
///
/// None of it runs anything: each stands for a piece of
/// data that the unpickler knows how to make.
enum PickleGlobal {
  case orderedDict
  case rebuildTensor
  case rebuildParameter
  case size
  case encode
  case storage(DType)
  case dtype(DType)

  /// What `module` calls `name`, or the reason why it is refused.
  init(_ module: String, _ name: String) throws {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    case ("_codecs", "encode"): self = .encode
    case ("torch", _):
      if let dtype = PickleGlobal.storages[name] {
        self = .storage(dtype)
      } else if let dtype = DType.allCases.first(where: { $0.description == name }) {
        self = .dtype(dtype)
      } else {
        throw PickleGlobal.refusal(module, name)
      }
    default: throw PickleGlobal.refusal(module, name)
    }
  }

  private static let storages: [String: DType] = Dictionary(
    uniqueKeysWithValues: DType.allCases.map { ($0.storageName, $0) })

  /// Data of PyTorch's that Kindling has no counterpart for.
  private static let unsupported: [String: String] = [
    "torch.ComplexFloatStorage": "complex64 tensors",
    "torch.ComplexDoubleStorage": "complex128 tensors",
    "torch.ComplexHalfStorage": "complex32 tensors", "torch.complex64": "the dtype complex64",
    "torch.complex128": "the dtype complex128",
    "torch._utils._rebuild_tensor_v3": "tensors of a newer dtype (uint16, uint32, uint64, float8)",
    "torch._utils._rebuild_sparse_tensor": "sparse tensors",
    "torch._utils._rebuild_qtensor": "quantized tensors",
    "torch._utils._rebuild_nested_tensor": "nested tensors",
    "torch._utils._rebuild_meta_tensor_no_storage": "tensors without memory (meta)",
    "torch._utils._rebuild_device_tensor_from_numpy": "tensors of another device",
    "torch._tensor._rebuild_from_type_v2": "tensors of a subclass, or with attributes",
    "torch.device": "devices",
  ]

  private static func refusal(_ module: String, _ name: String) -> CheckpointError {
    // Names come from the file: a hostile one must not fill the screen.
    let full = "\(module.prefix(100)).\(name.prefix(100))"
    if let what = unsupported[full] {
      return CheckpointError(
        .unsupported, "the file holds \(what) (\(full)), which Kindling does not have")
    }
    if module == "torch" && name.hasSuffix("Storage") {
      return CheckpointError(.unsupported, "unknown storage type \(full)")
    }
    if module.hasPrefix("torch.nn.modules") || module == "__main__" {
      return CheckpointError(
        .unsafe,
        "refused: the file holds an object of class \(full), so a whole model was saved; save its state_dict() instead"
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
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .size: "torch.Size"
    case .encode: "_codecs.encode"
    case .storage(let dtype): "torch.\(dtype.storageName)"
    case .dtype(let dtype): "torch.\(dtype)"
    }
  }
}

extension DType {
  /// The name of PyTorch's class of storages of this dtype.
  var storageName: String { "\(scalarName)Storage" }
}
