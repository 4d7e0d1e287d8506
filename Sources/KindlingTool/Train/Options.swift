import ArgumentParser

/// The networks the tool can build.
enum ModelKind: String, CaseIterable, ExpressibleByArgument {
  case mlp, linear, cnn, resnet18
}

/// The optimizers the tool offers.
enum OptimizerKind: String, CaseIterable, ExpressibleByArgument {
  case sgd, adam, adamw
}

/// Sizes of hidden layers, written `512,512`.
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

/// A number with a fixed count of decimals, as C's `%.*f` writes it.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let digits = String(Int((abs(value) * scale).rounded(.toNearestOrEven)))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = value < 0 && digits != "0" ? "-" : ""
  return decimals == 0
    ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// `text` with spaces before it up to `width`.
func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
