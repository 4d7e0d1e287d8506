public import KindlingCore

/// Writes the tensors of `stateDict` to a `.pth` file, which `torch.load` reads too
/// (PyTorch: `torch.save(model.state_dict(), path)`).
///
/// The file is written beside its place and put there when it is whole and on disk: at no moment is
/// there half a file, and whatever fails leaves the old one. Tensors that share memory still share
/// it when loaded.
///
/// - Throws: ``CheckpointError`` where the file cannot be written.
public func save(_ stateDict: StateDict, to path: String) throws {
  try save(CheckpointValue(stateDict), to: path)
}

/// Writes `value`, such as a dictionary of a model's and an optimizer's state, to a `.pth` file
/// (PyTorch: `torch.save`).
///
/// - Throws: ``CheckpointError`` where the file cannot be written, where a dictionary's key is no
///   plain value, or where tensors of two dtypes share memory.
public func save(_ value: CheckpointValue, to path: String) throws {
  try CheckpointError.naming(path) { try CheckpointWriter.write(value, to: path) }
}

/// Writes one tensor to a `.pth` file (PyTorch: `torch.save(tensor, path)`).
public func save(_ tensor: Tensor, to path: String) throws { try save(.tensor(tensor), to: path) }

/// Reads what a `.pth` file holds (PyTorch: `torch.load(path, weights_only=True)`).
///
/// The file is data: nothing in it is run, and what is not tensors, numbers, texts, lists or
/// dictionaries is refused. Tensors lie in the mapped file, without a copy; writing to them does not
/// change it. While they are in use the file must not be cut short in place; replacing it, as
/// ``save(_:to:)`` does, is fine.
///
/// - Parameters:
///   - path: the file.
///   - device: where the tensors go; nil means where they were saved from.
///   - verify: compare checksums, which reads the whole file.
/// - Returns: the value, whose dictionaries keep their order.
/// - Throws: ``CheckpointError`` where the file is absent, damaged, unsafe, or of another kind.
public func load(_ path: String, device: Device? = nil, verify: Bool = true) throws
  -> CheckpointValue
{
  try CheckpointError.naming(path) {
    let reader = try CheckpointReader(path, verify: verify)
    return try reader.graph.value(reader.tensors(on: device))
  }
}

/// Reads the tensors that a `.pth` file holds by name (PyTorch: `torch.load`, for a state dict).
///
/// - Throws: ``CheckpointError``, also `.content` where the file holds something else than a
///   dictionary of tensors; see ``load(_:device:verify:)``.
public func loadStateDict(
  from path: String, device: Device? = nil, verify: Bool = true
) throws -> StateDict {
  let value = try load(path, device: device, verify: verify)
  return try CheckpointError.naming(path) {
    if let stateDict = value.stateDict { return stateDict }
    guard let pairs = value.pairs else {
      throw CheckpointError(
        .content, "expected a dictionary of tensors; use load(_:) for other values")
    }
    let inner = pairs.compactMap { $0.value.pairs == nil ? nil : $0.key.stringValue }
    let hint = inner.map { "load(path)[\"\($0)\"]" }.joined(separator: ", ")
    let others = pairs.filter { $0.value.tensorValue == nil }.map { "\($0.key)" }.prefix(10)
    throw CheckpointError(
      .content,
      "expected a dictionary of tensors, but there are other values under \(others.joined(separator: ", "))"
        + (hint.isEmpty ? "" : "; the one meant may be \(hint)"))
  }
}

/// What is known of a tensor in a checkpoint before it is loaded.
public struct CheckpointEntry: Sendable {
  /// The keys that lead to it, joined by dots.
  public let key: String
  /// The size of each dimension.
  public let shape: [Int]
  /// The type of the elements.
  public let dtype: DType
  /// The bytes its elements take.
  public let byteCount: Int
}

/// Lists the tensors of a `.pth` file without loading them.
///
/// - Throws: ``CheckpointError``, as ``load(_:device:verify:)``; checksums of tensors are not compared.
public func inspect(_ path: String) throws -> [CheckpointEntry] {
  try CheckpointError.naming(path) {
    let reader = try CheckpointReader(path, verify: false)
    var entries: [CheckpointEntry] = []
    try reader.graph.visitTensors { key, tensor in
      entries.append(
        CheckpointEntry(
          key: key, shape: tensor.shape, dtype: tensor.dtype,
          byteCount: tensor.numel * tensor.dtype.byteSize))
    }
    return entries
  }
}
