public import KindlingCore

/// The container format of a PyTorch checkpoint; both are read and written.
public enum CheckpointContainer: Sendable {
  /// A zip file, PyTorch's format since version 1.6.
  case zip
  /// A sequence of pickles, for older programs (PyTorch: `_use_new_zipfile_serialization=False`).
  ///
  /// It has no checksums and is never mapped.
  case legacy
}

/// Saves the tensors of `stateDict` to a `.pth` file, which `torch.load` also reads
/// (PyTorch: `torch.save(model.state_dict(), path)`).
///
/// The file is replaced atomically when the new one is complete and on disk: a failure leaves the
/// old file. Tensors that share memory still share it when loaded. `notes` are plain values stored
/// beside the tensors, such as the names of classes. PyTorch ignores them; see
/// ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` if the file cannot be written.
public func save(
  _ stateDict: StateDict, to path: String, container: CheckpointContainer = .zip,
  notes: CheckpointValue = .none
) throws {
  try CheckpointError.naming(path) {
    try CheckpointWriter.write(to: path, container, notes: notes) {
      try $0.put(CheckpointValue(stateDict))
    }
  }
}

/// Saves `value`, such as a dictionary of a model's and an optimizer's state, to a `.pth` file
/// (PyTorch: `torch.save`).
///
/// `notes` are plain values stored beside it, which PyTorch ignores; see ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` if the file cannot be written, if a dictionary's key is not a
///   plain value, or if tensors of two dtypes share memory.
public func save(
  _ value: CheckpointValue, to path: String, container: CheckpointContainer = .zip,
  notes: CheckpointValue = .none
) throws {
  try CheckpointError.naming(path) {
    try CheckpointWriter.write(to: path, container, notes: notes) { try $0.put(value) }
  }
}

/// Saves one tensor to a `.pth` file (PyTorch: `torch.save(tensor, path)`).
public func save(_ tensor: Tensor, to path: String) throws { try save(.tensor(tensor), to: path) }

/// Loads the content of a `.pth` file (PyTorch: `torch.load(path, weights_only=True)`).
///
/// The file is data: no code in it is run. NumPy numbers and arrays are loaded as numbers and
/// tensors. An object of any other class is loaded as a `CheckpointValue.opaque` value with
/// its description. Complex tensors are loaded as real ones with a last dimension of 2
/// (PyTorch: `torch.view_as_real`). The tensors have their own memory, so later changes of the file
/// do not affect them.
///
/// - Parameters:
///   - path: The file.
///   - device: The device of the tensors; nil means the one from which they were saved.
///   - verify: Whether to check checksums.
///   - mapped: Whether tensors may use the mapped file without a copy, if the file format allows
///     (PyTorch: `mmap=True`). Writing to them does not change the file. However, changing the file
///     while they are in use changes their values, and truncating it ends the process. Replacing
///     the file, as `save` does, is safe.
/// - Returns: the value, whose dictionaries keep their order.
/// - Throws: ``CheckpointError`` if the file is missing, damaged, unsafe, or of another kind.
public func load(
  _ path: String, device: Device? = nil, verify: Bool = true, mapped: Bool = false
) throws -> CheckpointValue {
  try CheckpointError.naming(path) {
    try CheckpointReader(FileSource(path, mapped: mapped), verify: verify).value(on: device)
  }
}

/// Loads a dictionary of tensors from a `.pth` file (PyTorch: `torch.load`, for a state dict).
///
/// - Throws: ``CheckpointError``, also `.content` if the file does not contain a dictionary of
///   tensors; see ``load(_:device:verify:mapped:)``.
public func loadStateDict(
  from path: String, device: Device? = nil, verify: Bool = true, mapped: Bool = false
) throws -> StateDict {
  let value = try load(path, device: device, verify: verify, mapped: mapped)
  return try CheckpointError.naming(path) {
    if let stateDict = value.stateDict { return stateDict }
    let pairs = try require(
      value.pairs, .content, "expected a dictionary of tensors; use load(_:) for other values")
    let hint = pairs.compactMap { key, value -> String? in
      guard let name = key.stringValue?.prefix(100) else { return nil }
      if value.opaqueValue?.state?["_modules"] != nil {
        return "loadModelState(from: path, key: \"\(name)\")"
      }
      return value.pairs == nil ? nil : "load(path)[\"\(name)\"]"
    }.prefix(10).joined(separator: ", ")
    let others = pairs.filter { $0.value.tensorValue == nil }.map { "\($0.key)" }.prefix(10)
    throw CheckpointError(
      .content,
      "expected a dictionary of tensors, but there are other values under \(others.joined(separator: ", ")); \(hint.isEmpty ? "load(path) reads them too" : "the one meant may be \(hint)")"
    )
  }
}
