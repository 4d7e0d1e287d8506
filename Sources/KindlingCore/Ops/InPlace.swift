extension Tensor {
  /// Overwrites this tensor with what `body` computes from it, keeping graph and versions right.
  ///
  /// `body(x, destination)` computes the operation on `x` and writes it into `destination`, which
  /// shares this tensor's memory, recording as the out-of-place form does. While nothing is recorded
  /// `x` is this tensor; otherwise it is a copy of what stood here before, since the graph may need it.
  /// Where the graph does not, `preserving: false` saves that copy: `x` then is this memory too.
  @discardableResult
  package func inPlace(
    _ operation: String, _ inputs: [Tensor] = [], preserving: Bool = true,
    _ body: (_ x: Tensor, _ destination: Tensor) throws -> Tensor
  ) throws -> Tensor {
    if isInferenceTensor && !isInferenceModeEnabled {
      throw TensorError(
        .autograd, operation,
        "Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal tensor before doing inplace update"
      )
    }
    let records = isGradEnabled && (requiresGrad || inputs.contains(where: \.requiresGrad))
    if records { try checkInPlace(operation) }
    let internalOverlap = zip(shape, strides).contains { $0 > 1 && $1 == 0 }
    if internalOverlap {
      throw TensorError(
        .value, operation,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation."
      )
    }
    if !records {
      _ = try body(self, self)
      storage.version += 1
      return self
    }
    let before = preserving ? try noGrad { try clone() } : alias()
    before.node = gradFn
    before.outputIndex = outputIndex
    let result = try body(before, self)
    storage.version += 1
    rebaseHistory(on: result)
    return self
  }
}
