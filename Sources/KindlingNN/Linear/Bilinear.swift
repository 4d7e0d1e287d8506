public import KindlingCore

/// A bilinear map of two inputs (PyTorch: `nn.Bilinear`).
open class Bilinear: Module {
  /// The size of the first input.
  public let in1Features: Int
  /// The size of the second input.
  public let in2Features: Int
  /// The size of the output.
  public let outFeatures: Int
  /// The weight, `[outFeatures, in1Features, in2Features]`.
  @Parameter public var weight: Tensor
  /// The bias, `[outFeatures]`, or `nil`.
  @Parameter public var bias: Tensor?

  /// Creates a bilinear map with parameters drawn from the default generator, as in PyTorch.
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
        ?? TensorError(.value, "Bilinear", "in1_features must be > 0, but got \(got: in1Features)")
    }
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Reinitializes the parameters (PyTorch: `Bilinear.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    let bound = 1 / Double(in1Features).squareRoot()
    try Init.uniform_(weight, -bound, bound)
    if let bias { try Init.uniform_(bias, -bound, bound) }
  }

  /// Returns the bilinear map of two inputs.
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.bilinear(x1, x2, weight, bias)
  }

  /// Returns the result of ``forward(_:_:)`` and runs the hooks.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try call([x1, x2]) { try forward($0[0], $0[1]) }
  }

  override class var form: LayerForm? {
    LayerForm(
      Bilinear.self, "linear", .init("in1_features", \.in1Features),
      .init("in2_features", \.in2Features), .init("out_features", \.outFeatures),
      .presence("bias", \.bias),
      tensors: { first, second, outputs, _ in [("weight", [outputs, first, second])] }
    ) { Bilinear($0, $1, $2, bias: $3) }
  }
}
