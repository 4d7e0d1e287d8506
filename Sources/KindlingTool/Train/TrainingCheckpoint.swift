import ArgumentParser
import Kindling

/// A checkpoint of a training, with everything needed to resume it.
struct TrainingCheckpoint {
  /// The current epoch, counted from 1.
  var epoch: Int
  var model: StateDict
  var optimizer: CheckpointValue
  /// The position of the training loader in its epoch.
  var loader: StateDict
  /// The state of the default generator.
  var generator: Tensor
  /// The command-line options, by name.
  var options: [(name: String, value: String)]
  /// The class names; `nil` in files without them.
  var classes: [String]?

  func save(to path: String) throws {
    try Kindling.save(
      [
        "format": "kindling train", "epoch": .int(epoch), "model": .init(model),
        "optimizer": optimizer, "loader": .init(loader), "generator": .tensor(generator),
        "options": .dictionary(options.map { (.string($0.name), .string($0.value)) }),
        "classes": classes.map { .list($0.map { .string($0) }) } ?? CheckpointValue.none,
      ], to: path)
  }

  init(
    epoch: Int, model: any Layer, optimizer: Optimizer, loader: StateDict,
    options: [(name: String, value: String)], classes: [String]
  ) throws {
    self.epoch = epoch
    self.model = try model.stateDict()
    self.optimizer = optimizer.stateDict()
    self.loader = loader
    generator = try Generator.default.getState()
    self.options = options
    self.classes = classes
  }

  /// Reads a checkpoint written by ``save(to:)``.
  init(_ path: String) throws {
    let saved = try load(path)
    guard saved["format"]?.stringValue == "kindling train", let epoch = saved["epoch"]?.intValue,
      epoch > 0, let model = saved["model"]?.stateDict, let optimizer = saved["optimizer"],
      let loader = saved["loader"]?.stateDict, let generator = saved["generator"]?.tensorValue,
      let options = saved["options"]?.pairs
    else {
      throw ToolError(
        "\(path) is no checkpoint of `kindling train --checkpoint`, from which one could resume")
    }
    (self.epoch, self.model, self.optimizer) = (epoch, model, optimizer)
    (self.loader, self.generator) = (loader, generator)
    self.options = options.compactMap { key, value in
      key.stringValue.flatMap { name in value.stringValue.map { (name, $0) } }
    }
    classes = saved["classes"]?.elements?.compactMap(\.stringValue)
  }

  /// The size that images were resized to, if they were.
  var imageSize: Int? { options.first { $0.name == "image-size" }.flatMap { Int($0.value) } }

  /// Restores the state of the training.
  func restore(
    _ model: any Layer, _ optimizer: Optimizer, _ loader: (StateDict) throws -> Void
  ) throws {
    try model.loadStateDict(self.model)
    try optimizer.loadStateDict(self.optimizer)
    try loader(self.loader)
    try Generator.default.setState(generator)
  }
}

/// An option of `kindling train` that a checkpoint stores as text.
struct KeptOption {
  let name: String
  /// Whether a resumed training must have the same value.
  let decides: Bool
  let read: (Train) -> String
  let write: (inout Train, String) -> Bool

  init<Value: ExpressibleByArgument>(
    _ name: String, _ path: WritableKeyPath<Train, Value>, decides: Bool = true,
    text: @escaping (Value) -> String = { "\($0)" }
  ) {
    (self.name, self.decides) = (name, decides)
    read = { text($0[keyPath: path]) }
    write = { train, text in
      guard let value = Value(argument: text) else { return false }
      train[keyPath: path] = value
      return true
    }
  }

  /// Creates an option with a fixed set of values.
  init<Value: ExpressibleByArgument & RawRepresentable>(
    _ name: String, _ path: WritableKeyPath<Train, Value>
  ) where Value.RawValue == String {
    self.init(name, path, text: \.rawValue)
  }

  /// Creates an option that may be omitted.
  init<Value: ExpressibleByArgument>(_ name: String, _ path: WritableKeyPath<Train, Value?>) {
    (self.name, decides) = (name, true)
    read = { $0[keyPath: path].map { "\($0)" } ?? "" }
    write = { train, text in
      train[keyPath: path] = Value(argument: text)
      return text.isEmpty || train[keyPath: path] != nil
    }
  }

  /// Creates a flag.
  init(_ name: String, _ path: WritableKeyPath<Train, Bool>) {
    (self.name, decides) = (name, true)
    read = { "\($0[keyPath: path])" }
    write = { train, text in
      train[keyPath: path] = text == "true"
      return ["true", "false"].contains(text)
    }
  }
}

extension Train {
  /// The command-line options that a checkpoint stores.
  static var keptOptions: [KeptOption] {
    [
      KeptOption("dataset", \.dataset), KeptOption("root", \.root, decides: false),
      KeptOption("model", \.model), KeptOption("hidden", \.hidden),
      KeptOption("epochs", \.epochs, decides: false), KeptOption("batch-size", \.batchSize),
      KeptOption("lr", \.lr), KeptOption("optimizer", \.optimizer),
      KeptOption("momentum", \.momentum),
      KeptOption("weight-decay", \.weightDecay), KeptOption("shuffle", \.shuffle),
      KeptOption("annotations", \.own.annotations),
      KeptOption("test-annotations", \.own.testAnnotations),
      KeptOption("no-header", \.own.noHeader), KeptOption("image-size", \.own.imageSize),
      KeptOption("color", \.own.color),
    ]
  }

  /// Adopts the options of the training in `checkpoint` in place of defaults.
  ///
  /// Throws if an option that affects the result was given another value.
  mutating func adopt(_ checkpoint: TrainingCheckpoint, _ path: String) throws {
    let defaults = try Train.parse([])
    for option in Train.keptOptions {
      guard let saved = checkpoint.options.first(where: { $0.name == option.name })?.value else {
        continue
      }
      let own = option.read(self)
      if own == saved { continue }
      if own != option.read(defaults) {
        if !option.decides { continue }
        throw ToolError(
          "--\(option.name) is \(own), but \(path) is from a training with \(saved); leave the option out"
        )
      }
      guard option.write(&self, saved) else {
        throw ToolError(
          "\(path) has the impossible value '\(saved.prefix(100))' for --\(option.name)")
      }
    }
  }
}
