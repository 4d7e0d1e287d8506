import Kindling

extension OperatorTable {
  /// Adds the operators of `nn_misc`.
  mutating func addMiscellaneous() {
    addPadding()
    addInterpolation()
    addAttention()
    op("nn.functional.cosine_similarity") { a in
      try F.cosineSimilarity(
        a.tensor(0), a.tensor(1), dim: a.int(2, "dim", default: 1),
        eps: a.double(3, "eps", default: 1e-8))
    }
    op("nn.functional.pairwise_distance") { a in
      try F.pairwiseDistance(
        a.tensor(0), a.tensor(1), p: a.double(2, "p", default: 2),
        eps: a.double(3, "eps", default: 1e-6), keepdim: a.bool(4, "keepdim", default: false))
    }
    op("nn.functional.pdist") { a in try F.pdist(a.tensor(0), p: a.double(1, "p", default: 2)) }
    op("nn.functional.pixel_shuffle") { a in
      try F.pixelShuffle(a.tensor(0), a.int(1, "upscale_factor"))
    }
    op("nn.functional.pixel_unshuffle") { a in
      try F.pixelUnshuffle(a.tensor(0), a.int(1, "downscale_factor"))
    }
    op("nn.functional.channel_shuffle") { a in
      try F.channelShuffle(a.tensor(0), a.int(1, "groups"))
    }
    op("nn.functional.embedding_bag") { a in
      let (weight, input) = (try a.tensor(0), try a.tensor(1))
      let name = try a.string(nil, "mode", default: "mean")
      guard let mode = EmbeddingBagMode(rawValue: name) else {
        throw UnsupportedError("mode \(name)")
      }
      // Sparse gradients, which Kindling does not have, are another format of the same numbers.
      _ = try a.bool(nil, "sparse", default: false)
      return try F.embeddingBag(
        input, weight, offsets: a.optionalTensor(2, "offsets"),
        maxNorm: a.optionalDouble(nil, "max_norm"),
        normType: a.double(nil, "norm_type", default: 2),
        scaleGradByFreq: a.bool(nil, "scale_grad_by_freq", default: false), mode: mode,
        perSampleWeights: a.optionalTensor(nil, "per_sample_weights"),
        includeLastOffset: a.bool(nil, "include_last_offset", default: false),
        paddingIdx: a.optionalInt(nil, "padding_idx"))
    }
  }

  private mutating func addPadding() {
    op("constant_pad_nd") { a in
      let x = try a.tensor(0), pad = try a.ints(1, "pad")
      switch try a.scalar(2, "value", default: .int(0)) {
      case .bool(let v): return try x.constantPad(pad, value: v)
      case .int(let v): return try x.constantPad(pad, value: v)
      case .double(let v): return try x.constantPad(pad, value: v)
      }
    }
    op("nn.functional.pad") { a in
      let (x, pad) = (try a.tensor(0), try a.ints(1, "pad"))
      let name = try a.string(2, "mode", default: "constant")
      guard let mode = PaddingMode(rawValue: name) else {
        throw TensorError(.value, "pad", "Unrecognised padding mode \(name)")
      }
      return try F.pad(x, pad, mode: mode, value: a.optionalDouble(3, "value"))
    }
  }

