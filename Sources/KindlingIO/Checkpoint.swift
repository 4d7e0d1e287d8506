public import KindlingCore

/// The forms that PyTorch gives checkpoint files; both are read and written.
public enum CheckpointContainer: Sendable {
  /// A zip file, PyTorch's own since version 1.6.
  case zip
  /// A sequence of pickles, for programs older than that
  /// (PyTorch: `_use_new_zipfile_serialization=False`). It has no checksums and is never mapped.
  case legacy
}

/// Writes the tensors of `stateDict` to a `.pth` file, which `torch.load` reads too
/// (PyTorch: `torch.save(model.state_dict(), path)`).
///
/// The file is written beside its place and put there when it is whole and on disk: at no moment is
/// there half a file, and whatever fails leaves the old one. Tensors that share memory still share
/// it when loaded.
/// `notes` are plain values beside the tensors, such as the names of classes, which PyTorch does not
/// see; see ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` where the file cannot be written.
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

/// Writes `value`, such as a dictionary of a model's and an optimizer's state, to a `.pth` file
/// (PyTorch: `torch.save`).
///
/// `notes` are plain values beside it, which PyTorch does not see; see ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` where the file cannot be written, where a dictionary's key is no
///   plain value, or where tensors of two dtypes share memory.
public func save(
  _ value: CheckpointValue, to path: String, container: CheckpointContainer = .zip,
  notes: CheckpointValue = .none
) throws {
  try CheckpointError.naming(path) {
    try CheckpointWriter.write(to: path, container, notes: notes) { try $0.put(value) }
  }
}

/// Writes one tensor to a `.pth` file (PyTorch: `torch.save(tensor, path)`).
public func save(_ tensor: Tensor, to path: String) throws { try save(.tensor(tensor), to: path) }

/// Reads what a `.pth` file holds (PyTorch: `torch.load(path, weights_only=True)`).
///
/// The file is data: nothing in it is run. Numbers and arrays of NumPy's are read as numbers and
/// tensors. An object of any other class is a ``CheckpointValue/opaque(_:)`` value that says what the
/// file says of it. Complex tensors are read as real ones with a last dimension of 2
/// (PyTorch: `torch.view_as_real`). The tensors have memory of their own: what happens to the file
/// afterwards changes nothing.
///
/// - Parameters:
///   - path: The file.
///   - device: The device the tensors go to; nil means the one they were saved from.
///   - verify: Whether to compare checksums.
///   - mapped: Whether tensors may lie in the mapped file, without a copy, where the form of the file
///     allows (PyTorch: `mmap=True`). Writing to them does not change the file. But what is done to
///     the file while they are in use changes their values, and a file that is cut short in place ends
///     the process. Replacing it, as `save` does, is safe.
/// - Returns: the value, whose dictionaries keep their order.
/// - Throws: ``CheckpointError`` where the file is absent, damaged, unsafe, or of another kind.
public func load(
  _ path: String, device: Device? = nil, verify: Bool = true, mapped: Bool = false
) throws -> CheckpointValue {
  try CheckpointError.naming(path) {
    try CheckpointReader(FileSource(path, mapped: mapped), verify: verify).value(on: device)
  }
}

/// Reads the tensors that a `.pth` file holds by name (PyTorch: `torch.load`, for a state dict).
///
/// - Throws: ``CheckpointError``, also `.content` where the file holds something else than a
///   dictionary of tensors; see ``load(_:device:verify:mapped:)``.
public func loadStateDict(
  from path: String, device: Device? = nil, verify: Bool = true, mapped: Bool = false
) throws -> StateDict {
  let value = try load(path, device: device, verify: verify, mapped: mapped)
  return try CheckpointError.naming(path) {
    if let stateDict = value.stateDict { return stateDict }
    guard let pairs = value.pairs else {
      throw CheckpointError(
        .content, "expected a dictionary of tensors; use load(_:) for other values")
    }
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
      "expected a dictionary of tensors, but there are other values under \(others.joined(separator: ", "))"
        + (hint.isEmpty ? "; load(path) reads them too" : "; the one meant may be \(hint)"))
  }
}
