import KindlingCore

/// A step length with what the objective is there: its value, its gradient, and the slope along the
/// direction.
struct LineSearchPoint {
  var step: LBFGSNumber
  var loss: LBFGSNumber
  var gradient: Tensor
  var slope: LBFGSNumber
}

/// Looks along a direction for a step that satisfies the strong Wolfe conditions, or for the best one
/// that `limit` evaluations find.
///
/// - Source: Nocedal and Wright, *Numerical Optimization*, algorithms 3.5 and 3.6, with cubic
///   interpolation as in minFunc; the numbers are PyTorch's.
struct StrongWolfe {
  /// Sufficient decrease, and curvature.
  private static let (decrease, curvature): (LBFGSNumber, LBFGSNumber) = (1e-4, 0.9)

  /// The point without a step; its slope is negative.
  let start: LineSearchPoint
  /// The greatest size of the direction's elements.
  let reach: LBFGSNumber
  let toleranceChange: LBFGSNumber
  let limit: Int
  /// Computes the objective after a step.
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

  /// The point found, and how often the objective was computed.
  mutating func search(from step: LBFGSNumber) throws -> LineSearchPoint {
    var (low, high, isDone, iterations) = try bracketed(step)
    // Which of the two came first decides how equal losses are told apart.
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
        // The new point takes the high one's place, then the lower of the two is the low one.
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

  /// One point (twice) that satisfies the conditions, or two with such a point between them.
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

  /// Where the cubic through two points with their slopes is least, inside `bounds` or between them.
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

  /// `step`, moved into the bracket where it keeps close to an end of it twice, or is one.
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
