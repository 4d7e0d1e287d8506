/// Average pooling.
extension Tensor {
  /// Applies average pooling over the last `rank` dimensions.
  package func averagePooled(_ node: String, _ p: Pooling, rank: Int) throws -> Tensor {
    var y = try Tensor(uninitialized: p.outputShape(shape, rank), dtype, on: backend, "avg_pool")
    if y.numel > 0 { try backend.averagePool(unrecordedContiguous(), p, into: y) }
    // PyTorch's 3-D pooling always returns a contiguous tensor.
    if rank == 2 { y = try y.laidOut(as: suggestedFormat) }
    return try y.recorded(
      node,
      Input(self, saving: self) { [shape] g, s in
        try g.averageUnpooled(node, p, shape, rank).flat(in: s[0], node.dropLast() + "Backward0")
      })
  }

  /// Computes the gradient of the input of average pooling from this gradient of the output.
  private func averageUnpooled(_ node: String, _ p: Pooling, _ shape: [Int], _ rank: Int) throws
    -> Tensor
  {
    let x = try Tensor(uninitialized: shape, dtype, on: backend)
    if x.numel > 0 {
      if numel == 0 {
        try backend.fill(x, .int(0))
      } else {
        try backend.averagePoolBackward(unrecordedContiguous(), p, into: x)
      }
    }
    return try x.recorded(
      node.dropLast() + "Backward0",
      Input(self) { g, _ in try g.averagePooled(node, p, rank: rank) })
  }
}
