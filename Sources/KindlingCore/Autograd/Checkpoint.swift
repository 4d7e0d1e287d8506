/// Runs `function` without saving tensors, and reruns it in `backward`
/// (PyTorch: `torch.utils.checkpoint.checkpoint` with `use_reentrant=False`).
///
/// With `preserveRNGState`, the second run draws the same random numbers.
///
/// - Throws: the errors of `function`; `backward` throws ``TensorError`` `.autograd` if the second
///   run saves different tensors than the first.
public func checkpoint(
  _ function: @escaping ([Tensor]) throws -> [Tensor], _ inputs: [Tensor],
  preserveRNGState: Bool = true
) throws -> [Tensor] {
  guard isGradEnabled else { return try function(inputs) }
  let frame = try CheckpointFrame(function, inputs, preserveRNGState: preserveRNGState)
  return try SavedTensorsHooks.with(frame.hooks()) { try function(inputs) }
}

/// Calls ``checkpoint(_:_:preserveRNGState:)->[Tensor]`` with one tensor.
public func checkpoint(
  _ function: @escaping (Tensor) throws -> Tensor, _ input: Tensor, preserveRNGState: Bool = true
) throws -> Tensor {
  guard isGradEnabled else { return try function(input) }
  let frame = try CheckpointFrame(
    { [try function($0[0])] }, [input], preserveRNGState: preserveRNGState)
  return try SavedTensorsHooks.with(frame.hooks()) { try function(input) }
}

/// One run of a checkpointed function, with the data to repeat it and the results of repeating it.
private final class CheckpointFrame {
  private struct Description: Equatable {
    let shape: [Int]
    let dtype: DType

    init(_ t: Tensor) {
      shape = t.shape
      dtype = t.dtype
    }
  }

  private let function: ([Tensor]) throws -> [Tensor]
  /// Saved as by an operation, so that an enclosing checkpoint does not keep them either.
  private let inputs: [SavedTensor]
  private let generator: [UInt8]?
  private var saved: [Description] = []
  private var recomputed: [Int: Tensor] = [:]

  init(
    _ function: @escaping ([Tensor]) throws -> [Tensor], _ inputs: [Tensor], preserveRNGState: Bool
  ) throws {
    self.function = function
    self.inputs = try inputs.map { try SavedTensor($0, for: "checkpoint") }
    generator = preserveRNGState ? Generator.default.stateBytes : nil
  }

  /// Returns hooks that save numbers instead of the tensors.
  func hooks() -> SavedTensorsHooks {
    SavedTensorsHooks(
      pack: { tensor in
        self.saved.append(Description(tensor))
        return self.saved.count - 1
      },
      unpack: { number in
        guard let number = number as? Int else { throw self.mismatch("no number was kept") }
        return try self.tensor(number)
      })
  }

  private func tensor(_ number: Int) throws -> Tensor {
    if let known = recomputed.removeValue(forKey: number) { return known }
    try recompute()
    guard let made = recomputed.removeValue(forKey: number) else {
      throw mismatch("tensor \(number) was not saved again")
    }
    return made
  }

  private func recompute() throws {
    var found: [Tensor] = []
    let hooks = SavedTensorsHooks(
      pack: { tensor in
        found.append(tensor)
        return found.count - 1
      },
      unpack: { number in
        guard let number = number as? Int, found.indices.contains(number) else {
          throw self.mismatch("tensor \(number) is not there")
        }
        return found[number]
      })
    let inputs = try inputs.map { try $0.unpack(for: "checkpoint") }
    let random = Generator.default
    let before = random.stateBytes
    if let generator { try random.setState(generator) }
    defer { if generator != nil { try? random.setState(before) } }
    _ = try SavedTensorsHooks.with(hooks) { try enableGrad { try function(inputs) } }
    guard found.count == saved.count else {
      throw mismatch(
        "a different number of tensors was saved during the original forward (\(saved.count)) and recomputation (\(found.count))"
      )
    }
    recomputed = [:]
    for (i, tensor) in found.enumerated() {
      guard Description(tensor) == saved[i] else {
        throw mismatch(
          "recomputed tensor \(i) has shape \(tensor.shape) and dtype \(tensor.dtype), but in the forward pass it had shape \(saved[i].shape) and dtype \(saved[i].dtype)"
        )
      }
      recomputed[i] = tensor
    }
  }

  private func mismatch(_ what: String) -> TensorError {
    TensorError(.autograd, "checkpoint", "\(what); the function must do the same each time it runs")
  }
}
