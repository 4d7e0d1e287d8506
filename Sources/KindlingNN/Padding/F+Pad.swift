public import KindlingCore

extension F {
  /// Pads the input (PyTorch: `F.pad`).
  ///
  /// `pad` lists the elements before and after, beginning with the last dimension. Negative numbers
  /// crop. Constant padding is `value`, by default 0.
  ///
  /// - Throws: `TensorError` `.shape` or `.value` if `pad` does not match the input or the mode.
  public static func pad(
    _ x: Tensor, _ pad: [Int], mode: PaddingMode = .constant, value: Double? = nil
  ) throws -> Tensor {
    try x.pad(pad, mode: mode, value: value)
  }
}
