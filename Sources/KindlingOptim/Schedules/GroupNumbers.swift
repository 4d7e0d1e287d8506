public import KindlingCore

/// One number for all parameter groups, or one for each: `maxLr: 0.1` or `maxLr: [0.1, 0.01]`.
public protocol GroupNumbers {
  /// The numbers of the groups; `nil` if one number applies to all.
  var perGroup: [Double]? { get }
  /// The number for all groups, if there is one.
  var forAll: Double { get }
}

extension GroupNumbers {
  /// Returns the number of each group of `optimizer`; `name` is used in messages.
  func values(_ name: String, _ optimizer: Optimizer) throws -> [Double] {
    let count = optimizer.paramGroups.count
    guard let values = perGroup else { return Array(repeating: forAll, count: count) }
    try require(
      values.count == count, .value, "",
      "\(name) must have the same length as optimizer.param_groups. \(name) has \(values.count) values, param_groups has \(count)."
    )
    return values
  }
}

extension Double: GroupNumbers {
  /// Always `nil`: one number applies to all groups.
  public var perGroup: [Double]? { nil }
  /// The number itself.
  public var forAll: Double { self }
}
extension Int: GroupNumbers {
  /// Always `nil`: one number applies to all groups.
  public var perGroup: [Double]? { nil }
  /// The number itself.
  public var forAll: Double { Double(self) }
}
extension Tensor: GroupNumbers {
  /// Always `nil`: one number applies to all groups.
  public var perGroup: [Double]? { nil }
  /// The only element; NaN if there are several.
  public var forAll: Double { numel == 1 ? (try? item()) ?? .nan : .nan }
}
extension Array: GroupNumbers where Element == Double {
  /// The numbers themselves.
  public var perGroup: [Double]? { self }
  /// Always NaN: there are several numbers.
  public var forAll: Double { .nan }
}

/// The option that cyclic schedules move inversely to the learning rate: momentum, or the first
/// beta.
struct CycledMomentum {
  let usesBeta1: Bool

  init(_ optimizer: Optimizer) throws {
    try require(
      optimizer.defaults["momentum"] != nil || optimizer.defaults["betas"] != nil, .value, "",
      "optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
    usesBeta1 = optimizer.defaults["betas"] != nil
  }

  func set(_ value: Double, _ optimizer: Optimizer, group i: Int) throws {
    if usesBeta1 {
      let rest = try optimizer.paramGroups[i].pair("betas").1
      optimizer.paramGroups[i]["betas"] = .tuple([.double(value), .double(rest)])
    } else {
      optimizer.paramGroups[i]["momentum"] = .double(value)
    }
  }

  /// Stores the bounds of a schedule's momentum, and sets the upper one.
  func begin(base: [Double], most: [Double], _ optimizer: Optimizer) throws {
    for i in optimizer.paramGroups.indices {
      try set(most[i], optimizer, group: i)
      optimizer.paramGroups[i]["max_momentum"] = .double(most[i])
      optimizer.paramGroups[i]["base_momentum"] = .double(base[i])
    }
  }
}
