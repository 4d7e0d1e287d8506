extension Tensor {
  /// e to the power of each element (PyTorch: `torch.exp`).
  public func exp() throws -> Tensor { try exp(into: nil) }
  /// ``exp()`` in place.
  @discardableResult
  public func exp_() throws -> Tensor { try inPlace("exp_") { try $0.exp(into: $1) } }
  private func exp(into out: Tensor?) throws -> Tensor {
    try unary(.exp, into: out)
      .recorded("ExpBackward0", Input(self) { g, s in try g * s.output }, savingOutput: true)
  }
}
