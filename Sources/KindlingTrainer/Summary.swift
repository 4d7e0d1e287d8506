public import KindlingCore
public import KindlingNN

extension Module {
  /// Returns a table of the layers with their parameters (Keras: `Model.summary`).
  public func summary() throws -> String { try Summary(self, shapes: [:]).text }
}

extension Layer {
  /// Returns a table of the layers with output shapes and parameters (Keras: `Model.summary`).
  ///
  /// The model is run once on zeros of `inputShape`, in evaluation mode, without recording and
  /// without drawing from the default generator.
  /// - Throws: any error of the model for such an input.
  public func summary(inputShape: [Int], dtype: DType? = nil) throws -> String {
    var shapes: [ObjectIdentifier: [Int]] = [:]
    let handles = modules().map { module in
      module.registerForwardHook { module, _, output in
        shapes[ObjectIdentifier(module)] = output.shape
        return nil
      }
    }
    defer { for handle in handles { handle.remove() } }
    try inMode(training: false) {
      try withDefaultGenerator(Generator(seed: 0)) {
        try noGrad {
          let device = parameters().first?.device ?? .cpu
          _ = try self(Tensor.zeros(inputShape, dtype: dtype, device: device))
        }
      }
    }
    return try Summary(self, shapes: shapes).text
  }
}

/// The rows of a summary, and their layout.
private struct Summary {
  private var rows: [[String]] = [["Layer (type)", "Output Shape", "Param #"]]
  private var total = 0
  private var trainable = 0

  init(_ model: Module, shapes: [ObjectIdentifier: [Int]]) throws {
    for (name, module) in model.namedModules() {
      let own = module.parameters(recurse: false)
      if !module.children().isEmpty && own.isEmpty { continue }
      let type = String(describing: Swift.type(of: module))
      rows.append([
        name.isEmpty ? type : "\(name) (\(type))",
        shapes[ObjectIdentifier(module)].map { "\($0)" } ?? "?",
        Summary.grouped(own.reduce(0) { $0 + $1.numel }),
      ])
    }
    for parameter in model.parameters() {
      total += parameter.numel
      if parameter.requiresGrad { trainable += parameter.numel }
    }
  }

  var text: String {
    let widths = (0..<3).map { column in (rows.map { $0[column].count }.max() ?? 0) + 2 }
    func line(_ row: [String]) -> String {
      let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined()
      return String(padded.reversed().drop { $0 == " " }.reversed())
    }
    let width = widths.reduce(0, +)
    var lines = [line(rows[0]), String(repeating: "=", count: width)]
    lines += rows.dropFirst().map(line)
    lines += [
      String(repeating: "=", count: width), "Total params: \(Summary.grouped(total))",
      "Trainable params: \(Summary.grouped(trainable))",
      "Non-trainable params: \(Summary.grouped(total - trainable))",
    ]
    return lines.joined(separator: "\n")
  }

  /// Returns `1234567` as `1,234,567`.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.reduce(into: "") { text, i in
      if i > 0 && (digits.count - i) % 3 == 0 { text += "," }
      text.append(digits[i])
    }
  }
}
