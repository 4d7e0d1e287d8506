import Kindling
import Testing
import _TestExpectations

/// A program of `autograd.json`, ported line by line: from its inputs to its outputs and its text.
struct GoldenProgram: CustomStringConvertible, Sendable {
  let name: String
  let body: @Sendable (GoldenRun) throws -> [String: GoldenOutput]

  init(_ name: String, _ body: @escaping @Sendable (GoldenRun) throws -> [String: GoldenOutput]) {
    self.name = name
    self.body = body
  }

  var description: String { name }

  /// Runs the program in `dtype` and throws where PyTorch's outputs or text differ.
  func check(_ dtype: DType) throws {
    let programs = try Golden.json("autograd.json")["programs"]?.array ?? []
    guard let record = programs.first(where: { $0["name"]?.string == name }),
      let expected = record["runs"]?["\(dtype)"], let outputs = expected["outputs"]?.object
    else { throw GoldenError("\(name): not in autograd.json") }
    let tensors = try Golden.tensors("autograd.safetensors")
    var inputs: [String: Tensor] = [:]
    for (input, spec) in record["inputs"]?.object ?? [:] {
      inputs[input] = try tensors.tensor(
        "\(name)/\(dtype)/in/\(input)", requiresGrad: spec["requires_grad"]?.bool == true)
    }
    let run = GoldenRun(name, inputs, dtype)
    let found = try body(run)
    for (output, value) in outputs {
      guard let own = found[output] else { throw GoldenError("\(name): no output \(output)") }
      try own.check(value, tensors, dtype, "\(name) \(output)")
    }
    let text = expected["stdout"]?.string ?? ""
    if run.printed != text {
      throw GoldenError(
        "\(name): printed \(run.printed.debugDescription), expected \(text.debugDescription)")
    }
  }
}

/// The inputs of a program and what it prints.
final class GoldenRun {
  let dtype: DType
  private let name: String
  private let inputs: [String: Tensor]
  private(set) var printed = ""

  init(_ name: String, _ inputs: [String: Tensor], _ dtype: DType) {
    self.name = name
    self.inputs = inputs
    self.dtype = dtype
  }

  /// The input called `input`.
  func callAsFunction(_ input: String) throws -> Tensor {
    guard let tensor = inputs[input] else { throw GoldenError("\(name): no input \(input)") }
    return tensor
  }

  /// Prints as Python does.
  func print(_ values: Any?...) {
    printed +=
      values.map { value in
        switch value {
        case let flag as Bool: flag ? "True" : "False"
        case let node as Node: "<\(node.name) object>"
        case let value?: "\(value)"
        case nil: "None"
        }
      }.joined(separator: " ") + "\n"
  }
}

/// An output of a program.
enum GoldenOutput {
  case tensor(Tensor?)
  case list([Tensor?])
  case plain(JSONValue)

  /// Throws where this is not what `expected` describes.
  func check(_ expected: JSONValue, _ file: TensorFile, _ dtype: DType, _ what: String) throws {
    switch self {
    case .tensor(let tensor):
      guard let name = expected["tensor"]?.string, let tensor else {
        throw GoldenError("\(what): got \(self), expected \(expected)")
      }
      try expectGolden(tensor.detach(), file.tensor(name), what)
    case .list(let list):
      let names = expected["tensors"]?.array?.compactMap(\.string) ?? []
      guard names.count == list.count else {
        throw GoldenError("\(what): \(list.count) tensors, expected \(expected)")
      }
      for (tensor, name) in zip(list, names) {
        guard let tensor else { throw GoldenError("\(what): no tensor for \(name)") }
        try expectGolden(tensor.detach(), file.tensor(name), "\(what) \(name)")
      }
    case .plain(let value):
      guard let wanted = expected["value"], isClose(value, wanted) else {
        throw GoldenError("\(what): got \(value), expected \(expected)")
      }
    }
  }

  private func isClose(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let x = a.array, let y = b.array {
      return x.count == y.count && zip(x, y).allSatisfy { isClose($0, $1) }
    }
    if let x = a.double, let y = b.double { return abs(x - y) <= 1e-5 * abs(y) }
    return a == b
  }
}
