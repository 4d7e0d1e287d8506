import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_dropout`.
  mutating func addDropout() {
    layer("Dropout") { a in try Dropout(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1)) }
    layer("Dropout1d") { a in try Dropout1d(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1)) }
    layer("Dropout2d") { a in try Dropout2d(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1)) }
    layer("Dropout3d") { a in try Dropout3d(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1)) }
    layer("AlphaDropout") { a in
      try AlphaDropout(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1))
    }
    layer("FeatureAlphaDropout") { a in
      try FeatureAlphaDropout(a.scalar(0, "p", default: 0.5), inplace: a.inplace(1))
    }
  }

  /// Adds the modules of `modules_linear_and_embedding`.
  mutating func addLinearAndEmbedding() {
    module("Identity") { a in
      // Takes any arguments and uses none.
      for i in 0..<a.count { _ = a.value(i) }
      for name in a.keyword.keys { _ = a.value(nil, name) }
      let module = Identity()
      return BuiltModule(module) { c in try module(c.tensor(0, "input")) }
    }
    layer("Linear") { a in
      try Linear(
        a.int(0, "in_features"), a.int(1, "out_features"), bias: a.bool(2, "bias", default: true))
    }
    module("Bilinear") { a in
      let module = try Bilinear(
        a.int(0, "in1_features"), a.int(1, "in2_features"), a.int(2, "out_features"),
        bias: a.bool(3, "bias", default: true))
      return BuiltModule(module) { c in try module(c.tensor(0, "input1"), c.tensor(1, "input2")) }
    }
    layer("Embedding") { a in
      try Embedding(
        a.int(0, "num_embeddings"), a.int(1, "embedding_dim"),
        paddingIdx: a.optionalInt(2, "padding_idx"), maxNorm: a.optionalScalar(3, "max_norm"),
        normType: a.scalar(4, "norm_type", default: 2.0),
        scaleGradByFreq: a.bool(5, "scale_grad_by_freq", default: false))
    }
    layer("Embedding.from_pretrained") { a in
      try Embedding(
        pretrained: a.tensor(0, "embeddings"), freeze: a.bool(1, "freeze", default: true),
        paddingIdx: a.optionalInt(2, "padding_idx"), maxNorm: a.optionalScalar(3, "max_norm"),
        normType: a.scalar(4, "norm_type", default: 2.0),
        scaleGradByFreq: a.bool(5, "scale_grad_by_freq", default: false))
    }
    module("EmbeddingBag") { a in
      let module = try EmbeddingBag(
        a.int(0, "num_embeddings"), a.int(1, "embedding_dim"),
        maxNorm: a.optionalScalar(2, "max_norm"), normType: a.scalar(3, "norm_type", default: 2.0),
        scaleGradByFreq: a.bool(4, "scale_grad_by_freq", default: false),
        mode: a.choice(5, "mode", default: .mean),
        includeLastOffset: a.bool(8, "include_last_offset", default: false),
        paddingIdx: a.optionalInt(9, "padding_idx"))
      return BuiltModule(module) { c in try module.lookUp(c) }
    }
    module("EmbeddingBag.from_pretrained") { a in
      let module = try EmbeddingBag(
        pretrained: a.tensor(0, "embeddings"), freeze: a.bool(1, "freeze", default: true),
        maxNorm: a.optionalScalar(2, "max_norm"), normType: a.scalar(3, "norm_type", default: 2.0),
        scaleGradByFreq: a.bool(4, "scale_grad_by_freq", default: false),
        mode: a.choice(5, "mode", default: .mean),
        includeLastOffset: a.bool(7, "include_last_offset", default: false),
        paddingIdx: a.optionalInt(8, "padding_idx"))
      return BuiltModule(module) { c in try module.lookUp(c) }
    }
    module("CosineSimilarity") { a in
      let module = try CosineSimilarity(
        dim: a.int(0, "dim", default: 1), eps: a.double(1, "eps", default: 1e-8))
      return BuiltModule(module) { c in try module(c.tensor(0, "x1"), c.tensor(1, "x2")) }
    }
    module("PairwiseDistance") { a in
      let module = try PairwiseDistance(
        p: a.double(0, "p", default: 2), eps: a.double(1, "eps", default: 1e-6),
        keepdim: a.bool(2, "keepdim", default: false))
      return BuiltModule(module) { c in try module(c.tensor(0, "x1"), c.tensor(1, "x2")) }
    }
  }
}

extension EmbeddingBag {
  /// Returns the embeddings of the bags in the arguments of a call.
  fileprivate func lookUp(_ c: Arguments) throws -> Tensor {
    try self(
      c.tensor(0, "input"), offsets: c.optionalTensor(1, "offsets"),
      perSampleWeights: c.optionalTensor(2, "per_sample_weights"))
  }
}
