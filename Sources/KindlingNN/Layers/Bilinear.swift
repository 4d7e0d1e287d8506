public import KindlingCore

/// ``F/bilinear(_:_:_:_:)`` with parameters (PyTorch: `nn.Bilinear`).
open class Bilinear: Module {
  /// The size of the first input.
  public let in1Features: Int
  /// The size of the second input.
  public let in2Features: Int
  /// The size of the result.
  public let outFeatures: Int
  /// `[outFeatures, in1Features, in2Features]`.
  @Parameter public var weight: Tensor
  /// `[outFeatures]`, if there is one.
  @Parameter public var bias: Tensor?

  /// A bilinear map whose parameters are drawn as PyTorch draws them, from the default generator.
  public init(
    _ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true,
    dtype: DType? = nil, device: Device = .cpu
  ) {
    self.in1Features = in1Features
    self.in2Features = in2Features
    self.outFeatures = outFeatures
    var problem: TensorError?
    weight = parameterMemory(
      [outFeatures, in1Features, in2Features], dtype, device, "Bilinear", &problem)
    self.bias = bias ? parameterMemory([outFeatures], dtype, device, "Bilinear", &problem) : nil
    if in1Features <= 0 {
      problem =
        problem
        ?? TensorError(.value, "Bilinear", "in1_features must be > 0, but got \(in1Features)")
    }
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Draws the parameters anew (PyTorch: `Bilinear.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    let bound = 1 / Double(in1Features).squareRoot()
    try Init.uniform_(weight, -bound, bound)
    if let bias { try Init.uniform_(bias, -bound, bound) }
  }

  /// The map of two inputs.
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.bilinear(x1, x2, weight, bias)
  }

  /// ``forward(_:_:)`` with the hooks around it.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try call([x1, x2]) { try forward($0[0], $0[1]) }
  }

  override open func extraRepr() -> String {
    "in1_features=\(in1Features), in2_features=\(in2Features), out_features=\(outFeatures), bias=\((bias != nil).python)"
  }
}
