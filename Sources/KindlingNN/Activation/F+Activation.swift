public import KindlingCore

extension F {
  /// Replaces negative elements by 0 (PyTorch: `F.relu`).
  public static func relu(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    inplace ? try x.relu_() : try x.relu()
  }

  /// Returns `1 / (1 + exp(−x))` (PyTorch: `F.sigmoid`).
  public static func sigmoid(_ x: Tensor) throws -> Tensor { try x.sigmoid() }

  /// Returns the hyperbolic tangent of each element (PyTorch: `F.tanh`).
  public static func tanh(_ x: Tensor) throws -> Tensor { try x.tanh() }

  /// Returns `exp(x) / Σ exp(x)` along `dim` (PyTorch: `F.softmax`).
  ///
  /// If `dim` is `nil`, PyTorch's default applies: dimension 0 for inputs of 0, 1 or 3 dimensions,
  /// else 1. With `dtype` the input is converted first.
  public static func softmax(_ x: Tensor, dim: Int? = nil, dtype: DType? = nil) throws -> Tensor {
    try x.softmax(dim: dim ?? implicitDim(x, "softmax"), dtype: dtype)
  }

  /// Returns the logarithm of ``softmax(_:dim:dtype:)`` (PyTorch: `F.log_softmax`).
  public static func logSoftmax(_ x: Tensor, dim: Int? = nil, dtype: DType? = nil) throws -> Tensor
  {
    try x.logSoftmax(dim: dim ?? implicitDim(x, "log_softmax"), dtype: dtype)
  }

  /// Returns the dimension that PyTorch chooses if none is given, and issues its warning.
  static func implicitDim(_ x: Tensor, _ name: String) throws -> Int {
    try Warnings.warn(
      .deprecated, "",
      "Implicit dimension choice for \(name) has been deprecated. Change the call to include dim=X as an argument."
    )
    return [0, 1, 3].contains(x.ndim) ? 0 : 1
  }

  /// Returns the one-hot encoding of class indices, in int64 (PyTorch: `F.one_hot`).
  ///
  /// A `numClasses` of −1 means the largest index plus one.
  ///
  /// - Shape: `[*]` → `[*, numClasses]`.
  public static func oneHot(_ classes: Tensor, numClasses: Int = -1) throws -> Tensor {
    try require(
      classes.dtype == .int64, .dtype, "one_hot",
      "one_hot is only applicable to index tensor of type LongTensor, but got \(got: classes.dtype); convert it with to(.int64)"
    )
    if numClasses < -1 || numClasses == 0 && classes.numel > 0 {
      throw TensorError(
        .value, "one_hot", "num_classes should be positive, but got \(got: numClasses)")
    }
    let labels = try classes.toArray(as: Int.self)
    guard let largest = labels.max(), let smallest = labels.min() else {
      try require(
        numClasses > 0, .value, "one_hot",
        "Can not infer total number of classes from empty tensor.")
      return try Tensor.zeros(classes.shape + [numClasses], dtype: .int64, device: classes.device)
    }
    if smallest < 0 { throw TensorError(.value, "one_hot", "Class values must be non-negative.") }
    try require(
      numClasses == -1 || largest < numClasses, .value, "one_hot",
      "Class values must be smaller than num_classes.")
    let (count, overflow) = largest.addingReportingOverflow(1)
    if overflow { throw TensorError(.value, "one_hot", "there is no tensor of \(largest) classes") }
    let size = numClasses == -1 ? count : numClasses
    return try classes.contiguous().unsqueeze(-1).eq(Tensor.arange(size, device: classes.device))
      .to(.int64)
  }
}
