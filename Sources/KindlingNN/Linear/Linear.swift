public import KindlingCore

/// The affine map `x · weightᵀ + bias` (PyTorch: `nn.Linear`).
///
/// - Shape: `[*, inFeatures]` → `[*, outFeatures]`.
/// - Throws: on use, `TensorError` if a size given was invalid, or like ``F/linear(_:_:_:)``.
open class Linear: Module, Layer {
  /// The size of the last dimension of the input.
  public let inFeatures: Int
  /// The size of the last dimension of the output.
  public let outFeatures: Int
  /// The weight, `[outFeatures, inFeatures]`.
  @Parameter public var weight: Tensor
  /// The bias, `[outFeatures]`, or `nil`.
  @Parameter public var bias: Tensor?

  /// Creates a layer with parameters drawn from the default generator, as in PyTorch.
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

  /// Reinitializes the parameters (PyTorch: `Linear.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.linearDefaults(weight: weight, bias: bias)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.linear(x, weight, bias)
  }

  override class var form: LayerForm? { described { Linear($0, $1, bias: $2) } }

  static func described<L: Linear>(_ make: @escaping (Int, Int, Bool) -> L) -> LayerForm {
    LayerForm(
      L.self, "linear", .init("in_features", \.inFeatures), .init("out_features", \.outFeatures),
      .presence("bias", \.bias),
      tensors: { inputs, outputs, _ in [("weight", [outputs, inputs])] }, make: make)
  }
}

/// Returns memory for a parameter; on failure an empty tensor, with the error in `problem`.
func parameterMemory(
  _ shape: [Int], _ dtype: DType?, _ device: Device, _ layer: String, _ problem: inout TensorError?
) -> Tensor {
  do {
    return try Tensor.empty(shape, dtype: dtype, device: device)
  } catch let error as TensorError {
    problem = problem ?? TensorError(error.kind, layer, error.content)
  } catch {
    problem = problem ?? TensorError(.value, layer, "\(error)")
  }
  return Tensor([Double]())
}

extension Module {
  /// Runs a throwing part of an initializer; the first use of the module throws its error.
  package func keepingError(_ body: () throws -> Void) {
    do { try body() } catch {
      initializationError =
        initializationError ?? error as? TensorError ?? TensorError(.value, typeName, "\(error)")
    }
  }
}
