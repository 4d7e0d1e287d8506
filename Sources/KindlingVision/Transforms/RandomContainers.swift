import KindlingCore

/// A transform that randomly applies a list of transforms, or none
/// (torchvision: `transforms.RandomApply`).
public struct RandomApply: ImageTransform {
  let list: TransformList
  /// The probability of applying the transforms.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that applies `transforms` with probability `p`.
  @_disfavoredOverload
  public init<P: TensorScalar>(_ transforms: [any Transform], p: P = 0.5) {
    list = TransformList(transforms)
    writtenP = WrittenNumber(p)
  }

  /// Creates a transform of tensors, so that the types of closures are inferred.
  public init<P: TensorScalar>(_ transforms: [any Transform<Tensor, Tensor>], p: P = 0.5) {
    list = TransformList(transforms)
    writtenP = WrittenNumber(p)
  }

  /// Returns `image`, or the result of the transforms.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I { try result(image) }

  /// Applies the transforms to a value of any type they accept.
  public func apply(_ value: Any) throws -> Any { try run(value) }
}

extension RandomApply: TransformContainer {
  var opening: String { "RandomApply(\n    p=\(writtenP.text)" }
  var closing: String { "\n)" }

  func drawn() throws -> [any Transform] {
    try Draw.check(p, "RandomApply")
    return try (Tensor.rand(1) .> p).item(as: Bool.self) ? [] : list.transforms
  }
}

/// A transform that applies transforms in random order (torchvision: `transforms.RandomOrder`).
///
/// The order is drawn from the default generator, which a seed determines, as in `transforms.v2`.
/// The first version draws from Python's `random`.
public struct RandomOrder: ImageTransform {
  let list: TransformList

  /// Creates a transform that applies each of `transforms` once.
  public init(_ transforms: [any Transform]) { list = TransformList(transforms) }

  /// Returns the result of the transforms.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I { try result(image) }

  /// Applies the transforms to a value of any type they accept.
  public func apply(_ value: Any) throws -> Any { try run(value) }
}

extension RandomOrder: TransformContainer {
  var opening: String { "RandomOrder(" }
  var closing: String { "\n)" }

  func drawn() throws -> [any Transform] {
    let all = list.transforms
    return try Tensor.randperm(all.count).toArray(as: Int.self).map { all[$0] }
  }
}

/// A transform that applies one of several transforms (torchvision: `transforms.RandomChoice`).
///
/// The choice is drawn from the default generator, which a seed determines, as in `transforms.v2`.
/// The first version draws from Python's `random`.
public struct RandomChoice: ImageTransform {
  let list: TransformList
  /// The weight of each transform; `nil` for equal weights.
  public var p: [Double]? { writtenP?.map(\.value) }
  private let writtenP: [WrittenNumber]?

  /// Creates a transform that applies one of `transforms`, with equal probabilities.
  public init(_ transforms: [any Transform]) {
    list = TransformList(transforms)
    writtenP = nil
  }

  /// Creates a transform that applies one of `transforms`, with probabilities proportional to `p`.
  public init<P: TensorScalar>(_ transforms: [any Transform], p: [P]) {
    list = TransformList(transforms)
    writtenP = p.map { WrittenNumber($0) }
  }

  /// Returns the result of the chosen transform.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I { try result(image) }

  /// Applies the chosen transform to a value of any type it accepts.
  public func apply(_ value: Any) throws -> Any { try run(value) }
}

extension RandomChoice: TransformContainer {
  var opening: String { "RandomChoice(" }
  var closing: String {
    "\n)(p=\(writtenP.map { "[" + $0.map(\.text).joined(separator: ", ") + "]" } ?? "None"))"
  }

  func drawn() throws -> [any Transform] {
    let all = list.transforms
    guard !all.isEmpty else {
      throw TensorError(.value, "RandomChoice", "expected at least one transform, but got none")
    }
    let weights = p ?? all.map { _ in 1 }
    guard weights.count == all.count else {
      throw TensorError(
        .value, "RandomChoice",
        "length of p doesn't match the number of transforms: \(weights.count) != \(all.count)")
    }
    let total = weights.reduce(0, +)
    guard weights.allSatisfy({ $0 >= 0 }), total > 0, total.isFinite else {
      throw TensorError(
        .value, "RandomChoice",
        "p should be nonnegative with a positive sum, but got \(got: weights)")
    }
    let index = try Tensor(weights.map { $0 / total }, dtype: .float32).multinomial(1)
      .item(as: Int.self)
    return [all[index]]
  }
}
