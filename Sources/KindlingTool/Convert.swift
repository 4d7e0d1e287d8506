import ArgumentParser
import Kindling
import KindlingPlatform

/// The command `kindling convert`, which converts a file of tensors to another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert a file of tensors to .pth, .safetensors, .npy or .npz.",
    discussion: """
      The format of the input is detected from its content, the format of the output from its file \
      name extension. Formats other than .pth contain only tensors: the keys of nested dictionaries \
      are joined by dots, and other values are omitted. A whole model is converted to its state dict.
      """)

  @Argument(help: "The file to read.") var input: String
  @Argument(help: "The file to write: .pth, .safetensors, .npy or .npz.") var output: String
  @Flag(help: "Write a .pth file in the format of PyTorch before version 1.6.") var legacy = false
  @Flag(help: "Compress the arrays of an .npz file.") var compressed = false
  @Flag(inversion: .prefixedNo, help: "Verify checksums while reading.") var verify = true

  func run() throws {
    guard let target = FileFormat(pathExtension: output) else {
      throw ToolError("\(output): the ending tells no format; use .pth, .safetensors, .npy or .npz")
    }
    if legacy && target != .pytorch {
      throw ToolError("--legacy is an option of .pth, not of \(output)")
    }
    if compressed && target != .npz {
      throw ToolError("--compressed is an option of .npz, not of \(output)")
    }
    let content = try Content(input, verify: verify)
    switch target {
    case .pytorch, .legacy:
      try save(
        content.value, to: output, container: legacy ? .legacy : .zip,
        notes: legacy ? .none : content.notes)
    case .safetensors:
      try Safetensors.save(content.named("tensor"), to: output, metadata: content.metadata)
    case .npz: try NumPy.savez(content.named("arr_0"), to: output, compressed: compressed)
    case .npy:
      let tensors = content.tensors
      guard tensors.count == 1, let tensor = tensors.values.first else {
        throw ToolError(
          "\(input) holds \(tensors.count) tensors, and an .npy file holds one; use .npz")
      }
      try NumPy.save(tensor, to: output)
    }
    var left: [String] = []
    if target != .pytorch, !content.others.isEmpty {
      left.append(
        "left out, being no tensors: \(content.others.prefix(10).joined(separator: ", "))\n")
    }
    if legacy || target != .pytorch, content.hasNotes {
      left.append("left out: the notes, for which only a .pth in the zip form has a place\n")
    }
    for note in left {
      _ = Array(note.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }
}

/// The contents of a file of any format.
private struct Content {
  /// The contents as a checkpoint value, and the notes saved with it.
  let value: CheckpointValue
  private(set) var notes = CheckpointValue.none
  /// The tensors by name, and the names of other values.
  private(set) var tensors = StateDict()
  private(set) var others: [String] = []
  private(set) var metadata: [String: String] = [:]
  /// A name shared by two tensors, in formats that have only names.
  private var clash: String?
  /// The number of visited values: a small file can describe any number of equal ones.
  private var visited = 0

  init(_ path: String, verify: Bool) throws {
    switch try FileFormat(ofFile: path) {
    case .safetensors:
      value = CheckpointValue(try Safetensors.load(path))
      metadata = try Safetensors.metadata(path)
    case .npy: value = .tensor(try NumPy.load(path))
    case .npz: value = CheckpointValue(try NumPy.loadz(path))
    case .pytorch, .legacy:
      do { value = try load(path, device: .cpu, verify: verify) } catch let error as CheckpointError
      {
        // The classes of a whole model do not matter here.
        guard let state = try? loadModelState(from: path, verify: verify) else { throw error }
        value = CheckpointValue(state)
      }
      // Without verification, damaged entries beside the tensors are left out.
      notes = verify ? try loadNotes(from: path) : (try? loadNotes(from: path)) ?? .none
    }
    try add(value, "")
  }

  var hasNotes: Bool { if case .none = notes { false } else { true } }

  /// Returns the tensors by name; `name` is that of a single tensor.
  func named(_ name: String) throws -> StateDict {
    if let clash { throw ToolError("two tensors would be called \(clash)") }
    return StateDict(tensors.map { ($0.key.isEmpty ? name : $0.key, $0.value) })
  }

  private mutating func add(_ value: CheckpointValue, _ key: String) throws {
    visited += 1
    guard visited <= 1_000_000 else {
      throw ToolError("the file holds more values than can be named")
    }
    let prefix = key.isEmpty ? "" : "\(key)."
    if let tensor = value.tensorValue {
      if tensors[key] != nil { clash = key }
      tensors[key] = tensor
    } else if let object = value.opaqueValue {
      try add(object, key)
    } else if let pairs = value.pairs {
      for (name, item) in pairs { try add(item, prefix + (name.stringValue ?? "\(name)")) }
    } else if let items = value.elements, items.contains(where: { $0.isTree }) {
      for (i, item) in items.enumerated() { try add(item, "\(prefix)\(i)") }
    } else {
      others.append(key)
    }
  }

  /// Adds the tensors of an object; those of a module get the names of its state dict.
  private mutating func add(_ object: OpaqueValue, _ key: String) throws {
    guard let state = object.state, let parameters = state["_parameters"]?.pairs,
      let modules = state["_modules"]?.pairs
    else {
      // Adds the attributes and elements; constructor arguments carry no information.
      others.append(key)
      if let state = object.state, state.isTree { try add(state, key) }
      if !object.elements.isEmpty { try add(.list(object.elements), key) }
      if !object.pairs.isEmpty { try add(.dictionary(object.pairs), key) }
      return
    }
    let transient = Set(
      state["_non_persistent_buffers_set"]?.elements?.compactMap(\.stringValue) ?? [])
    let buffers = state["_buffers"]?.pairs?.filter { !transient.contains($0.key.stringValue ?? "") }
    let prefix = key.isEmpty ? "" : "\(key)."
    for (name, value) in parameters + (buffers ?? []) + modules {
      if case .none = value { continue }
      try add(value, prefix + (name.stringValue ?? "\(name)"))
    }
  }
}

extension CheckpointValue {
  /// Whether the value may contain tensors.
  fileprivate var isTree: Bool {
    tensorValue != nil || opaqueValue != nil || pairs != nil || elements != nil
  }
}
