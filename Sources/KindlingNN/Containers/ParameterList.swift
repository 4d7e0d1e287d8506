public import KindlingCore

/// A list of parameters, all of which are registered (PyTorch: `nn.ParameterList`).
///
/// The state-dict key of a parameter is its position.
open class ParameterList: Module, Sequence, KeepsOwnMembers {
  /// Creates a list of the given parameters.
  ///
  /// The first call of the enclosing module, or ``Module/stateDict()``, reports an invalid one.
  public init(_ parameters: [Tensor] = []) {
    super.init()
    do {
      for parameter in parameters { try append(parameter) }
    } catch { initializationError = error as? TensorError }
  }

  private var tensors: [Tensor] { registered.tensors.compactMap(\.value.tensor) }

  /// The number of parameters.
  public final var count: Int { registered.tensors.count }

  /// The parameter at `index`; negative indices count from the end.
  public final subscript(index: Int) -> Tensor {
    get throws { tensors[try wrapIndex(index, count, of: "parameters")] }
  }

  /// Appends a parameter; the result of a recorded operation is detached.
  ///
  /// - Throws: `TensorError` `.dtype` for integers and bools.
  @discardableResult
  public final func append(_ parameter: Tensor) throws -> Self {
    try require(
      parameter.dtype.isFloatingPoint, .dtype, typeName,
      "Only Tensors of floating point and complex dtype can require gradients, got \(got: parameter.dtype)"
    )
    registered.tensors["\(count)"] = RegisteredTensor(parameter, .parameter)
    return self
  }

  /// Returns an iterator over the parameters, in order.
  public final func makeIterator() -> IndexingIterator<[Tensor]> { tensors.makeIterator() }

  override open func extraRepr() -> String {
    tensors.enumerated().map { i, parameter in
      let size = parameter.shape.map(String.init).joined(separator: "x")
      return "  (\(i)): Parameter containing: [torch.\(parameter.dtype) of size \(size)]"
    }.joined(separator: "\n")
  }

  override class var form: LayerForm? {
    LayerForm(
      ParameterList.self, "container",
      .init("_size", \ParameterList.tensors, value: { .int($0.count) }) { saved in
        var tensors: [Tensor] = []
        while let tensor = saved.tensor("\(tensors.count)") { tensors.append(tensor) }
        return tensors
      }
    ) { ParameterList($0) }
  }
}
