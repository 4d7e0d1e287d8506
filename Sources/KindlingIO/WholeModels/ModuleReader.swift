import KindlingCore
import KindlingNN
import KindlingPlatform

/// A reader that creates modules from the description in a checkpoint.
final class ModuleReader {
  let graph: PickleGraph
  let tensors: [Tensor]
  /// The created modules by object number; an inner nil means under construction.
  private var made: [Int: Module?] = [:]
  /// A converter of attributes, each once for all modules that share it.
  private var converter: PickleConverter

  private let device: Device
  private let key: String?

  /// Creates a reader of the module in the file, or of the one under `key` of a dictionary.
  init(_ checkpoint: CheckpointReader, key: String?, on device: Device) throws {
    graph = checkpoint.graph
    tensors = try checkpoint.tensors(on: device)
    converter = PickleConverter(graph, tensors: tensors)
    (self.key, self.device) = (key, device)
  }

  /// Returns the object number of the model.
  private func root() throws -> Int {
    var (value, place) = (graph.root, "")
    if let key {
      guard case .dictionary(let number) = value else {
        throw CheckpointError(.content, "the file holds no dictionary; load it without a key")
      }
      let found = try require(
        graph.dictionaries[number][key], .content, "the file has no entry '\(key)'\(hint)")
      (value, place) = (found, " under '\(key)'")
    }
    guard case .object(let number) = value, graph.isModule(number) else {
      let kind =
        if case .object(let other) = value { graph.objects[other].className } else { value.kind }
      throw CheckpointError(
        .content,
        "the file holds a \(kind.prefix(200))\(place), not a model saved whole\(hint)")
    }
    return number
  }

  /// A hint in an error message that lists the models in a dictionary.
  private var hint: String {
    guard case .dictionary(let number) = graph.root else { return "; read it with load(_:)" }
    let models = graph.dictionaries[number].pairs.compactMap { key, value -> String? in
      guard case .string(let name) = key, case .object(let object) = value,
        graph.isModule(object)
      else { return nil }
      return "loadModel(from: path, key: \"\(name.text.prefix(100))\")"
    }
    if models.isEmpty { return "; read it with load(_:)" }
    return "; the one meant may be \(models.prefix(10).joined(separator: ", "))"
  }

  /// Returns the tensors of the module by path, and the modules, parents first.
  func content() throws -> (root: Int, state: StateDict, order: [(path: String, number: Int)]) {
    let root = try root()
    var state = StateDict()
    var order: [(path: String, number: Int)] = []
    var walk = ModuleWalk(graph)
    try walk.visit(root, "") { path, number, members in
      order.append((path, number))
      for (name, tensor) in members {
        let record = graph.tensors[tensor]
        // The first training step would materialize a view that repeats few elements many times.
        try require(
          record.numel <= graph.storages[record.storage].count, .unsafe,
          "refused: the tensor \(name) shows more elements than the file holds")
        state[name] = tensors[tensor]
      }
    }
    return (root, state, order)
  }

  /// Creates the module in the file, with its tensors and modes.
  func model() throws -> Module {
    let (root, state, order) = try content()
    // Random initial values are replaced, so the default generator is not used.
    let model = try withDefaultGenerator(Generator()) { try module(root, depth: 0) }
    do { try model.adoptState(state) } catch let error as TensorError {
      throw CheckpointError(.content, error.content)
    }
    let parts = Dictionary(
      model.allPaths().map { (ByteString($0.path), $0.module) }
    ) { first, _ in first }
    for (path, number) in order {
      guard let part = parts[ByteString(path)],
        let attributes = graph.objects[number].attributes,
        case .bool(let mode) = graph.dictionaries[attributes]["training"]
      else { continue }
      part.train(mode)
    }
    // Tensors that are not in the file, such as non-persistent buffers, were created here.
    return try model.to(device)
  }

  /// Returns the value of an attribute.
  func value(of attribute: PickleValue) throws -> CheckpointValue {
    try converter.value(attribute)
  }

  /// Creates the module of object `number`, once.
  func module(_ number: Int, depth: Int) throws -> Module {
    try require(
      depth <= PickleGraph.maximumDepth, .unsupported,
      "modules are nested more than \(PickleGraph.maximumDepth) levels deep")
    if let known = made[number] {
      let known = try require(known, .unsupported, "a module contains itself (a cycle)")
      return known
    }
    made[number] = .some(nil)
    let saved = try SavedModule(self, number, depth: depth)
    guard let form = ModuleRegistry.form(named: saved.className) else {
      throw ModuleReader.unregistered(saved.className)
    }
    let module = try form.make(saved)
    do { try module.checkInitialization() } catch let error as TensorError {
      throw CheckpointError(.content, error.content)
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
}
