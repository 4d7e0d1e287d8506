public import KindlingCore

/// Initialization of parameters (PyTorch: `torch.nn.init`).
///
/// All functions fill `tensor` in place and return it, without recording. They draw PyTorch's
/// numbers from `generator`, or from the default generator if it is `nil`.
public enum Init {
  // MARK: Constants

  /// Fills with `value` (PyTorch: `init.constant_`).
  @discardableResult
  public static func constant_(_ tensor: Tensor, _ value: Double) throws -> Tensor {
    try noGrad {
      try tensor.copy_(Tensor.full([], value, dtype: tensor.dtype, device: tensor.device))
    }
  }

  /// Fills with ones (PyTorch: `init.ones_`).
  @discardableResult
  public static func ones_(_ tensor: Tensor) throws -> Tensor { try constant_(tensor, 1) }

  /// Fills with zeros (PyTorch: `init.zeros_`).
  @discardableResult
  public static func zeros_(_ tensor: Tensor) throws -> Tensor { try constant_(tensor, 0) }

  /// Fills a matrix with the identity, also if it is not square (PyTorch: `init.eye_`).
  @discardableResult
  public static func eye_(_ tensor: Tensor) throws -> Tensor {
    try require(
      tensor.ndim == 2, .shape, "eye_",
      "only tensors with 2 dimensions are supported, but the shape is \(tensor.shape)")
    try zeros_(tensor)
    let strides = tensor.strides
    let diagonal = tensor.alias(
      shape: [min(tensor.shape[0], tensor.shape[1])], strides: [strides[0] + strides[1]],
      offset: tensor.storageOffset)
    try ones_(diagonal)
    return tensor
  }

  /// Fills a convolution's weight so that it passes as many channels through as possible
  /// (PyTorch: `init.dirac_`).
  ///
  /// - Shape: `[outChannels, inChannels, *]` with 1 to 3 spatial dimensions.
  @discardableResult
  public static func dirac_(_ tensor: Tensor, groups: Int = 1) throws -> Tensor {
    try require(
      (3...5).contains(tensor.ndim), .shape, "dirac_",
      "only tensors with 3, 4, or 5 dimensions are supported, but the shape is \(tensor.shape)")
    try require(
      groups > 0 && tensor.shape[0] % groups == 0, .value, "dirac_",
      "dim 0 (\(tensor.shape[0])) must be divisible by groups (\(groups))")
    try zeros_(tensor)
    if tensor.numel == 0 { return tensor }
    let perGroup = tensor.shape[0] / groups, strides = tensor.strides
    let middle = (2..<tensor.ndim).reduce(0) { $0 + tensor.shape[$1] / 2 * strides[$1] }
    for group in 0..<groups {
      let channels = tensor.alias(
        shape: [min(perGroup, tensor.shape[1])], strides: [strides[0] + strides[1]],
        offset: tensor.storageOffset + middle + group * perGroup * strides[0])
      try ones_(channels)
    }
    return tensor
  }

  // MARK: Distributions

  /// Fills with numbers from a uniform distribution over [a, b) (PyTorch: `init.uniform_`).
  @discardableResult
  public static func uniform_(
    _ tensor: Tensor, _ a: Double = 0, _ b: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try noGrad { try tensor.uniform_(a, b, generator: generator) }
  }

  /// Fills with numbers from a normal distribution (PyTorch: `init.normal_`).
  @discardableResult
  public static func normal_(
    _ tensor: Tensor, mean: Double = 0, std: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try noGrad { try tensor.normal_(mean, std, generator: generator) }
  }

  /// Fills with normal numbers, and zeroes a fraction `sparsity` of each column
  /// (PyTorch: `init.sparse_`).
  @discardableResult
  public static func sparse_(
    _ tensor: Tensor, sparsity: Double, std: Double = 0.01, generator: Generator? = nil
  ) throws -> Tensor {
    try require(
      tensor.ndim == 2, .shape, "sparse_",
      "only tensors with 2 dimensions are supported, but the shape is \(tensor.shape)")
    try require(
      (0...1).contains(sparsity), .value, "sparse_",
      "expects sparsity to be in [0, 1], but got \(got: sparsity)")
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    let zeros = Int((sparsity * Double(rows)).rounded(.up))
    try normal_(tensor, std: std, generator: generator)
    for column in 0..<columns {
      let order = try Tensor.randperm(rows, generator: generator).toArray(as: Int.self)
      for row in order.prefix(zeros) {
        try zeros_(
          tensor.alias(
            shape: [], strides: [],
            offset: tensor.storageOffset + row * tensor.strides[0] + column * tensor.strides[1]))
      }
    }
    return tensor
  }

  // MARK: By fan-in and fan-out

  /// The connections whose variance is preserved (PyTorch's `mode`).
  public enum FanMode: String, Sendable {
    /// The inputs of a unit: preserves the variance in the forward pass.
    case fanIn
    /// The outputs of a unit: preserves the variance in the backward pass.
    case fanOut
  }

