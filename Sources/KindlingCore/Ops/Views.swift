extension Tensor {
  /// A view of the same memory, recorded as `name`; its pullback turns the view's gradient into
  /// this tensor's.
  package func view(
    _ name: String, shape: [Int], strides: [Int], offset: Int, _ pullback: @escaping Pullback
  ) -> Tensor {
    let result = alias(shape: shape, strides: strides, offset: offset)
    result.trackView(of: self)
    return result.recorded(name, Input(self, pullback: pullback))
  }

  /// Notes that this tensor is a view of `source`, so that writing to one reaches the graph of the other.
  func trackView(of source: Tensor) {}

  /// Exchanges two dimensions, as a view (PyTorch: `Tensor.transpose`).
  public func transpose(_ dim0: Int, _ dim1: Int) throws -> Tensor {
    let a = try Layout.wrap(dim0, ndim, "transpose"), b = try Layout.wrap(dim1, ndim, "transpose")
    var (shape, strides) = (shape, strides)
    if a < ndim && b < ndim {
      shape.swapAt(a, b)
      strides.swapAt(a, b)
    }
    return view("TransposeBackward0", shape: shape, strides: strides, offset: storageOffset) { g, _ in
      try g.transpose(a, b)
    }
  }

  /// Repeats dimensions of size 1 without copying (PyTorch: `Tensor.expand`); −1 keeps a size.
  public func expand(_ sizes: [Int]) throws -> Tensor {
    let lead = sizes.count - ndim
    var target = sizes
    for d in sizes.indices {
      let own = d < lead ? 1 : shape[d - lead]
      if sizes[d] == -1 && d >= lead { target[d] = own }
      guard lead >= 0, target[d] >= 0, own == target[d] || own == 1 else {
        throw TensorError(
          .shape, "expand", "the expanded size \(sizes) does not fit a tensor of shape \(shape)")
      }
    }
    guard lead >= 0 else {
      throw TensorError(
        .shape, "expand",
        "the number of sizes provided (\(sizes.count)) must be greater or equal to the number of dimensions in the tensor (\(ndim))")
    }
    _ = try Layout.checkedCount(target, dtype, "expand")
    let strides = Layout.expandedStrides(shape, strides, to: target)
    return view("ExpandBackward0", shape: target, strides: strides, offset: storageOffset) { g, _ in g }
  }
}
