import KindlingCore
import KindlingNN

/// Makes modules of what a checkpoint describes.
final class ModuleReader {
  let graph: PickleGraph
  let tensors: [Tensor]
  /// Modules by the number of their object; nil inside for one under way.
  private var made: [Int: Module?] = [:]

  /// More modules than any model has; what has them is a small file that repeats itself.
  private static let maximumCount = 100_000

  private let device: Device

  init(_ checkpoint: CheckpointReader, on device: Device) throws {
    graph = checkpoint.graph
    tensors = try checkpoint.tensors(on: device)
    self.device = device
  }

  /// The tensors of the module that the file holds by path, and the modules, parents first.
  func content() throws -> (root: Int, state: StateDict, order: [(path: String, number: Int)]) {
    guard case .object(let root) = graph.root else {
      throw CheckpointError(
        .content,
        "the file holds a \(graph.root.kind), not a model saved whole; read it with load(_:)")
    }
    var state = StateDict()
    var order: [(path: String, number: Int)] = []
    try collect(root, "", [], &state, &order)
    return (root, state, order)
  }

  /// The module that the file holds, with its tensors and its modes.
  func model() throws -> Module {
    let (root, state, order) = try content()
    // What layers draw on the way is replaced: the default generator is left where it stands.
    let model = try withDefaultGenerator(Generator()) { try module(root, depth: 0) }
    do { try model.adoptState(state) } catch let error as TensorError {
      throw CheckpointError(.content, error.message)
    }
    for (path, number) in order {
      guard let part = try? model.getSubmodule(path),
        let attributes = graph.objects[number].attributes,
        case .bool(let mode) = graph.dictionaries[attributes]["training"]
      else { continue }
      part.train(mode)
    }
    // What the file does not hold, such as buffers that state dicts leave out, was made here.
    return try model.to(device)
  }

  /// The module that object `number` describes, made once.
  func module(_ number: Int, depth: Int) throws -> Module {
    guard depth <= PickleGraph.maximumDepth else {
      throw CheckpointError(
        .unsupported, "modules are nested more than \(PickleGraph.maximumDepth) levels deep")
    }
    if let known = made[number] {
      guard let known else {
        throw CheckpointError(.unsupported, "a module contains itself (a cycle)")
      }
      return known
    }
    made[number] = .some(nil)
    let saved = try SavedModule(self, number, depth: depth)
    guard let form = ModuleRegistry.form(named: saved.className) else {
      throw ModuleReader.unregistered(saved.className)
    }
    let module = try form.make(saved)
    do { try module.checkInitialization() } catch let error as TensorError {
      throw CheckpointError(.content, error.message)
    }
    made[number] = module
    return module
  }

  static func unregistered(_ name: String) -> CheckpointError {
    if name.hasPrefix("torchvision.models.") {
      return CheckpointError(
        .unsupported,
        "the class \(name) is not registered: call ModuleRegistry.registerVisionModels() of KindlingVision before loading, if it is a VGG or a ResNet"
      )
    }
    let type = name.split(separator: ".").last ?? ""
    return CheckpointError(
      .unsupported,
      "the class \(name) is not registered: call ModuleRegistry.register(\(type).self, as: \"\(name)\") { saved in … } before loading, or save and load its stateDict()"
    )
  }

  /// Gathers the tensors below object `number` by path, and the objects on the way, parents first.
  private func collect(
    _ number: Int, _ path: String, _ ancestors: Set<Int>, _ state: inout StateDict,
    _ order: inout [(path: String, number: Int)]
  ) throws {
    guard !ancestors.contains(number) else {
      throw CheckpointError(.unsupported, "a module contains itself (a cycle)")
    }
    guard order.count < Self.maximumCount, ancestors.count <= PickleGraph.maximumDepth else {
      throw CheckpointError(
        .unsafe, "refused: the file has more modules, or deeper ones, than any model")
    }
    order.append((path, number))
    let saved = try SavedModule(self, number, depth: ancestors.count)
    let prefix = path.isEmpty ? "" : "\(path)."
    let hidden = try transientBuffers(saved)
    for place in ["_parameters", "_buffers"] {
      for (key, value) in saved.members(place)?.pairs ?? [] {
        guard case .string(let name) = key, case .tensor(let tensor) = value, !hidden.contains(name)
        else { continue }
        let record = graph.tensors[tensor]
        // A view that repeats few elements many times would be made whole by the first step.
        guard record.numel <= graph.storages[record.storage].count else {
          throw CheckpointError(
            .unsafe, "refused: the tensor \(prefix)\(name) shows more elements than the file holds")
        }
        state[prefix + name] = tensors[tensor]
      }
    }
    for (key, value) in saved.members("_modules")?.pairs ?? [] {
      guard case .string(let name) = key, case .object(let child) = value else { continue }
      try collect(child, prefix + name, ancestors.union([number]), &state, &order)
    }
  }

  /// The names of buffers that state dicts leave out.
  private func transientBuffers(_ saved: SavedModule) throws -> Set<String> {
    guard case .dictionary(let number) = saved.attributes["_non_persistent_buffers_set"] else {
      return []
    }
    return Set(
      graph.dictionaries[number].pairs.compactMap {
        if case .string(let s) = $0.key { s } else { nil }
      })
  }
}
