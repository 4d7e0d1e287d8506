import ArgumentParser

/// The networks the tool can build.
enum ModelKind: String, CaseIterable, ExpressibleByArgument {
  case mlp, linear, cnn, resnet18
}

/// The optimizers the tool offers.
enum OptimizerKind: String, CaseIterable, ExpressibleByArgument {
  case sgd, adam, adamw
}

/// The sizes of hidden layers, written as `512,512`.
struct HiddenSizes: ExpressibleByArgument, CustomStringConvertible {
  let sizes: [Int]

  init(_ sizes: [Int]) { self.sizes = sizes }

  init?(argument: String) {
    let pieces = argument.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = pieces.compactMap { Int($0.drop { $0 == " " }) }
    guard sizes.count == pieces.count, sizes.allSatisfy({ $0 > 0 }) else { return nil }
    self.sizes = sizes
  }

  var description: String { sizes.map { "\($0)" }.joined(separator: ",") }
  var defaultValueDescription: String { description }
}

/// Returns `text` padded on the left to `width`.
func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
