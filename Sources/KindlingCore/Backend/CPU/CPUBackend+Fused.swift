import CKernels
import KindlingPlatform

/// The fused operations as one pass over contiguous float32 or float64 memory; other layouts and
/// dtypes use the composed forms.
extension CPUBackend {
  package func softmax(_ x: Tensor, dim: Int, log: Bool, into out: Tensor) throws {
    guard let forward = kk_softmax(x.dtype.rawValue).forward, let n = rowLength([x, out], dim)
    else {
      return try composedSoftmax(x, dim: dim, log: log, into: out)
    }
    let (source, target, size) = (x.pointer, out.pointer, n * x.dtype.byteSize)
    ThreadPool.shared.forEachPiece(of: x.numel / n, max(1, (1 << 13) / n)) { first, count in
      forward(Int64(count), Int64(n), source + first * size, target + first * size, log)
    }
  }

  package func softmaxBackward(
    _ gradient: Tensor, _ output: Tensor, dim: Int, log: Bool, into out: Tensor
  ) throws {
    guard let backward = kk_softmax(output.dtype.rawValue).backward,
      let n = rowLength([gradient, output, out], dim)
    else { return try composedSoftmaxBackward(gradient, output, dim: dim, log: log, into: out) }
    let (g, y, target, size) = (
      gradient.pointer, output.pointer, out.pointer, n * output.dtype.byteSize
    )
    ThreadPool.shared.forEachPiece(of: output.numel / n, max(1, (1 << 13) / n)) { first, count in
      backward(
        Int64(count), Int64(n), g + first * size, y + first * size, target + first * size, log)
    }
  }

  /// Returns the size of `dim` if it is the last one and all tensors are contiguous and of one
  /// dtype.
  private func rowLength(_ tensors: [Tensor], _ dim: Int) -> Int? {
    guard let last = tensors.last, last.numel > 0, last.ndim > 0, dim == last.ndim - 1,
      tensors.allSatisfy({ $0.isContiguous && $0.dtype == last.dtype && $0.numel == last.numel })
    else { return nil }
    return last.shape[dim]
  }

  package func sgdStep(
    _ parameter: Tensor, _ gradient: Tensor, momentumBuffer: Tensor?, _ step: SGDStep
  ) throws {
    guard let loop = kk_optimizer(parameter.dtype.rawValue).sgd, fits(parameter, gradient),
      fits(parameter, momentumBuffer)
    else { return try composedSGDStep(parameter, gradient, momentumBuffer: momentumBuffer, step) }
    var numbers = kk_sgd_step(
      lr: step.lr, momentum: step.momentum, dampening: step.dampening,
      weight_decay: step.weightDecay, nesterov: step.nesterov, maximize: step.maximize,
      first: step.isFirst)
    let (p, g, m) = (parameter.pointer, gradient.pointer, momentumBuffer?.pointer)
    let size = parameter.dtype.byteSize
    withUnsafePointer(to: &numbers) { numbers in
      ThreadPool.shared.forEachPiece(of: parameter.numel, ElementwiseCall.piece) { first, count in
        let at = first * size
        loop(Int64(count), p + at, g + at, m.map { $0 + at }, numbers)
      }
    }
  }

  package func adamStep(
    _ parameter: Tensor, _ gradient: Tensor, expAvg: Tensor, expAvgSq: Tensor,
    maxExpAvgSq: Tensor?, _ step: AdamStep
  ) throws {
    guard let loop = kk_optimizer(parameter.dtype.rawValue).adam, fits(parameter, gradient),
      fits(parameter, expAvg), fits(parameter, expAvgSq), fits(parameter, maxExpAvgSq)
    else {
      return try composedAdamStep(
        parameter, gradient, expAvg: expAvg, expAvgSq: expAvgSq, maxExpAvgSq: maxExpAvgSq, step)
    }
    var numbers = kk_adam_step(
      lr: step.lr, beta1: step.beta1, beta2: step.beta2, eps: step.eps,
      weight_decay: step.weightDecay, size: step.lr / (1 - pow(step.beta1, step.step)),
      second_correction: (1 - pow(step.beta2, step.step)).squareRoot(),
      decoupled: step.decoupled, maximize: step.maximize)
    let (p, g, most) = (parameter.pointer, gradient.pointer, maxExpAvgSq?.pointer)
    let (m, v, size) = (expAvg.pointer, expAvgSq.pointer, parameter.dtype.byteSize)
    withUnsafePointer(to: &numbers) { numbers in
      ThreadPool.shared.forEachPiece(of: parameter.numel, ElementwiseCall.piece) { first, count in
        let at = first * size
        loop(Int64(count), p + at, g + at, m + at, v + at, most.map { $0 + at }, numbers)
      }
    }
  }

  /// Returns whether `other` has the elements of `parameter` in the same positions; nil fits.
  private func fits(_ parameter: Tensor, _ other: Tensor?) -> Bool {
    guard let other else { return true }
    return parameter.isContiguous && other.isContiguous && other.dtype == parameter.dtype
      && other.numel == parameter.numel
  }
}
