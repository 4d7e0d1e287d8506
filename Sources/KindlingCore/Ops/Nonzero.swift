/// Where elements are not zero.
extension Tensor {
  /// The indexes of the elements that are not zero, as rows of a `[count, ndim]` tensor
  /// (PyTorch: `torch.nonzero`).
  public func nonzero() throws -> Tensor {
    let marks = try noGrad { try to(.bool) }
    return try marks.withUnsafeBuffer(of: Bool.self) { bits in
      let count = bits.count(where: \.self)
      let (total, overflow) = count.multipliedReportingOverflow(by: ndim)
      let rows = try HostBuffer<Int>(count: overflow ? .max : total, "nonzero")
      rows.withElements { rows in
        var index = [Int](repeating: 0, count: ndim), next = 0
        for bit in bits {
          if bit {
            for i in index {
              rows[next] = i
              next += 1
            }
          }
          for d in index.indices.reversed() {
            index[d] += 1
            if index[d] < shape[d] { break }
            index[d] = 0
          }
        }
      }
      return try rows.tensor(shape: [count, ndim], device: device)
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
