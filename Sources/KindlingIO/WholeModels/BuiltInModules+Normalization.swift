import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let normalization =
    [
      channels(BatchNorm1d.self, "batchnorm") {
        BatchNorm1d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
      channels(BatchNorm2d.self, "batchnorm") {
        BatchNorm2d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
      channels(BatchNorm3d.self, "batchnorm") {
        BatchNorm3d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
      channels(InstanceNorm1d.self, "instancenorm") {
        InstanceNorm1d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
      channels(InstanceNorm2d.self, "instancenorm") {
        InstanceNorm2d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
      channels(InstanceNorm3d.self, "instancenorm") {
        InstanceNorm3d(
          $0.features, eps: $0.eps, momentum: $0.momentum, affine: $0.affine,
          trackRunningStats: $0.tracks, bias: $0.bias)
      },
    ] + layers

  /// The arguments of a channel normalization in a file, checked against its tensors.
  struct ChannelNumbers {
    let features: Int
    let eps: Scalar
    let momentum: Scalar?
    let affine, tracks, bias: Bool

    init(_ saved: SavedModule) throws {
      features = try saved.int("num_features")
      (eps, momentum) = (try saved.scalar("eps"), try saved.optionalScalar("momentum"))
      (affine, tracks) = (try saved.bool("affine"), try saved.bool("track_running_stats"))
      bias = saved.has("bias")
      if affine { try saved.require("weight", [features]) }
      if tracks { try saved.require("running_mean", [features]) }
    }
  }

  private static func channels<Layer: ChannelNormalization>(
    _ type: Layer.Type, _ place: String,
    make: @escaping @Sendable (ChannelNumbers) -> Layer
  ) -> ModuleForm {
    ModuleForm(
      type, "torch.nn.modules.\(place).\(type)",
      attributes: {
        [
          "num_features": .int($0.numFeatures), "eps": .scalar($0.writtenEps),
          "momentum": $0.writtenMomentum.map { .scalar($0) } ?? .none, "affine": .bool($0.affine),
          "track_running_stats": .bool($0.trackRunningStats),
        ]
      },
      make: { make(try ChannelNumbers($0)) })
  }

  private static let layers = [
    ModuleForm(
      LayerNorm.self, "torch.nn.modules.normalization.LayerNorm",
      attributes: {
        [
          "normalized_shape": .tuple($0.normalizedShape), "eps": .scalar($0.writtenEps),
          "elementwise_affine": .bool($0.elementwiseAffine),
        ]
      },
      make: {
        let (shape, affine) = (try $0.ints("normalized_shape"), try $0.bool("elementwise_affine"))
        if affine { try $0.require("weight", shape) }
        return LayerNorm(
          shape, eps: try $0.scalar("eps"), elementwiseAffine: affine, bias: $0.has("bias"))
      }),
    ModuleForm(
      RMSNorm.self, "torch.nn.modules.normalization.RMSNorm",
      attributes: {
        [
          "normalized_shape": .tuple($0.normalizedShape),
          "eps": $0.writtenEps.map { .scalar($0) } ?? .none,
          "elementwise_affine": .bool($0.elementwiseAffine),
        ]
      },
      make: {
        let (shape, affine) = (try $0.ints("normalized_shape"), try $0.bool("elementwise_affine"))
        if affine { try $0.require("weight", shape) }
        return RMSNorm(shape, eps: try $0.optionalScalar("eps"), elementwiseAffine: affine)
      }),
    ModuleForm(
      GroupNorm.self, "torch.nn.modules.normalization.GroupNorm",
      attributes: {
        [
          "num_groups": .int($0.numGroups), "num_channels": .int($0.numChannels),
          "eps": .scalar($0.writtenEps), "affine": .bool($0.affine),
        ]
      },
      make: {
        let (channels, affine) = (try $0.int("num_channels"), try $0.bool("affine"))
        if affine { try $0.require("weight", [channels]) }
        return GroupNorm(
          try $0.int("num_groups"), channels, eps: try $0.scalar("eps"), affine: affine,
          bias: $0.has("bias"))
      }),
    ModuleForm(
      LocalResponseNorm.self, "torch.nn.modules.normalization.LocalResponseNorm",
      attributes: {
        [
          "size": .int($0.size), "alpha": .scalar($0.writtenAlpha), "beta": .scalar($0.writtenBeta),
          "k": .scalar($0.writtenK),
        ]
      },
      make: {
        LocalResponseNorm(
          try $0.int("size"), alpha: try $0.scalar("alpha"), beta: try $0.scalar("beta"),
          k: try $0.scalar("k"))
      }),
    ModuleForm(
      Embedding.self, "torch.nn.modules.sparse.Embedding",
      attributes: {
        [
          "num_embeddings": .int($0.numEmbeddings), "embedding_dim": .int($0.embeddingDim),
          "padding_idx": .optional($0.paddingIdx),
          "max_norm": $0.writtenMaxNorm.map { .scalar($0) } ?? .none,
          "norm_type": .scalar($0.writtenNormType),
          "scale_grad_by_freq": .bool($0.scaleGradByFreq), "sparse": false,
        ]
      },
      make: {
        let (count, width) = (try $0.int("num_embeddings"), try $0.int("embedding_dim"))
        try $0.require("weight", [count, width])
        return Embedding(
          count, width, paddingIdx: try $0.optionalInt("padding_idx"),
          maxNorm: try $0.optionalScalar("max_norm"), normType: try $0.scalar("norm_type"),
          scaleGradByFreq: try $0.bool("scale_grad_by_freq"))
      }),
    ModuleForm(
      EmbeddingBag.self, "torch.nn.modules.sparse.EmbeddingBag",
      attributes: {
        [
          "num_embeddings": .int($0.numEmbeddings), "embedding_dim": .int($0.embeddingDim),
          "max_norm": $0.writtenMaxNorm.map { .scalar($0) } ?? .none,
          "norm_type": .scalar($0.writtenNormType),
          "scale_grad_by_freq": .bool($0.scaleGradByFreq), "padding_idx": .optional($0.paddingIdx),
          "mode": .string($0.mode.rawValue), "sparse": false,
          "include_last_offset": .bool($0.includeLastOffset),
        ]
      },
      make: {
        let (count, width) = (try $0.int("num_embeddings"), try $0.int("embedding_dim"))
        try $0.require("weight", [count, width])
        guard let mode = EmbeddingBagMode(rawValue: try $0.string("mode")) else {
          throw CheckpointError.corrupt("\($0.className) has an unknown mode")
        }
        return EmbeddingBag(
          count, width, maxNorm: try $0.optionalScalar("max_norm"),
          normType: try $0.scalar("norm_type"),
          scaleGradByFreq: try $0.bool("scale_grad_by_freq"), mode: mode,
          includeLastOffset: try $0.bool("include_last_offset"),
          paddingIdx: try $0.optionalInt("padding_idx"))
      }),
  ]
}
