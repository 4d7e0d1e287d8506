import ArgumentParser
import Kindling

/// Where a training stands: all that the rest of it depends on.
struct TrainingCheckpoint {
  /// The epoch under way, counted from 1.
  var epoch: Int
  var model: StateDict
  var optimizer: CheckpointValue
  /// Where the training loader stands in its epoch.
  var loader: StateDict
  /// The state of the default generator.
  var generator: Tensor
  /// The options of the command line, by name.
  var options: [(name: String, value: String)]
  /// The classes' names; nil in files that do not say.
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

  /// Reads what ``save(to:)`` wrote.
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

  /// The size that images were brought to, where they were.
  var imageSize: Int? { options.first { $0.name == "image-size" }.flatMap { Int($0.value) } }

  /// Puts everything back where it stood.
  func restore(
    _ model: any Layer, _ optimizer: Optimizer, _ loader: (StateDict) throws -> Void
  ) throws {
    try model.loadStateDict(self.model)
    try optimizer.loadStateDict(self.optimizer)
    try loader(self.loader)
    try Generator.default.setState(generator)
  }
}

/// An option of `kindling train` that a checkpoint keeps, as text.
struct KeptOption {
  let name: String
  /// Whether a training that is gone on with must have the same value.
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

  /// An option of few words.
  init<Value: ExpressibleByArgument & RawRepresentable>(
    _ name: String, _ path: WritableKeyPath<Train, Value>
  ) where Value.RawValue == String {
    self.init(name, path, text: \.rawValue)
  }

  /// An option that may be left out.
  init<Value: ExpressibleByArgument>(_ name: String, _ path: WritableKeyPath<Train, Value?>) {
    (self.name, decides) = (name, true)
    read = { $0[keyPath: path].map { "\($0)" } ?? "" }
    write = { train, text in
      train[keyPath: path] = Value(argument: text)
      return text.isEmpty || train[keyPath: path] != nil
    }
  }

  /// A flag.
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
  /// What a checkpoint keeps of the command line.
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

  /// Takes over the options of the training that `checkpoint` is from, where they were left at their
  /// defaults; throws where one that decides the result was given otherwise.
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
