/// A tensor saved for `backward`, with its version.
struct SavedTensor {
  private enum Kept {
    case tensor(Tensor)
    /// The tensor as packed by ``savedTensorsHooks(pack:unpack:_:)``.
    case packed(PackedTensor)
  }

  private var kept: Kept
  private let version: Int
  /// Whether the tensor was an operation's result.
  private let isResult: Bool

  /// Keeps `tensor` for `node`.
  ///
  /// - Throws: ``TensorError`` `.autograd` for a tensor made in inference mode, whose changes nobody
  ///   counts.
  init(_ tensor: Tensor, for node: String) throws {
    try require(
      !tensor.isInferenceTensor, .autograd, node,
      "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by autograd; clone() makes a normal one, or use noGrad instead of inferenceMode"
    )
    isResult = tensor.node != nil
    version = tensor.storage.version
    kept = SavedTensorsHooks.current.map { .packed(PackedTensor(tensor, $0)) } ?? .tensor(tensor)
  }

  /// Returns the tensor; throws if it was modified since.
  func unpack(for node: String) throws -> Tensor {
    let tensor: Tensor
    switch kept {
    case .tensor(let own): tensor = own
    case .packed(let packed): return try packed.unpack()
    }
    try require(
      tensor.storage.version == version, .autograd, "backward",
      "one of the variables needed for gradient computation has been modified by an inplace operation: [\(tensor.dtype) \(tensor.shape)], saved by \(node), is at version \(tensor.storage.version); expected version \(version) instead. Use an out-of-place form, or clone() before writing"
    )
    try require(
      !isResult || tensor.node != nil, .autograd, "backward",
      "Trying to use a saved tensor that has been detached in-place (saved by \(node)), i.e. with detach_(). This is not supported, please use out-of-place detach() instead"
    )
    return tensor
  }

  /// Appends the tensor to `parts` if it may hold a graph.
  func collect(into parts: inout [AnyObject]) {
    switch kept {
    case .tensor(let tensor):
      if tensor.node != nil || tensor.viewBase != nil || tensor.meta != nil { parts.append(tensor) }
    case .packed(let packed): parts.append(packed)
    }
  }
}

/// The tensors passed to a pullback: those that its input saved, in order, and the output.
package struct SavedTensors {
  var first: Tensor?
  var second: Tensor?
  var third: Tensor?
  var fourth: Tensor?
  var outputTensor: Tensor?

  package subscript(i: Int) -> Tensor {
    let found =
      switch i {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    guard let found else { preconditionFailure("this input saved no tensor number \(i)") }
    return found
  }

  /// Returns the tensors with integers converted to `dtype`.
  func promoted(to dtype: DType) throws -> SavedTensors {
    func promoted(_ x: Tensor?) throws -> Tensor? {
      try x.map { $0.dtype.isFloatingPoint ? $0 : try $0.to(dtype) }
    }
    return SavedTensors(
      first: try promoted(first), second: try promoted(second), third: try promoted(third),
      fourth: try promoted(fourth), outputTensor: outputTensor)
  }

  /// The output of the operation; only for nodes recorded with `savingOutput`.
  package var output: Tensor {
    guard let outputTensor else { preconditionFailure("this node did not save its output") }
    return outputTensor
  }
}
