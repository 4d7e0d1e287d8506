public import KindlingCore

/// Functions that move elements between channels and spatial dimensions.
extension F {
  /// Rearranges `[*, C·r², H, W]` to `[*, C, H·r, W·r]` (PyTorch: `F.pixel_shuffle`).
  public static func pixelShuffle(_ x: Tensor, _ upscaleFactor: Int) throws -> Tensor {
    try x.pixelShuffle(upscaleFactor)
  }

  /// Reverses ``pixelShuffle(_:_:)`` (PyTorch: `F.pixel_unshuffle`).
  public static func pixelUnshuffle(_ x: Tensor, _ downscaleFactor: Int) throws -> Tensor {
    try x.pixelUnshuffle(downscaleFactor)
  }

  /// Splits channels into `groups` and interleaves them (PyTorch: `F.channel_shuffle`).
  ///
  /// - Shape: `[N, C, *]`, unchanged.
  public static func channelShuffle(_ x: Tensor, _ groups: Int) throws -> Tensor {
    try x.channelShuffle(groups)
  }
}
