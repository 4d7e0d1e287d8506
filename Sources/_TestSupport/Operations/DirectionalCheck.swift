import Kindling

/// Compares gradients with differences along random directions (what PyTorch's `gradcheck` calls its
/// fast mode): two calls an input instead of two an element, so that every sample can be checked.
struct DirectionalCheck {
  /// What a comparison came to.
  enum Outcome {
    case agrees
    /// The function has a kink or a jump at this point, or its values are not finite: the two
    /// one-sided differences do not approach each other.
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
  /// Outputs that do not depend on them as far as the graph knows count as constant.
  mutating func first(_ function: Function, _ inputs: [Tensor]) throws -> Outcome {
    let leaves = try inputs.map { try $0.detach().requiresGrad_() }
    let outputs = try function(leaves)
    let weights = try outputs.map { try direction($0.shape) }
    let gradients = try Self.gradients(outputs, weights, leaves, createGraph: false)
    func value(_ points: [Tensor]) throws -> Double {
      let values = try function(points.map { try $0.detach().requiresGrad_() })
      return try noGrad { try zip(values, weights).reduce(0) { try $0 + $1.0.dot($1.1) } }
    }
    // What the differences of values of this size lose in rounding.
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
      // Where the function is smooth the one-sided slopes differ by the step, eight times as much here,
      // and the slopes between both sides hardly.
      let hasNoKink = gap <= wideGap / 4 || gap <= noise || gap <= difference / 4
      let wideNumeric = (wide.forward + wide.backward) / 2
      let hasNoJump = abs(numeric - wideNumeric) <= noise + 1e-3 * max(abs(numeric), 1)
      if !hasNoKink || !hasNoJump { return .kink }
      return .differs("input \(i): along a direction \(numeric), by its gradient \(analytic)")
    }
    return .agrees
  }

  /// Compares second derivatives: the gradients of `function` as functions of the inputs and of what
  /// is sent backward.
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

  /// Numbers between -1 and 1 without a pattern.
  private mutating func direction(_ shape: [Int]) throws -> Tensor {
    let count = try Layout.checkedCount(shape, .float64, "direction")
    let values = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
    return try Tensor(values, dtype: .float64).reshape(shape)
  }
}

extension Tensor {
  /// The sum of products with the elements of `other`.
  fileprivate func dot(_ other: Tensor) throws -> Double { try mul(other).sum().item() }
  /// The sum of the sizes of the products.
  fileprivate func sizeOfDot(_ other: Tensor) throws -> Double { try mul(other).abs().sum().item() }
}
