public import KindlingCore
public import KindlingNN

/// Saves a whole model: its classes, attributes, parameters and buffers
/// (PyTorch: `torch.save(model, path)`).
///
/// PyTorch can load it if it has the classes: those of `torch.nn`, and those that its script
/// defines under their registered names. `notes` are plain values stored beside the model, such as
/// the names of its classes; see ``loadNotes(from:)``.
///
/// - Throws: ``CheckpointError`` if the file cannot be written, or a class of Kindling has no saved
///   form; `TensorError` if the model contains modules that are not found.
public func save(
  _ model: Module, to path: String, container: CheckpointContainer = .zip,
  notes: CheckpointValue = .none
) throws {
  try CheckpointError.naming(path) {
    try CheckpointWriter.write(to: path, container, notes: notes) { try $0.put(model) }
  }
}

/// Loads a whole model saved by ``save(_:to:container:notes:)-(Module,_,_,_)`` or PyTorch
/// (PyTorch: `torch.load(path, weights_only=False)`).
///
/// Built-in layers only need the file; other classes must be registered first, see
/// ``ModuleRegistry``. No code in the file is run. With `mapped`, parameters may use the mapped
/// file, with the risks described in ``load(_:device:verify:mapped:)``. The model is loaded to
/// `device`, regardless of where it was saved. `key` selects an entry of a saved dictionary, as in
/// `torch.save({"model": model, "epoch": 3}, path)`.
///
/// - Throws: ``CheckpointError`` if the file is damaged, asks for a call, or names a class that is
///   not registered (the error says how to register it). It also throws if the model is not a
///   `Layer`: use ``loadModel(from:key:as:device:verify:mapped:)`` then.
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

/// Loads a whole model as the type `M`; see ``loadModel(from:key:device:verify:mapped:)``.
///
/// - Throws: ``CheckpointError``, also if the model is not an `M`.
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

/// Loads the model in `file`.
package func loadModel(
  in file: FileSource, key: String? = nil, device: Device = .cpu, verify: Bool = false
) throws -> Module {
  let checkpoint = try CheckpointReader(file, verify: verify)
  return try ModuleReader(checkpoint, key: key, on: device).model()
}

/// Loads the state dict of a whole model; no class has to be registered.
///
/// `key` selects an entry of a saved dictionary.
///
/// - Throws: ``CheckpointError`` if the file is damaged, asks for a call, or does not contain a
///   model.
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