  private mutating func addInterpolation() {
    op(
      "nn.functional.interpolate", "nn.functional.upsample", like: "nn.functional.interpolate"
    ) { a in
      let x = try a.tensor(0), name = try a.string(nil, "mode", default: "nearest")
      guard let mode = UpsampleMode(rawValue: name) else { throw UnsupportedError("mode \(name)") }
      return try F.interpolate(
        x, size: a.optionalInts(1, "size"), scaleFactor: a.optionalDoubles(2, "scale_factor"),
        mode: mode, alignCorners: a.optionalBool(nil, "align_corners"),
        recomputeScaleFactor: a.optionalBool(nil, "recompute_scale_factor"),
        antialias: a.bool(nil, "antialias", default: false))
    }
    for (name, mode, corners) in [
      ("nn.functional.upsample_nearest", UpsampleMode.nearest, nil as Bool?),
      ("nn.functional.upsample_bilinear", .bilinear, true),
    ] {
      op(name) { a in
        try F.interpolate(
          a.tensor(0), size: a.optionalInts(1, "size"),
          scaleFactor: a.optionalDoubles(2, "scale_factor"), mode: mode, alignCorners: corners)
      }
    }
    op("_upsample_bilinear2d_aa") { a in
      let x = try a.tensor(0), size = try a.optionalInts(nil, "output_size")
      var factors = try a.optionalDoubles(nil, "scale_factors")
      let corners = try a.bool(nil, "align_corners")
      let (h, w) = (try a.optionalDouble(nil, "scales_h"), try a.optionalDouble(nil, "scales_w"))
      if size == nil, let h, let w { factors = [h, w] }
      if size != nil, h != nil || w != nil {
        return try F.upsampled(
          x, size ?? [], factors: [h ?? 0, w ?? 0], mode: .bilinear, alignCorners: corners,
          antialias: true)
      }
      return try F.interpolate(
        x, size: size, scaleFactor: factors, mode: .bilinear, alignCorners: corners,
        antialias: true)
    }
    op("nn.functional.grid_sample") { a in
      let (x, grid) = (try a.tensor(0), try a.tensor(1))
      let mode = try a.string(2, "mode", default: "bilinear")
      let padding = try a.string(3, "padding_mode", default: "zeros")
      guard let mode = GridMode(rawValue: mode), let padding = GridPadding(rawValue: padding) else {
        throw UnsupportedError("mode \(mode), \(padding)")
      }
      return try F.gridSample(
        x, grid, mode: mode, paddingMode: padding,
        alignCorners: a.bool(4, "align_corners", default: false))
    }
    op("grid_sampler_2d", "grid_sampler_3d") { a in
      let (x, grid) = (try a.tensor(0), try a.tensor(1))
      let (mode, padding) = (try a.int(2), try a.int(3))
      guard GridMode.allCases.indices.contains(mode), GridPadding.allCases.indices.contains(padding)
      else { throw UnsupportedError("mode \(mode), \(padding)") }
      return try F.gridSample(
        x, grid, mode: GridMode.allCases[mode], paddingMode: GridPadding.allCases[padding],
        alignCorners: a.bool(4))
    }
  }

  private mutating func addAttention() {
    op("nn.functional.bilinear") { a in
      try F.bilinear(a.tensor(0), a.tensor(1), a.tensor(2), a.optionalTensor(3, "bias"))
    }
    op("nn.functional.scaled_dot_product_attention") { a in
      try F.scaledDotProductAttention(
        a.tensor(0), a.tensor(1), a.tensor(2), attnMask: a.optionalTensor(3, "attn_mask"),
        dropoutP: a.double(4, "dropout_p", default: 0),
        isCausal: a.bool(5, "is_causal", default: false), scale: a.optionalDouble(nil, "scale"),
        enableGQA: a.bool(nil, "enable_gqa", default: false))
    }
    op("nn.functional.multi_head_attention_forward") { a in
      let (q, k, v, _) = (try a.tensor(0), try a.tensor(1), try a.tensor(2), try a.int(3))
      let heads = try a.int(4), joined = try a.optionalTensor(5)
      let bias = try a.optionalTensor(6)
      let (biasK, biasV) = (try a.optionalTensor(7), try a.optionalTensor(8))
      let separate = try a.bool(nil, "use_separate_proj_weight", default: false)
      let parts = try ["q_proj_weight", "k_proj_weight", "v_proj_weight"].map {
        try a.optionalTensor(nil, $0)
      }
      let projection: AttentionParameters.Projection
      if separate, let q = parts[0], let k = parts[1], let v = parts[2] {
        projection = .separate(query: q, key: k, value: v)
      } else if let joined {
        projection = .joined(joined)
      } else {
        throw UnsupportedError("no projection")
      }
      let pair = biasK.flatMap { k in biasV.map { (key: k, value: $0) } }
      let zeros = try a.bool(9), rate = try a.double(10)
      let parameters = AttentionParameters(
        projection: projection, projectionBias: bias, bias: pair, addZeroAttn: zeros,
        outputWeight: try a.tensor(11), outputBias: try a.optionalTensor(12))
      let y = try F.multiHeadAttention(
        q, k, v, parameters, numHeads: heads, dropoutP: rate,
        training: a.bool(13, "training", default: true),
        keyPaddingMask: a.optionalTensor(14, "key_padding_mask"),
        attnMask: a.optionalTensor(16, "attn_mask"))
      return y.weights.map { [y.output, $0] } ?? [y.output]
    }
  }
}
