import KindlingCore

/// A step length, and the objective's value, gradient and directional slope there.
struct LineSearchPoint {
  var step: LBFGSNumber
  var loss: LBFGSNumber
  var gradient: Tensor
  var slope: LBFGSNumber
}

/// A line search for a step that satisfies the strong Wolfe conditions.
///
/// It returns the best step of `limit` evaluations if none does.
///
/// - Source: Nocedal and Wright, *Numerical Optimization*, algorithms 3.5 and 3.6, with cubic
///   interpolation as in minFunc; the constants are PyTorch's.
struct StrongWolfe {
  /// The constants of the sufficient-decrease and curvature conditions.
  private static let (decrease, curvature): (LBFGSNumber, LBFGSNumber) = (1e-4, 0.9)

  /// The starting point, with a negative slope.
  let start: LineSearchPoint
  /// The largest magnitude of the direction's elements.
  let reach: LBFGSNumber
  let toleranceChange: LBFGSNumber
  let limit: Int
  /// A closure that evaluates the objective at a step.
  let evaluate: (LBFGSNumber) throws -> LineSearchPoint
  private(set) var evaluations = 0

  init(
    from start: LineSearchPoint, reach: LBFGSNumber, toleranceChange: LBFGSNumber, limit: Int,
    evaluate: @escaping (LBFGSNumber) throws -> LineSearchPoint
  ) {
    self.start = start
    self.reach = reach
    self.toleranceChange = toleranceChange
    self.limit = max(0, limit)
    self.evaluate = evaluate
  }

  /// Returns the point found.
  mutating func search(from step: LBFGSNumber) throws -> LineSearchPoint {
    var (low, high, isDone, iterations) = try bracketed(step)
    // The order of the two points determines how ties between losses are resolved.
    var lowIsFirst = low.loss <= high.loss
    if !lowIsFirst { swap(&low, &high) }
    var isStuck = false
    while !isDone && iterations < limit {
      if (high.step - low.step).magnitude * reach < toleranceChange { break }
      let (first, second) = lowIsFirst ? (low, high) : (high, low)
      let step = away(
        from: first, second, StrongWolfe.interpolated(first, second), &isStuck)
      let new = try evaluated(step)
      iterations += 1
      if isTooHigh(new) || new.loss >= low.loss {
        high = new
        // The new point replaces the high one; then the lower of the two becomes the low one.
        let (first, second) = lowIsFirst ? (low, high) : (high, low)
        lowIsFirst = first.loss <= second.loss
        (low, high) = lowIsFirst ? (first, second) : (second, first)
      } else {
        if isFlat(new) {
          isDone = true
        } else if new.slope * (high.step - low.step) >= 0.0 {
          high = low
        }
        low = new
      }
    }
    return low
  }

  private mutating func evaluated(_ step: LBFGSNumber) throws -> LineSearchPoint {
    evaluations += 1
    return try evaluate(step)
  }

  private func isTooHigh(_ point: LineSearchPoint) -> Bool {
    point.loss > start.loss + StrongWolfe.decrease * point.step * start.slope
  }

  private func isFlat(_ point: LineSearchPoint) -> Bool {
    point.slope.magnitude <= -StrongWolfe.curvature * start.slope
  }

  /// Returns a point (twice) that satisfies the conditions, or two points that bracket one.
  private mutating func bracketed(
    _ step: LBFGSNumber
  ) throws -> (LineSearchPoint, LineSearchPoint, isDone: Bool, iterations: Int) {
    var previous = start
    previous.step = 0.0
    var point = try evaluated(step)
    var iterations = 0
    while iterations < limit {
      if isTooHigh(point) || iterations > 1 && point.loss >= previous.loss {
        return (previous, point, false, iterations)
      }
      if isFlat(point) { return (point, point, true, iterations) }
      if point.slope >= 0.0 { return (previous, point, false, iterations) }
      let next = StrongWolfe.interpolated(
        previous, point,
        within: (point.step + 0.01 * (point.step - previous.step), point.step * 10.0))
      previous = point
      point = try evaluated(next)
      iterations += 1
    }
    var first = start
    first.step = 0.0
    return (first, point, false, iterations)
  }

  /// Returns the minimum of the cubic through two points with their slopes, within `bounds` or
  /// between them.
  private static func interpolated(
    _ a: LineSearchPoint, _ b: LineSearchPoint, within bounds: (LBFGSNumber, LBFGSNumber)? = nil
  ) -> LBFGSNumber {
    let (x1, x2, g1, g2) = (a.step, b.step, a.slope, b.slope)
    let (low, high) = bounds ?? (x1 <= x2 ? (x1, x2) : (x2, x1))
    let d1 = g1 + g2 - 3.0 * (a.loss - b.loss) / (x1 - x2)
    let square = d1 * d1 - g1 * g2
    guard square >= 0.0 else { return (low + high) / 2.0 }
    let d2 = square.squareRoot
    let least =
      x1 <= x2
      ? x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2.0 * d2))
      : x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2.0 * d2))
    return .least(.most(least, low), high)
  }

  /// Returns `step`, moved into the bracket if it is an end of it, or close to an end for the
  /// second time.
  private func away(
    from a: LineSearchPoint, _ b: LineSearchPoint, _ step: LBFGSNumber, _ isStuck: inout Bool
  ) -> LBFGSNumber {
    let (top, bottom) = (LBFGSNumber.most(a.step, b.step), LBFGSNumber.least(a.step, b.step))
    let margin = 0.1 * (top - bottom)
    guard LBFGSNumber.least(top - step, step - bottom) < margin else {
      isStuck = false
      return step
    }
    guard isStuck || step >= top || step <= bottom else {
      isStuck = true
      return step
    }
    isStuck = false
    return (step - top).magnitude < (step - bottom).magnitude ? top - margin : bottom + margin
  }
}
