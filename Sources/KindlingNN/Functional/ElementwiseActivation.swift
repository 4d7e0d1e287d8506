import KindlingCore

/// An elementwise activation: PyTorch's names, its values, and its gradient.
///
/// Both are written with tensor operations; 16-bit floats are computed in float32 and rounded once.
struct ElementwiseActivation: Sendable {
  let name: String
  let node: String
  /// PyTorch's node of the form in place, where it is another one.
  let nodeInPlace: String?
  /// The kernel that PyTorch names when it refuses integers; nil where it takes them.
  let floatKernel: String?
  /// Whether the sign of a result tells on which side of 0 the input lay, so that the form in place
  /// can be differentiated.
  ///
  /// PyTorch keeps only the result there.
  let isInvertible: Bool
  let values: @Sendable (_ x: Tensor) throws -> Tensor
  let gradient: @Sendable (_ g: Tensor, _ x: Tensor) throws -> Tensor

  init(
    _ name: String, _ node: String, inPlace nodeInPlace: String? = nil, floats kernel: String?,
    isInvertible: Bool = true, values: @escaping @Sendable (_ x: Tensor) throws -> Tensor,
    gradient: @escaping @Sendable (_ g: Tensor, _ x: Tensor) throws -> Tensor
  ) {
    self.name = name
    self.node = node
    self.nodeInPlace = nodeInPlace
    floatKernel = kernel
    self.isInvertible = isInvertible
    self.values = values
    self.gradient = gradient
  }

  func callAsFunction(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    if let floatKernel, !x.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, name,
        "\"\(floatKernel)\" not implemented for '\(x.dtype.scalarName)'; convert the input with to(.float32)"
      )
    }
    if x.dtype == .bool {
      throw TensorError(.dtype, name, "\"\(name)\" not implemented for 'Bool'")
    }
    guard inplace else { return recorded(try computed(x), node, x) }
    return try x.inPlace(name + "_") { before, destination in
      let out = destination.alias()
      try noGrad { _ = try out.copy_(computed(before)) }
      return recorded(out, nodeInPlace ?? node, before, inPlace: true)
    }
  }

  private func computed(_ x: Tensor) throws -> Tensor {
    try noGrad { x.dtype.isHalf ? try values(x.to(.float32)).to(x.dtype) : try values(x) }
  }

  private func recorded(
    _ y: Tensor, _ node: String, _ x: Tensor, inPlace: Bool = false
  ) -> Tensor {
    let gradient = gradient, name = name, refuses = inPlace && !isInvertible
    return y.recorded(
      node,
      Input(x, saving: x) { g, s in
        if refuses {
          throw TensorError(
            .autograd, name,
            "In-place \(name) backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place forward function with a negative slope, please call out-of-place version instead."
          )
        }
        guard g.dtype.isHalf else { return try gradient(g, s[0]) }
        return try gradient(g.to(.float32), s[0].to(.float32)).to(g.dtype)
      })
  }
}
