/// Where elements are not zero.
extension Tensor {
  /// The indexes of the elements that are not zero, as rows of a `[count, ndim]` tensor
  /// (PyTorch: `torch.nonzero`).
  ///
  /// The columns lie one behind another in memory, as PyTorch's do.
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
      // PyTorch's, of nothing found, too.
      result.strides = [1, count]
      return result
    }
  }

  /// The indexes of the elements that are not zero, one vector for each dimension
  /// (PyTorch: `torch.nonzero(as_tuple=True)`).
  public func nonzeroAsTuple() throws -> [Tensor] {
    try (ndim == 0 ? unsqueeze(0) : self).nonzero().unbind(1)
  }

  /// ``nonzero()`` under NumPy's name (PyTorch: `torch.argwhere`).
  public func argwhere() throws -> Tensor { try nonzero() }

  /// The first `size` rows of ``nonzero()``, filled up with `fillValue`
  /// (PyTorch: `torch.nonzero_static`).
  public func nonzeroStatic(size: Int, fillValue: Int = -1) throws -> Tensor {
    guard size >= 0 else {
      throw TensorError(.value, "nonzeroStatic", "`size` must be non-negative, but got \(size)")
    }
    let found = try nonzero()
    let known = Swift.min(size, found.shape[0])
    let padding = try Tensor.full([size - known, ndim], fillValue, dtype: .int64, device: device)
    return try Tensor.cat([found.narrow(0, 0, known), padding])
  }
}
