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
}
