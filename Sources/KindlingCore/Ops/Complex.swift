/// What PyTorch's functions on complex numbers do with real ones: nothing.
extension Tensor {
  /// The complex conjugate: this tensor (PyTorch: `torch.conj`).
  public func conj() -> Tensor { self }
  /// The complex conjugate, computed: this tensor (PyTorch: `torch.conj_physical`).
  public func conjPhysical() -> Tensor { self }
  /// This tensor with any pending conjugation done (PyTorch: `torch.resolve_conj`).
  public func resolveConj() -> Tensor { self }
  /// This tensor with any pending negation done (PyTorch: `torch.resolve_neg`).
  public func resolveNeg() -> Tensor { self }
  /// The real part: this tensor (PyTorch: `torch.real`).
  public var real: Tensor { self }
}
