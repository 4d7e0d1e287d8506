import Kindling
import Testing

/// A differentiable function and where to check its gradients.
package struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [[Int]]
  let range: ClosedRange<Double>
  /// Equal elements would lie on a kink: no expanded inputs.
  let hasTies: Bool
  /// Second derivatives exist in PyTorch too.
  let twice: Bool
  let sourceLocation: SourceLocation
  let body: @Sendable ([Tensor]) throws -> Tensor
  package var testDescription: String { name }

  package init(
    _ name: String, _ shapes: [Int]..., in range: ClosedRange<Double> = -2...2,
    hasTies: Bool = false, twice: Bool = true, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    self.name = name
    self.shapes = shapes.isEmpty ? [[2, 3]] : shapes
    self.range = range
    self.hasTies = hasTies
    self.twice = twice
    self.sourceLocation = sourceLocation
    self.body = body
  }

  /// Returns a leaf of numbers in `range` without a pattern, no two alike and none a whole number.
  private func leaf(_ shape: [Int], _ seed: Int) throws -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { i in
      let unit = Double((i * 7919 + seed * 104_729 + 31) % 997) / 997 + 0.000_31
      return range.lowerBound + (range.upperBound - range.lowerBound) * Swift.min(unit, 0.999)
    }
    return try Tensor(values, dtype: .float64).reshape(shape).requiresGrad_()
  }

  /// Compares the gradients with differences, for each layout of the inputs.
  package func check() throws {
    for layout in InputLayout.allCases where !(hasTies && layout == .expanded) {
      let leaves = try shapes.enumerated().map { try leaf(layout.leaf($1), $0) }
      expectGradients(
        at: leaves, twice: twice && layout == .contiguous, "\(name), \(layout)",
        sourceLocation: sourceLocation
      ) { try body(zip($0, shapes).map { try layout.view($0, $1) }) }
    }
  }
}

/// Expects the gradients of `function` at `leaves` to agree with differences.
package func expectGradients(
  at leaves: [Tensor], twice: Bool = true, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) throws -> Tensor
) {
  do {
    try gradcheck(function, leaves)
    if twice { try gradgradcheck(function, leaves) }
  } catch {
    Issue.record("\(what.isEmpty ? "" : "\(what): ")\(error)", sourceLocation: sourceLocation)
  }
}

/// How an input lies in memory.
private enum InputLayout: CaseIterable {
  case contiguous, transposed, sliced, expanded

  /// The shape of the leaf that `view` shows as `shape`.
  func leaf(_ shape: [Int]) -> [Int] {
    switch self {
    case .contiguous: shape
    case .transposed: shape.reversed()
    case .sliced: shape.isEmpty ? [3] : Array(shape.dropLast()) + [(shape.last ?? 1) * 2 + 1]
    case .expanded: shape.isEmpty ? shape : [1] + shape.dropFirst()
    }
  }
  func view(_ x: Tensor, _ shape: [Int]) throws -> Tensor {
    switch self {
    case .contiguous: x
    case .transposed: try x.permute(x.shape.indices.reversed())
    case .sliced: shape.isEmpty ? try x.select(0, 1) : try x.slice(-1, 1, nil, step: 2)
    case .expanded: try x.expand(shape)
    }
  }
}
