import Kindling

extension ModuleTable {
  /// Adds the padding modules of `modules_shape`.
  mutating func addPadding() {
    layer("ConstantPad1d") { a in try ConstantPad1d(a.extents(0, "padding"), a.scalar(1, "value")) }
    layer("ConstantPad2d") { a in try ConstantPad2d(a.extents(0, "padding"), a.scalar(1, "value")) }
    layer("ConstantPad3d") { a in try ConstantPad3d(a.extents(0, "padding"), a.scalar(1, "value")) }
    layer("ZeroPad1d") { a in try ZeroPad1d(a.extents(0, "padding")) }
    layer("ZeroPad2d") { a in try ZeroPad2d(a.extents(0, "padding")) }
    layer("ZeroPad3d") { a in try ZeroPad3d(a.extents(0, "padding")) }
    layer("ReflectionPad1d") { a in try ReflectionPad1d(a.extents(0, "padding")) }
    layer("ReflectionPad2d") { a in try ReflectionPad2d(a.extents(0, "padding")) }
    layer("ReflectionPad3d") { a in try ReflectionPad3d(a.extents(0, "padding")) }
    layer("ReplicationPad1d") { a in try ReplicationPad1d(a.extents(0, "padding")) }
    layer("ReplicationPad2d") { a in try ReplicationPad2d(a.extents(0, "padding")) }
    layer("ReplicationPad3d") { a in try ReplicationPad3d(a.extents(0, "padding")) }
    layer("CircularPad1d") { a in try CircularPad1d(a.extents(0, "padding")) }
    layer("CircularPad2d") { a in try CircularPad2d(a.extents(0, "padding")) }
    layer("CircularPad3d") { a in try CircularPad3d(a.extents(0, "padding")) }
  }

  /// Adds the modules of `modules_shape`, except for padding.
  mutating func addShape() {
    layer("Flatten") { a in
      try Flatten(a.int(0, "start_dim", default: 1), a.int(1, "end_dim", default: -1))
    }
    layer("Unflatten") { a in try Unflatten(a.int(0, "dim"), a.ints(1, "unflattened_size")) }
    layer("PixelShuffle") { a in try PixelShuffle(a.int(0, "upscale_factor")) }
    layer("PixelUnshuffle") { a in try PixelUnshuffle(a.int(0, "downscale_factor")) }
    layer("ChannelShuffle") { a in try ChannelShuffle(a.int(0, "groups")) }
    layer("Unfold") { a in
      try Unfold(
        a.extents(0, "kernel_size"), dilation: a.extents(1, "dilation", default: 1),
        padding: a.extents(2, "padding", default: 0), stride: a.extents(3, "stride", default: 1))
    }
    layer("Fold") { a in
      try Fold(
        a.extents(0, "output_size"), a.extents(1, "kernel_size"),
        dilation: a.extents(2, "dilation", default: 1),
        padding: a.extents(3, "padding", default: 0), stride: a.extents(4, "stride", default: 1))
    }
    layer("Upsample") { a in
      let mode: UpsampleMode = try a.choice(2, "mode", default: .nearest)
      let corners = try a.optionalBool(3, "align_corners")
      let recomputes = try a.optionalBool(4, "recompute_scale_factor")
      if let factor = try a.onlyFactor() {
        return Upsample(
          scaleFactor: factor, mode: mode, alignCorners: corners,
          recomputeScaleFactor: recomputes)
      }
      return try Upsample(
        size: a.optionalExtents(0, "size"), scaleFactor: a.optionalDoubles(1, "scale_factor"),
        mode: mode, alignCorners: corners, recomputeScaleFactor: recomputes)
    }
    layer("UpsamplingNearest2d") { a in
      if let factor = try a.onlyFactor() { return UpsamplingNearest2d(scaleFactor: factor) }
      return try UpsamplingNearest2d(
        size: a.optionalExtents(0, "size"), scaleFactor: a.optionalDoubles(1, "scale_factor"))
    }
    layer("UpsamplingBilinear2d") { a in
      if let factor = try a.onlyFactor() { return UpsamplingBilinear2d(scaleFactor: factor) }
      return try UpsamplingBilinear2d(
        size: a.optionalExtents(0, "size"), scaleFactor: a.optionalDoubles(1, "scale_factor"))
    }
  }

  /// Adds the supported modules of `modules_attention`.
  mutating func addAttention() {
    module("MultiheadAttention") { a in
      let module = try MultiheadAttention(
        a.int(0, "embed_dim"), a.int(1, "num_heads"), dropout: a.double(2, "dropout", default: 0),
        bias: a.bool(3, "bias", default: true),
        addBiasKV: a.bool(4, "add_bias_kv", default: false),
        addZeroAttn: a.bool(5, "add_zero_attn", default: false),
        kdim: a.optionalInt(6, "kdim"), vdim: a.optionalInt(7, "vdim"),
        batchFirst: a.bool(8, "batch_first", default: false))
      return BuiltModule(module) { c in
        let result = try module(
          c.tensor(0, "query"), c.tensor(1, "key"), c.tensor(2, "value"),
          keyPaddingMask: c.optionalTensor(3, "key_padding_mask"),
          needWeights: c.bool(4, "need_weights", default: true),
          attnMask: c.optionalTensor(5, "attn_mask"),
          averageAttnWeights: c.bool(6, "average_attn_weights", default: true),
          isCausal: c.bool(7, "is_causal", default: false))
        return [result.output, result.weights]
      }
    }
  }
}

extension Arguments {
  /// Returns the single factor of an upsampling, if no other size or factor is given.
  fileprivate func onlyFactor() throws -> Scalar? {
    guard has(1, "scale_factor"), !isList(1, "scale_factor"), !has(0, "size") else { return nil }
    return try scalar(1, "scale_factor")
  }
}
