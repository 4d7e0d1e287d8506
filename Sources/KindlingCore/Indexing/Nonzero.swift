/// The indices of nonzero elements.
extension Tensor {
  /// Returns the indices of the nonzero elements, as the rows of a `[count, ndim]` tensor
  /// (PyTorch: `torch.nonzero`).
  ///
  /// The memory order is column-major, as in PyTorch.
  public func nonzero() throws -> Tensor {
    let marks = try noGrad { try to(.bool) }
    return try marks.withUnsafeBuffer(of: Bool.self) { bits in
      let count = bits.count(where: \.self)
      let (total, overflow) = count.multipliedReportingOverflow(by: ndim)
      let columns = try HostBuffer<Int>(count: overflow ? .max : total, "nonzero")
      columns.withElements { columns in
        var index = [Int](repeating: 0, count: ndim), row = 0
        for bit in bits {
          if bit {
            for (d, i) in index.enumerated() { columns[d * count + row] = i }
            row += 1
          }
          for d in index.indices.reversed() {
            index[d] += 1
            if index[d] < shape[d] { break }
            index[d] = 0
          }
        }
      }
      let result = try columns.tensor(shape: [ndim, count], device: device).t()
      // PyTorch uses these strides also for an empty result.
      result.strides = [1, count]
      return result
    }
  }

  /// Returns the indices of the nonzero elements, one vector per dimension
  /// (PyTorch: `torch.nonzero(as_tuple=True)`).
  public func nonzeroAsTuple() throws -> [Tensor] {
    try (ndim == 0 ? unsqueeze(0) : self).nonzero().unbind(1)
  }

  /// Calls ``nonzero()`` (PyTorch: `torch.argwhere`).
  public func argwhere() throws -> Tensor { try nonzero() }

  /// Returns the first `size` rows of ``nonzero()``, padded with `fillValue`
  /// (PyTorch: `torch.nonzero_static`).
  public func nonzeroStatic(size: Int, fillValue: Int = -1) throws -> Tensor {
    try require(
      size >= 0, .value, "nonzeroStatic", "`size` must be non-negative, but got \(got: size)")
    let found = try nonzero()
    let known = Swift.min(size, found.shape[0])
    let padding = try Tensor.full([size - known, ndim], fillValue, dtype: .int64, device: device)
    return try Tensor.cat([found.narrow(0, 0, known), padding])
  }
}
