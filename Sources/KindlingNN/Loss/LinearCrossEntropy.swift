public import KindlingCore

/// A linear map to logits with a cross entropy loss (PyTorch: `nn.LinearCrossEntropyLoss`).
///
/// - Shape: input `[N, inFeatures]` or `[inFeatures]`; the logits are
///   `[N, numClasses, *outFeatures]`.
/// - Throws: on use, `TensorError` if an argument of the initializer was invalid, or like
///   ``F/linearCrossEntropy(_:_:_:linearBias:weight:reduction:ignoreIndex:labelSmoothing:)``.
open class LinearCrossEntropyLoss: ReducedLoss, Loss {
  /// The number of classes.
  public let numClasses: Int
  /// The further dimensions of the logits.
  public let outFeatures: [Int]
  /// The rescaling weight of each class.
  @Buffer public var weight: Tensor?
  /// A class index to ignore.
  public let ignoreIndex: Int?
  /// The amount of label smoothing.
  public final var labelSmoothing: Double { writtenLabelSmoothing.doubleValue }
  private let writtenLabelSmoothing: Scalar
  /// The linear map to the logits.
  public let linear: Linear

  /// Creates a loss with a linear map drawn from the default generator.
  public init(
    _ inFeatures: Int, _ numClasses: Int, outFeatures: [Int] = [], bias: Bool = false,
    weight: Tensor? = nil, reduction: Reduction = .mean, ignoreIndex: Int? = nil,
    labelSmoothing: any TensorScalar = 0.0, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.numClasses = numClasses
    self.outFeatures = outFeatures
    _weight = Buffer(wrappedValue: weight)
    self.ignoreIndex = ignoreIndex
    writtenLabelSmoothing = labelSmoothing.scalar
    var problem: TensorError?
    func refuse(_ message: ErrorMessage) {
      problem = problem ?? TensorError(.value, "LinearCrossEntropyLoss", message)
    }
    if let weight, weight.shape != [numClasses] {
      refuse("expected weight shape to be [\(expected: numClasses)], got \(got: weight.shape)")
    }
    if !(0...1).contains(writtenLabelSmoothing.doubleValue) {
      refuse(
        "expected labelSmoothing to be in range [0, 1], got \(got: PrintedNumber.python(writtenLabelSmoothing))"
      )
    }
    let outputs = LinearCrossEntropyLoss.product([numClasses] + outFeatures)
    if outputs == nil {
      refuse("\(numClasses) classes and outFeatures \(outFeatures) are no sizes")
    }
    linear = Linear(inFeatures, outputs ?? 0, bias: bias, dtype: dtype, device: device)
    super.init(reduction: reduction)
    initializationError = problem
  }

  private static func product(_ sizes: [Int]) -> Int? {
    var result = 1
    for size in sizes {
      let (product, over) = result.multipliedReportingOverflow(by: size)
      if over || size < 0 { return nil }
      result = product
    }
    return result
  }

  open func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.linearCrossEntropy(
      input, linear.weight.reshape([numClasses] + outFeatures + [linear.inFeatures]), target,
      linearBias: linear.bias?.reshape([numClasses] + outFeatures), weight: weight,
      reduction: reduction, ignoreIndex: ignoreIndex, labelSmoothing: labelSmoothing)
  }

  override open func extraRepr() -> String {
    "in_features=\(linear.inFeatures), num_classes=\(numClasses), "
      + "out_features=\(TextForm.tuple(outFeatures)), bias=\(linear.bias == nil ? "False" : "True"), "
      + "reduction=\(reduction.rawValue), ignore_index=\(ignoreIndex.map { "\($0)" } ?? "None"), "
      + "label_smoothing=\(PrintedNumber.python(writtenLabelSmoothing)), options=None"
  }
}
