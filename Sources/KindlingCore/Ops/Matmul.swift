extension Tensor {
  /// The matrix product of two matrices (PyTorch: `torch.mm`).
  public func mm(_ other: Tensor) throws -> Tensor {
    guard ndim == 2, other.ndim == 2, shape[1] == other.shape[0], dtype == other.dtype else {
      throw TensorError(
        .shape, "mm", "mat1 and mat2 shapes cannot be multiplied (\(shape) and \(other.shape))")
    }
    let out = try Tensor(uninitialized: [shape[0], other.shape[1]], dtype, on: backend, "mm")
    try backend.matmul(self, other, alpha: .int(1), beta: .int(0), into: out)
    return out.recorded(
      "MmBackward0", Input(self, saving: other) { g, s in try g.mm(s[0].transpose(0, 1)) },
      Input(other, saving: self) { g, s in try s[0].transpose(0, 1).mm(g) })
  }
}
