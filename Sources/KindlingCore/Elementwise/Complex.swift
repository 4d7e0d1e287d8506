/// PyTorch's functions on complex numbers; on real tensors, each returns the tensor unchanged.
extension Tensor {
  /// Returns the complex conjugate, which is this tensor (PyTorch: `torch.conj`).
  public func conj() -> Tensor { self }
  /// Returns the materialized complex conjugate, this tensor (PyTorch: `torch.conj_physical`).
  public func conjPhysical() -> Tensor { self }
  /// Returns this tensor; there is no lazy conjugation to resolve (PyTorch: `torch.resolve_conj`).
  public func resolveConj() -> Tensor { self }
  /// Returns this tensor; there is no lazy negation to resolve (PyTorch: `torch.resolve_neg`).
  public func resolveNeg() -> Tensor { self }
  /// The real part, which is this tensor (PyTorch: `torch.real`).
  public var real: Tensor { self }
}
