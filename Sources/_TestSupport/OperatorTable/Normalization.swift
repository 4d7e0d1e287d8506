import Kindling

extension OperatorTable {
  /// Adds the operators of `nn_norm_and_dropout`, and embeddings.
  mutating func addNormalization() {
    op("nn.functional.batch_norm") { a in
      try F.batchNorm(
        a.tensor(0), a.optionalTensor(1), a.optionalTensor(2),
        weight: a.optionalTensor(3, "weight"),
        bias: a.optionalTensor(4, "bias"), training: a.bool(nil, "training", default: false),
        momentum: a.double(nil, "momentum", default: 0.1), eps: a.double(nil, "eps", default: 1e-5))
    }
    op("native_batch_norm") { a in
      let y = try a.tensor(0).nativeBatchNorm(
        a.optionalTensor(1), a.optionalTensor(2), a.optionalTensor(3), a.optionalTensor(4),
        training: a.bool(5), momentum: a.double(6), eps: a.double(7))
      return [y.output, y.mean, y.rstd]
    }
    op("nn.functional.layer_norm") { a in
      try F.layerNorm(
        a.tensor(0), a.ints(1), weight: a.optionalTensor(2, "weight"),
        bias: a.optionalTensor(3, "bias"), eps: a.double(nil, "eps", default: 1e-5))
    }
    op("native_layer_norm") { a in
      let y = try a.tensor(0).nativeLayerNorm(
        a.ints(1), a.optionalTensor(2), a.optionalTensor(3), eps: a.double(4))
      return [y.output, y.mean, y.rstd]
    }
    op("nn.functional.group_norm") { a in
      try F.groupNorm(
        a.tensor(0), a.int(1), weight: a.optionalTensor(nil, "weight"),
        bias: a.optionalTensor(nil, "bias"), eps: a.double(nil, "eps", default: 1e-5))
    }
    op("native_group_norm") { a in
      let y = try a.tensor(0).nativeGroupNorm(
        a.optionalTensor(1), a.optionalTensor(2), a.int(3), a.int(4), a.int(5), numGroups: a.int(6),
        eps: a.double(7))
      return [y.output, y.mean, y.rstd]
    }
    op("nn.functional.instance_norm") { a in
      try F.instanceNorm(
        a.tensor(0), runningMean: a.optionalTensor(nil, "running_mean"),
        runningVar: a.optionalTensor(nil, "running_var"), weight: a.optionalTensor(nil, "weight"),
        bias: a.optionalTensor(nil, "bias"),
        useInputStats: a.bool(nil, "use_input_stats", default: true),
        momentum: a.double(nil, "momentum", default: 0.1), eps: a.double(nil, "eps", default: 1e-5))
    }
    op("nn.functional.rms_norm") { a in
      try F.rmsNorm(
        a.tensor(0), a.ints(1), weight: a.optionalTensor(2, "weight"),
        eps: a.optionalDouble(3, "eps"))
    }
    op("nn.functional.local_response_norm") { a in
      try F.localResponseNorm(
        a.tensor(0), a.int(1), alpha: a.double(nil, "alpha", default: 1e-4),
        beta: a.double(nil, "beta", default: 0.75), k: a.double(nil, "k", default: 1))
    }
    op("nn.functional.normalize") { a in
      try F.normalize(
        a.tensor(0), p: a.double(1, "p", default: 2), dim: a.int(2, "dim", default: 1),
        eps: a.double(3, "eps", default: 1e-12))
    }
    op("nn.functional.embedding") { a in
      let weight = try a.tensor(0), indices = try a.tensor(1)
      _ = try a.bool(nil, "sparse", default: false)
      return try F.embedding(
        indices, weight, paddingIdx: a.optionalInt(nil, "padding_idx"),
        maxNorm: a.optionalDouble(nil, "max_norm"),
        normType: a.double(nil, "norm_type", default: 2),
        scaleGradByFreq: a.bool(nil, "scale_grad_by_freq", default: false))
    }
    addDropouts()
  }

  private mutating func addDropouts() {
    op("nn.functional.dropout1d", samples: [[.signal], [.signal, 0.25]]) { a in
      try F.dropout1d(a.tensor(0), p: a.rate(), training: a.trains(true))
    }
    op("nn.functional.dropout2d") { a in
      try F.dropout2d(a.tensor(0), p: a.rate(), training: a.trains(true))
    }
    op("nn.functional.dropout3d") { a in
      try F.dropout3d(a.tensor(0), p: a.rate(), training: a.trains(true))
    }
    op("nn.functional.alpha_dropout") { a in
      try F.alphaDropout(a.tensor(0), p: a.rate(), training: a.trains(false))
    }
    op("nn.functional.feature_alpha_dropout") { a in
      try F.featureAlphaDropout(a.tensor(0), p: a.rate(), training: a.trains(false))
    }
  }
}

extension Arguments {
  fileprivate func rate() throws -> Double { try double(1, "p", default: 0.5) }
  fileprivate func trains(_ usual: Bool) throws -> Bool { try bool(2, "training", default: usual) }
}
