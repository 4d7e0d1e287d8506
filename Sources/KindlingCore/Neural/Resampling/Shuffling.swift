/// Operations that move elements between channels and spatial dimensions.
extension Tensor {
  /// Rearranges `[*, C·r², H, W]` to `[*, C, H·r, W·r]`.
  package func pixelShuffle(_ r: Int) throws -> Tensor {
    let name = "pixel_shuffle"
    try checkImage(name)
    try require(
      r > 0, .value, name, "pixel_shuffle expects a positive upscale_factor, but got \(got: r)")
    let lead = Array(shape.dropLast(3)), plane = Array(shape.suffix(3))
    let (square, overflow) = r.multipliedReportingOverflow(by: r)
    try require(
      !overflow && plane[0] % square == 0, .shape, name,
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=\(plane[0]) is not divisible by \(r)·\(r)"
    )
    let (c, h, w, n) = (plane[0] / square, plane[1], plane[2], lead.count)
    return try Composed.record("PixelShuffleBackward0", [self], isLinear: true) { s in
      try s[0].reshape(lead + [c, r, r, h, w])
        .permute(Array(0..<n) + [0, 3, 1, 4, 2].map { $0 + n })
        .reshape(lead + [c, h * r, w * r]).clone(memoryFormat: s[0].suggestedFormat)
    }
  }

  /// Rearranges `[*, C, H·r, W·r]` to `[*, C·r², H, W]`.
  package func pixelUnshuffle(_ r: Int) throws -> Tensor {
    let name = "pixel_unshuffle"
    try checkImage(name)
    try require(
      r > 0, .value, name, "pixel_unshuffle expects a positive downscale_factor, but got \(got: r)")
    let lead = Array(shape.dropLast(3)), plane = Array(shape.suffix(3)), n = lead.count
    for (d, label) in [(1, "height"), (2, "width")] where plane[d] % r != 0 {
      throw TensorError(
        .shape, name,
        "pixel_unshuffle expects \(label) to be divisible by downscale_factor, but input.size(\(d - 3))=\(plane[d]) is not divisible by \(r)"
      )
    }
    let (c, h, w) = (plane[0], plane[1] / r, plane[2] / r)
    return try Composed.record("PixelUnshuffleBackward0", [self], isLinear: true) { s in
      try s[0].reshape(lead + [c, h, r, w, r])
        .permute(Array(0..<n) + [0, 2, 4, 1, 3].map { $0 + n })
        .reshape(lead + [c * r * r, h, w]).clone(memoryFormat: s[0].suggestedFormat)
    }
  }

  /// Splits channels into `groups` and interleaves them.
  package func channelShuffle(_ groups: Int) throws -> Tensor {
    let name = "channel_shuffle"
    try require(
      ndim > 2, .shape, name,
      "channel_shuffle expects input with > 2 dims, but got input with sizes \(got: shape)")
    try require(
      groups > 0, .value, name,
      "Number of groups to divide channels in must be positive. Value of groups:\(groups)")
    let channels = shape[1]
    try require(
      channels % groups == 0, .shape, name,
      "Number of channels must be divisible by groups. Got \(channels) channels and \(groups) groups."
    )
    if numel == 0 { return try view(shape) }
    return try Composed.record("ChannelShuffleBackward0", [self], isLinear: true) { [shape] s in
      try s[0].reshape([shape[0], groups, channels / groups, -1]).transpose(1, 2).reshape(shape)
        .clone(memoryFormat: s[0].suggestedFormat)
    }
  }

  private func checkImage(_ name: String) throws {
    try require(
      ndim >= 3, .shape, name,
      "\(name) expects input to have at least 3 dimensions, but got input with \(got: ndim) dimension(s)"
    )
  }
}