  /// Returns the fan-in and fan-out of a weight `[out, in, *]`.
  ///
  /// - Throws: `TensorError` `.shape` for fewer than 2 dimensions.
  public static func fans(_ tensor: Tensor) throws -> (fanIn: Int, fanOut: Int) {
    try require(
      tensor.ndim >= 2, .shape, "fans",
      "fan in and fan out can not be computed for tensor with fewer than 2 dimensions; the shape is \(tensor.shape)"
    )
    // An empty tensor may have any sizes.
    func product(_ a: Int, _ b: Int) -> Int {
      let (product, over) = a.multipliedReportingOverflow(by: b)
      return over ? .max : product
    }
    let field = tensor.shape[2...].reduce(1, product)
    return (product(tensor.shape[1], field), product(tensor.shape[0], field))
  }

  /// Returns the recommended gain for a nonlinearity (PyTorch: `init.calculate_gain`).
  ///
  /// `nonlinearity` is PyTorch's name, such as `relu`, `leaky_relu`, `tanh`, `conv2d`; `param` is
  /// the negative slope of `leaky_relu`.
  public static func calculateGain(_ nonlinearity: String, _ param: Double = 0.01) throws -> Double
  {
    switch nonlinearity {
    case "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
      "conv_transpose3d", "sigmoid":
      return 1
    case "tanh": return 5.0 / 3
    case "relu": return 2.0.squareRoot()
    case "leaky_relu": return (2 / (1 + param * param)).squareRoot()
    case "selu": return 3.0 / 4
    default:
      throw TensorError(
        .value, "calculateGain",
        "unsupported nonlinearity \(nonlinearity); use linear, conv2d, sigmoid, tanh, relu, leaky_relu or selu"
      )
    }
  }

  /// Fills by Glorot's uniform initialization (PyTorch: `init.xavier_uniform_`).
  @discardableResult
  public static func xavierUniform_(
    _ tensor: Tensor, gain: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    let bound = 3.0.squareRoot() * (try xavierDeviation(tensor, gain))
    return try uniform_(tensor, -bound, bound, generator: generator)
  }

  /// Fills by Glorot's normal initialization (PyTorch: `init.xavier_normal_`).
  @discardableResult
  public static func xavierNormal_(
    _ tensor: Tensor, gain: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try normal_(tensor, std: xavierDeviation(tensor, gain), generator: generator)
  }

  private static func xavierDeviation(_ tensor: Tensor, _ gain: Double) throws -> Double {
    let (fanIn, fanOut) = try fans(tensor)
    // Without connections there are no elements to fill.
    let sum = Double(fanIn) + Double(fanOut)
    return sum == 0 ? 0 : gain * (2 / sum).squareRoot()
  }

  /// Fills by He's uniform initialization (PyTorch: `init.kaiming_uniform_`).
  ///
  /// `a` is the negative slope of `leaky_relu`.
  @discardableResult
  public static func kaimingUniform_(
    _ tensor: Tensor, a: Double = 0, mode: FanMode = .fanIn, nonlinearity: String = "leaky_relu",
    generator: Generator? = nil
  ) throws -> Tensor {
    if try isNoOp(tensor) { return tensor }
    let bound = 3.0.squareRoot() * (try kaimingDeviation(tensor, a, mode, nonlinearity))
    return try uniform_(tensor, -bound, bound, generator: generator)
  }

  /// Fills by He's normal initialization (PyTorch: `init.kaiming_normal_`).
  @discardableResult
  public static func kaimingNormal_(
    _ tensor: Tensor, a: Double = 0, mode: FanMode = .fanIn, nonlinearity: String = "leaky_relu",
    generator: Generator? = nil
  ) throws -> Tensor {
    if try isNoOp(tensor) { return tensor }
    return try normal_(
      tensor, std: kaimingDeviation(tensor, a, mode, nonlinearity), generator: generator)
  }

  /// Returns whether `tensor` is empty, and warns if it is.
  private static func isNoOp(_ tensor: Tensor) throws -> Bool {
    guard tensor.numel == 0 else { return false }
    try Warnings.warn(.user, "", "Initializing zero-element tensors is a no-op")
    return true
  }

  private static func kaimingDeviation(
    _ tensor: Tensor, _ a: Double, _ mode: FanMode, _ nonlinearity: String
  ) throws -> Double {
    let (fanIn, fanOut) = try fans(tensor)
    let fan = mode == .fanIn ? fanIn : fanOut
    return try calculateGain(nonlinearity, a) / Double(fan).squareRoot()
  }

  // MARK: Layers

  /// Initializes a weight `[out, in, *]`, then a bias, like `Linear` and convolutions.
  ///
  /// Both are uniform, with a bound of 1 / √fanIn.
  package static func linearDefaults(weight: Tensor, bias: Tensor?) throws {
    try kaimingUniform_(weight, a: 5.0.squareRoot())
    guard let bias else { return }
    let fanIn = try fans(weight).fanIn
    let bound = fanIn > 0 ? 1 / Double(fanIn).squareRoot() : 0
    try uniform_(bias, -bound, bound)
  }
}
