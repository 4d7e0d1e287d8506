/// A tensor kept for `backward`, with the version it had.
package struct SavedTensor {
  var tensor: Tensor
  var version: Int

  init(_ tensor: Tensor) {
    self.tensor = tensor
    version = tensor.storage.version
  }

  /// The tensor, if nobody wrote to it since.
  func unpack(for node: Node) throws -> Tensor {
    if tensor.storage.version != version {
      throw TensorError(
        .autograd, "backward",
        "one of the variables needed for gradient computation has been modified by an inplace operation: [\(tensor.dtype) \(tensor.shape)], saved by \(node.name), is at version \(tensor.storage.version); expected version \(version) instead. Use an out-of-place form, or clone() before writing")
    }
    return tensor
  }
}

/// What a pullback gets to see: the tensors its input saved, in order, and the operation's output.
package struct SavedTensors {
  var first: Tensor?
  var second: Tensor?
  var third: Tensor?
  var fourth: Tensor?
  var outputTensor: Tensor?

  package subscript(i: Int) -> Tensor {
    let found = switch i {
    case 0: first
    case 1: second
    case 2: third
    default: fourth
    }
    guard let found else { preconditionFailure("this input saved no tensor number \(i)") }
    return found
  }

  /// The operation's output; only for nodes recorded with `savingOutput`.
  package var output: Tensor {
    guard let outputTensor else { preconditionFailure("this node did not save its output") }
    return outputTensor
  }
}
