/// The order in which a tensor's dimensions lie in memory (PyTorch: `torch.memory_format`).
///
/// It changes strides alone: shape, indexing and values stay those of `[N, C, H, W]`.
public enum MemoryFormat: Sendable, CaseIterable {
  /// The last dimension's elements are neighbours.
  case contiguous
  /// As they lie already.
  case preserve
  /// The channels of an image's pixel are neighbours; for four dimensions.
  case channelsLast
  /// The channels of a volume's point are neighbours; for five dimensions.
  case channelsLast3d
}

extension Tensor {
  /// This tensor if it lies in `memoryFormat`, else a copy that does
  /// (PyTorch: `Tensor.contiguous(memory_format=…)`).
  ///
  /// - Throws: ``TensorError`` where the format is for another number of dimensions.
  public func contiguous(memoryFormat: MemoryFormat) throws -> Tensor {
    let rank: Int
    switch memoryFormat {
    case .preserve: return self
    case .contiguous: return try contiguous()
    case .channelsLast: rank = 4
    case .channelsLast3d: rank = 5
    }
    guard ndim == rank else {
      throw TensorError(
        .shape, "contiguous",
        "required rank \(rank) tensor to use \(memoryFormat) format, got shape \(shape)")
    }
    return try movedim(1, -1).contiguous().movedim(-1, 1)
  }
}
