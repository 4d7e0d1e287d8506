import Kindling

/// A comparison of gradients with finite differences along random directions.
///
/// PyTorch's `gradcheck` calls this its fast mode: two calls per input instead of two per element,
/// so that every sample can be checked.
struct DirectionalCheck {
  /// The outcome of a comparison.
  enum Outcome {
    case agrees
    /// The function has a kink or a jump at this point, or its values are not finite.
    ///
    /// The two one-sided differences do not converge.
    case kink
    case differs(String)
  }
  typealias Function = ([Tensor]) throws -> [Tensor]

  let step = 1e-6
  let atol = 1e-5
  let rtol = 1e-4
  var random: SeededNumbers

  /// Compares the gradients of `function` at `inputs`, float64 leaves.
  ///
  /// Outputs that do not depend on the inputs in the graph count as constant.
  mutating func first(_ function: Function, _ inputs: [Tensor]) throws -> Outcome {
    let leaves = try inputs.map { try $0.detach().requiresGrad_() }
    let outputs = try function(leaves)
    let weights = try outputs.map { try direction($0.shape) }
    let gradients = try Self.gradients(outputs, weights, leaves, createGraph: false)
    func value(_ points: [Tensor]) throws -> Double {
      let values = try function(points.map { try $0.detach().requiresGrad_() })
      return try noGrad { try zip(values, weights).reduce(0) { try $0 + $1.0.dot($1.1) } }
    }
    // The rounding error of differences of values of this magnitude.
    let size = try noGrad { try zip(outputs, weights).reduce(0) { try $0 + $1.0.sizeOfDot($1.1) } }
    let noise = 4e-16 * size / step
    let here = try value(inputs)
    for i in inputs.indices where inputs[i].numel > 0 {
      var v = try direction(inputs[i].shape)
      v = try v / max(v.square().sum().item().squareRoot(), 1e-30)
      let analytic = try gradients[i]?.detach().dot(v) ?? 0
      func slopes(_ step: Double) throws -> (forward: Double, backward: Double) {
        func moved(_ step: Double) throws -> Double {
          var points = inputs
          points[i] = try inputs[i] + v * step
          return try value(points)
        }
        return (try (moved(step) - here) / step, try (here - moved(-step)) / step)
      }
      let near = try slopes(step)
      let numeric = (near.forward + near.backward) / 2
      let difference = abs(analytic - numeric)
      if difference <= atol + noise + rtol * max(abs(numeric), abs(analytic)) { continue }
      guard numeric.isFinite else { return .kink }
      let wide = try slopes(8 * step)
      let (gap, wideGap) = (abs(near.forward - near.backward), abs(wide.forward - wide.backward))
      // For a smooth function the one-sided slopes differ in proportion to the step, which is eight
      // times as large here, and the central slopes hardly differ.
      let hasNoKink = gap <= wideGap / 4 || gap <= noise || gap <= difference / 4
      let wideNumeric = (wide.forward + wide.backward) / 2
      let hasNoJump = abs(numeric - wideNumeric) <= noise + 1e-3 * max(abs(numeric), 1)
      if !hasNoKink || !hasNoJump { return .kink }
      return .differs("input \(i): along a direction \(numeric), by its gradient \(analytic)")
    }
    return .agrees
  }

  /// Compares second derivatives: the gradients of `function` as functions of the inputs and of the
  /// output gradients.
  mutating func second(_ function: @escaping Function, _ inputs: [Tensor]) throws -> Outcome {
    let outputs = try function(inputs.map { try $0.detach().requiresGrad_() })
    for output in outputs where try !output.isfinite().all().item(as: Bool.self) { return .kink }
    let weights = try outputs.map { try direction($0.shape) }
    let count = inputs.count
    return try first(
      { all in
        let (leaves, weights) = (Array(all.prefix(count)), Array(all.dropFirst(count)))
        let found = try DirectionalCheck.gradients(
          function(leaves), weights, leaves, createGraph: true)
        return try zip(found, leaves).map { try $0 ?? Tensor.zeros(like: $1) }
      }, inputs + weights)
  }

  private static func gradients(
    _ outputs: [Tensor], _ weights: [Tensor], _ leaves: [Tensor], createGraph: Bool
  ) throws -> [Tensor?] {
    let pairs = zip(outputs, weights).filter(\.0.requiresGrad)
    if pairs.isEmpty { return leaves.map { _ in nil } }
    return try grad(
      of: pairs.map(\.0), withRespectTo: leaves, gradOutputs: pairs.map(\.1),
      createGraph: createGraph, allowUnused: true)
  }

  /// Returns random numbers between -1 and 1.
  private mutating func direction(_ shape: [Int]) throws -> Tensor {
    let count = try Layout.checkedCount(shape, .float64, "direction")
    let values = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
    return try Tensor(values, dtype: .float64).reshape(shape)
  }
}

extension Tensor {
  /// Returns the sum of products with the elements of `other`.
  fileprivate func dot(_ other: Tensor) throws -> Double { try mul(other).sum().item() }
  /// Returns the sum of the absolute products.
  fileprivate func sizeOfDot(_ other: Tensor) throws -> Double { try mul(other).abs().sum().item() }
}
