public import KindlingCore

/// The affine map `x · weightᵀ + bias` (PyTorch: `nn.Linear`).
///
/// - Shape: `[*, inFeatures]` → `[*, outFeatures]`.
/// - Throws: on use, `TensorError` where a size given was impossible, or as ``F/linear(_:_:_:)``.
open class Linear: Module, Layer {
  /// The size of the last dimension of what goes in.
  public let inFeatures: Int
  /// The size of the last dimension of what comes out.
  public let outFeatures: Int
  /// `[outFeatures, inFeatures]`.
  @Parameter public var weight: Tensor
  /// `[outFeatures]`, if there is one.
  @Parameter public var bias: Tensor?

  /// A layer whose parameters are drawn as PyTorch draws them, from the default generator.
  public init(
    _ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    var problem: TensorError?
    weight = parameterMemory([outFeatures, inFeatures], dtype, device, "Linear", &problem)
    self.bias = bias ? parameterMemory([outFeatures], dtype, device, "Linear", &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Draws the parameters anew (PyTorch: `Linear.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.linearDefaults(weight: weight, bias: bias)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.linear(x, weight, bias)
  }

  override open func extraRepr() -> String {
    "in_features=\(inFeatures), out_features=\(outFeatures), bias=\(bias == nil ? "False" : "True")"
  }
}

/// Memory for a parameter; where there can be none, an empty tensor, and why in `problem`.
func parameterMemory(
  _ shape: [Int], _ dtype: DType?, _ device: Device, _ layer: String, _ problem: inout TensorError?
) -> Tensor {
  do {
    return try Tensor.empty(shape, dtype: dtype, device: device)
  } catch let error as TensorError {
    problem = problem ?? TensorError(error.kind, layer, error.message)
  } catch {
    problem = problem ?? TensorError(.value, layer, "\(error)")
  }
  return Tensor([Double]())
}

extension Module {
  /// Runs a throwing part of an initialiser; its error is thrown by the first use.
  package func keepingError(_ body: () throws -> Void) {
    do { try body() } catch {
      initializationError =
        initializationError ?? error as? TensorError ?? TensorError(.value, typeName, "\(error)")
    }
  }
}
