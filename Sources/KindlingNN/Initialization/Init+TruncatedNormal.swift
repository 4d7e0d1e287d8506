public import KindlingCore
import KindlingPlatform

extension Init {
  /// Fills with numbers from a normal distribution truncated to [a, b]
  /// (PyTorch: `init.trunc_normal_`).
  ///
  /// If [a, b] holds more than 30 % of the distribution, whole tensors are drawn until each element
  /// has a number in range. Otherwise uniform proposals are accepted in proportion to the density.
  ///
  /// - Throws: `TensorError` `.value` unless `a < b` and `std > 0`, or if the probability of [a, b]
  ///   is nearly 0.
  @discardableResult
  public static func truncNormal_(
    _ tensor: Tensor, mean: Double = 0, std: Double = 1, a: Double = -2, b: Double = 2,
    generator: Generator? = nil
  ) throws -> Tensor {
    try require(
      std > 0 && std.isFinite && mean.isFinite, .value, "truncNormal_",
      "expects std > 0.0 and a finite mean, but found std \(std) and mean \(mean)")
    try require(a < b, .value, "truncNormal_", "expects a < b, but found a=\(a) >= b=\(b)")
    if mean < a - 2 * std || mean > b + 2 * std {
      try Warnings.warn(
        .user, "",
        "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect."
      )
    }
    let below = { (x: Double) in (1 + erf(x / 2.0.squareRoot())) / 2 }
    let share = below((b - mean) / std) - below((a - mean) / std)
    return try noGrad {
      if share > 0.3 {
        try redraw(tensor, mean: mean, std: std, a, b, generator)
      } else {
        try accept(tensor, mean: mean, std: std, a, b, generator)
      }
      return tensor
    }
  }

  /// Draws whole tensors of normal numbers until each element has had one in [a, b].
  private static func redraw(
    _ tensor: Tensor, mean: Double, std: Double, _ a: Double, _ b: Double,
    _ generator: Generator?
  ) throws {
    // Bounds are rounded to the dtype of the elements.
    let low = try Tensor(a).to(tensor.dtype), high = try Tensor(b).to(tensor.dtype)
    var result = try tensor.normal_(mean, std, generator: generator).clone()
    while true {
      let missing = try result.lt(low).logicalOr(result.gt(high))
      if try !missing.any().item(as: Bool.self) { break }
      let next = try Tensor.empty(like: result).normal_(mean, std, generator: generator)
      result = try Tensor.where(missing, next, result)
    }
    try tensor.copy_(result)
  }

  /// Draws uniform proposals and accepts each by its density relative to the maximum in [a, b].
  private static func accept(
    _ tensor: Tensor, mean: Double, std: Double, _ a: Double, _ b: Double,
    _ generator: Generator?
  ) throws {
    let score = (max(a, min(mean, b)) - mean) / std, peak = -0.5 * (score * score)
    func isRefused(_ proposals: Tensor) throws -> Tensor {
      let density = try proposals.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak)
      return try Tensor.empty(like: tensor).uniform_(generator: generator).log_().gt(density)
    }
    var result = try tensor.uniform_(a, b, generator: generator).clone()
    var pending = try isRefused(result)
    var rounds = 0
    while try pending.any().item(as: Bool.self) {
      rounds += 1
      try require(
        rounds < 10_000, .value, "truncNormal_",
        "the interval [\(a), \(b)] is too wide for mean \(mean) and std \(std): nearly all of it is improbable"
      )
      let proposals = try Tensor.empty(like: tensor).uniform_(a, b, generator: generator)
      result = try Tensor.where(pending, proposals, result)
      pending = try pending.logicalAnd(isRefused(proposals))
    }
    try tensor.copy_(result)
  }
}
