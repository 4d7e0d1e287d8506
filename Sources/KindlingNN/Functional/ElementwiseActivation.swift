import KindlingCore

/// An element-wise activation: PyTorch's names, its values and its gradient.
///
/// Both functions use tensor operations; 16-bit floats are computed in float32 and rounded once.
struct ElementwiseActivation: Sendable {
  let name: String
  let node: String
  /// PyTorch's node of the in-place form, if it differs.
  let nodeInPlace: String?
  /// The kernel that PyTorch names when it rejects integers; `nil` if it accepts them.
  let floatKernel: String?
  /// The gradient of the in-place form; `nil` if it is computed from the input before the change.
  let inPlaceGradient: InPlaceGradient?
  /// Whether the gradient is piecewise constant in the input.
  let isPiecewiseLinear: Bool
  let values: @Sendable (_ x: Tensor) throws -> Tensor
  let gradient: @Sendable (_ g: Tensor, _ x: Tensor) throws -> Tensor

  init(
    _ name: String, _ node: String, inPlace nodeInPlace: String? = nil, floats kernel: String?,
    inPlaceGradient: InPlaceGradient? = nil, isPiecewiseLinear: Bool = false,
    values: @escaping @Sendable (_ x: Tensor) throws -> Tensor,
    gradient: @escaping @Sendable (_ g: Tensor, _ x: Tensor) throws -> Tensor
  ) {
    self.name = name
    self.node = node
    self.nodeInPlace = nodeInPlace
    floatKernel = kernel
    self.inPlaceGradient = inPlaceGradient
    self.isPiecewiseLinear = isPiecewiseLinear
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
    guard inplace else { return try recorded(computed(x), node, x) }
    return try x.inPlace(name + "_", preserving: inPlaceGradient == nil) { before, destination in
      let out = destination.alias()
      try noGrad { _ = try out.copy_(computed(before)) }
      return try inPlaceGradient.map { try recordedInPlace(out, before, $0) }
        ?? recorded(out, nodeInPlace ?? node, before)
    }
  }

  private func computed(_ x: Tensor) throws -> Tensor {
    try noGrad { x.dtype.isHalf ? try values(x.to(.float32)).to(x.dtype) : try values(x) }
  }

  private func recorded(_ y: Tensor, _ node: String, _ x: Tensor) throws -> Tensor {
    let gradient = gradient, bends = isPiecewiseLinear
    return try y.recorded(
      node,
      Input(x, saving: x) { g, s in
        let own =
          g.dtype.isHalf
          ? try gradient(g.to(.float32), s[0].to(.float32)).to(g.dtype) : try gradient(g, s[0])
        // PyTorch's name of the node of the backward operation.
        return bends ? try own.flat(in: s[0], String(node.dropLast()) + "Backward0") : own
      })
  }

  /// Records the in-place form of an activation whose gradient needs only the output.
  private func recordedInPlace(
    _ y: Tensor, _ before: Tensor, _ gradient: InPlaceGradient
  ) throws -> Tensor {
    let name = name, bends = isPiecewiseLinear, node = nodeInPlace ?? node
    return try y.recorded(
      node,
      Input(before) { g, s in
        guard gradient.isInvertible else {
          throw TensorError(
            .autograd, name,
            "In-place \(name) backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place forward function with a negative slope, please call out-of-place version instead."
          )
        }
        let y = s.output
        let own =
          g.dtype.isHalf
          ? try gradient.ofResult(g.to(.float32), y.to(.float32)).to(g.dtype)
          : try gradient.ofResult(g, y)
        return bends ? try own.flat(in: y, String(node.dropLast()) + "Backward0") : own
      }, savingOutput: true)
  }
}

/// The gradient of an in-place activation, computed from its output: PyTorch saves nothing else.
struct InPlaceGradient: Sendable {
  /// Whether the sign of an output determines the sign of the input.
  let isInvertible: Bool
  let ofResult: @Sendable (_ g: Tensor, _ y: Tensor) throws -> Tensor
}
