public import KindlingCore
public import KindlingNN

/// Writes a whole model: its classes, attributes, parameters and buffers
/// (PyTorch: `torch.save(model, path)`).
///
/// PyTorch makes the same model of it where it has the classes: those of `torch.nn`, and those that
/// its own script defines under the name they were registered with.
/// `notes` are plain values beside the model, such as the names of its classes; see ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` where the file cannot be written, or a class of Kindling's has no form
///   in files; `TensorError` where the model holds modules that are not found.
public func save(
  _ model: Module, to path: String, container: CheckpointContainer = .zip,
  notes: CheckpointValue = .none
) throws {
  try CheckpointError.naming(path) {
    try CheckpointWriter.write(to: path, container, notes: notes) { try $0.put(model) }
  }
}

/// Makes the model that ``save(_:to:container:notes:)-(Module,_,_,_)``, or PyTorch, has saved whole
/// (PyTorch: `torch.load(path, weights_only=False)`).
///
/// Built-in layers come from the file alone; other classes have to be registered first, see
/// ``ModuleRegistry``. Nothing that the file says is run. With `mapped`, parameters
/// may lie in the mapped file, with the hazards that ``load(_:device:verify:mapped:)`` describes. The
/// model goes to `device` wherever it was saved from. `key` says which entry it is of a dictionary that was saved,
/// as in `torch.save({"model": model, "epoch": 3}, path)`.
///
/// - Throws: ``CheckpointError`` where the file is damaged, asks for a call, or names a class that is
///   not registered (the error says how to register it), and where the model is no `Layer`: use
///   ``loadModel(from:key:as:device:verify:mapped:)`` for those.
public func loadModel(
  from path: String, key: String? = nil, device: Device = .cpu, verify: Bool = true,
  mapped: Bool = false
) throws -> any Layer {
  let model = try loadModel(
    from: path, key: key, as: Module.self, device: device, verify: verify, mapped: mapped)
  guard let layer = model as? any Layer else {
    throw CheckpointError(
      .content, path: path,
      "the model is a \(model.typeName), which is no Layer; load it with loadModel(from:as: \(model.typeName).self)"
    )
  }
  return layer
}

/// Makes the model that was saved whole, as what it is; see ``loadModel(from:key:device:verify:mapped:)``.
///
/// - Throws: ``CheckpointError``, also where the model is no `M`.
public func loadModel<M: Module>(
  from path: String, key: String? = nil, as type: M.Type, device: Device = .cpu,
  verify: Bool = true, mapped: Bool = false
) throws -> M {
  try CheckpointError.naming(path) {
    let file = try FileSource(path, mapped: mapped)
    let model = try loadModel(in: file, key: key, device: device, verify: verify)
    guard let model = model as? M else {
      throw CheckpointError(.content, "the model is a \(model.typeName), not a \(type)")
    }
    return model
  }
}

/// Makes the model that `file` holds.
package func loadModel(
  in file: FileSource, key: String? = nil, device: Device = .cpu, verify: Bool = false
) throws -> Module {
  let checkpoint = try CheckpointReader(file, verify: verify)
  return try ModuleReader(checkpoint, key: key, on: device).model()
}

/// The state dict of a model that was saved whole, whatever its classes: none has to be registered.
///
/// `key` says which entry it is of a dictionary that was saved.
///
/// - Throws: ``CheckpointError`` where the file is damaged, asks for a call, or holds no model.
public func loadModelState(
  from path: String, key: String? = nil, device: Device = .cpu, verify: Bool = true,
  mapped: Bool = false
) throws -> StateDict {
  try CheckpointError.naming(path) {
    let file = try FileSource(path, mapped: mapped)
    let checkpoint = try CheckpointReader(file, verify: verify)
    return try ModuleReader(checkpoint, key: key, on: device).content().state
  }
}
