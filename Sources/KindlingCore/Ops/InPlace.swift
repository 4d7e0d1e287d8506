extension Tensor {
  /// Overwrites this tensor with what `body` computes from it, keeping graph and versions right.
  ///
  /// `body(x, destination)` computes the operation on `x` and writes it into `destination`, which
  /// shares this tensor's memory, recording as the out-of-place form does. While nothing is recorded
  /// `x` is this tensor; otherwise it is a copy of what stood here before, since the graph may need it.
  @discardableResult
  package func inPlace(
    _ operation: String, _ inputs: [Tensor] = [],
    _ body: (_ x: Tensor, _ destination: Tensor) throws -> Tensor
  ) throws -> Tensor {
    let records = isGradEnabled && (requiresGrad || inputs.contains(where: \.requiresGrad))
    if records { try checkInPlace(operation) }
    let internalOverlap = zip(shape, strides).contains { $0 > 1 && $1 == 0 }
    if internalOverlap {
      throw TensorError(
        .value, operation,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.")
    }
    if !records {
      _ = try body(self, self)
      storage.version += 1
      return self
    }
    let before = try noGrad { try clone() }
    before.node = gradFn
    before.outputIndex = outputIndex
    let result = try body(before, self)
    storage.version += 1
    rebaseHistory(on: result)
    return self
  }

  /// PyTorch's rules on what may be written to while recording.
  func checkInPlace(_ operation: String) throws {
    if requiresGradFlag && node == nil {
      throw TensorError(
        .autograd, operation,
        "a leaf Variable that requires grad is being used in an in-place operation; wrap the update in noGrad { }")
    }
  }

  /// Takes over the graph of `result`, which was written into this tensor's memory.
  func rebaseHistory(on result: Tensor) {
    node = result.node
    outputIndex = result.outputIndex
    (node as? OperationNode)?.output = (node as? OperationNode)?.output.map { _ in SavedTensor(alias()) }
  }
}
