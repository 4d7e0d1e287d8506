/// The rule for in-place operations on an expanded tensor, as in PyTorch: only operations that
/// store given values write to it.
package enum ExpandedWrite {
  case refused, written
  /// Written, with a warning that names the operation and its equivalent assignment.
  case deprecated(_ name: String, _ example: String)
}

/// The rule for inputs that share memory with the tensor an operation writes to, as in PyTorch.
package enum SharedInputs {
  /// An input may be the tensor itself, whose elements are read where they are written.
  case itself
  case none
  /// The inputs are read before anything is written.
  case any
}

extension Tensor {
  /// Overwrites this tensor with the result of `body`, and updates the graph and the version.
  ///
  /// `body(x, destination)` computes the operation on `x` and writes it into `destination`, which
  /// shares this tensor's memory. It records as the out-of-place form does. While nothing is
  /// recorded, `x` is this tensor. Otherwise `x` is a copy of the old elements, since the graph may
  /// need them. If the graph does not, `preserving: false` avoids the copy, and `x` shares this
  /// memory.
  ///
  /// For an expanded tensor, several elements of which share memory, `onExpanded` is the rule,
  /// unless there are no elements.
  ///
  /// `sharing` is the rule for inputs that overlap this tensor.
  ///
  /// With `recording` false, the operation is unknown to PyTorch's graph. This tensor then keeps
  /// its history, and may be a leaf.
  @discardableResult
  package func inPlace(
    _ operation: String, _ inputs: [Tensor] = [], preserving: Bool = true,
    onExpanded: ExpandedWrite = .refused, sharing: SharedInputs = .itself, recording: Bool = true,
    _ body: (_ x: Tensor, _ destination: Tensor) throws -> Tensor
  ) throws -> Tensor {
    try checkInference(operation)
    let records =
      recording && isGradEnabled && (requiresGrad || inputs.contains(where: \.requiresGrad))
    if records { try checkInPlace(operation) }
    try checkExpanded(operation, onExpanded)
    for input in inputs where input.storage === storage && overlaps(input, unless: sharing) {
      throw TensorError(
        .value, operation,
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation."
      )
    }
    if !records {
      _ = try recording ? body(self, self) : noGrad { try body(self, self) }
      storage.version += 1
      return self
    }
    let before = preserving ? try noGrad { try clone() } : alias()
    before.node = gradFn
    before.outputIndex = outputIndex
    let result = try body(before, self)
    storage.version += 1
    try rebaseHistory(on: result)
    return self
  }

  /// Returns this tensor, or a copy if it shares memory with `target`, for operations that read it
  /// before they write.
  func apart(from target: Tensor) throws -> Tensor {
    storage === target.storage ? try clone() : self
  }

  /// Throws for a tensor made in inference mode outside of it.
  func checkInference(_ operation: String) throws {
    try require(
      !isInferenceTensor || isInferenceModeEnabled, .autograd, operation,
      "Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal tensor before doing inplace update"
    )
  }

  /// Throws for an expanded tensor, unless the operation may write to it.
  func checkExpanded(_ operation: String, _ onExpanded: ExpandedWrite = .refused) throws {
    if numel > 0, zip(shape, strides).contains(where: { $0 > 1 && $1 == 0 }) {
      switch onExpanded {
      case .written: break
      case .deprecated(let name, let example):
        try Warnings.warn(
          .deprecated, "",
          "Use of \(name) on expanded tensors is deprecated. Please clone() the tensor before performing this operation. This also applies to advanced indexing e.g. tensor[\(example)"
        )
      case .refused:
        throw TensorError(
          .value, operation,
          "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation."
        )
      }
    }
  }

  /// Returns whether a write to this tensor may precede a read of `other` at the same address, by
  /// PyTorch's rule, which does not check tensors with gaps.
  private func overlaps(_ other: Tensor, unless sharing: SharedInputs) -> Bool {
    guard sharing == .none || sharing == .itself && other !== self, numel > 0, other.numel > 0,
      Layout.isDense(shape, strides),
      Layout.isDense(other.shape, other.strides)
    else { return false }
    func bytes(_ x: Tensor) -> Range<Int> {
      let start = x.storageOffset * x.dtype.byteSize
      return start..<start + x.numel * x.dtype.byteSize
    }
    if bytes(self) == bytes(other) { return sharing == .none || strides != other.strides }
    return bytes(self).overlaps(bytes(other))
  }
}
