import Kindling

extension ModuleTable {
  /// Adds the modules of `modules_normalization`.
  mutating func addNormalization() {
    layer("BatchNorm1d") { a in try a.batchNorm(BatchNorm1d.init) }
    layer("BatchNorm2d") { a in try a.batchNorm(BatchNorm2d.init) }
    layer("BatchNorm3d") { a in try a.batchNorm(BatchNorm3d.init) }
    layer("SyncBatchNorm") { a in try a.batchNorm(SyncBatchNorm.init) }
    layer("InstanceNorm1d") { a in try a.instanceNorm(InstanceNorm1d.init) }
    layer("InstanceNorm2d") { a in try a.instanceNorm(InstanceNorm2d.init) }
    layer("InstanceNorm3d") { a in try a.instanceNorm(InstanceNorm3d.init) }
    layer("GroupNorm") { a in
      try GroupNorm(
        a.int(0, "num_groups"), a.int(1, "num_channels"), eps: a.scalar(2, "eps", default: 1e-5),
        affine: a.bool(3, "affine", default: true), bias: a.bool(nil, "bias", default: true))
    }
    layer("LocalResponseNorm") { a in
      try LocalResponseNorm(
        a.int(0, "size"), alpha: a.scalar(1, "alpha", default: 1e-4),
        beta: a.scalar(2, "beta", default: 0.75), k: a.scalar(3, "k", default: 1.0))
    }
    layer("CrossMapLRN2d") { a in
      try CrossMapLRN2d(
        a.int(0, "size"), alpha: a.scalar(1, "alpha", default: 1e-4),
        beta: a.scalar(2, "beta", default: 0.75), k: a.scalar(3, "k", default: 1))
    }
    layer("LayerNorm") { a in
      try LayerNorm(
        a.ints(0, "normalized_shape"), eps: a.scalar(1, "eps", default: 1e-5),
        elementwiseAffine: a.bool(2, "elementwise_affine", default: true),
        bias: a.bool(3, "bias", default: true))
    }
    layer("RMSNorm") { a in
      try RMSNorm(
        a.ints(0, "normalized_shape"), eps: a.optionalScalar(1, "eps"),
        elementwiseAffine: a.bool(2, "elementwise_affine", default: true))
    }
  }
}

extension Arguments {
  typealias ChannelNorm<M> = (
    Int, any TensorScalar, (any TensorScalar)?, Bool, Bool, Bool, DType?, Device
  ) -> M

  /// Returns a module with the arguments of a batch normalization.
  fileprivate func batchNorm<M>(_ make: ChannelNorm<M>) throws -> M {
    try channelNorm(make, affine: true, tracks: true)
  }

  /// Returns a module with the arguments of an instance normalization.
  fileprivate func instanceNorm<M>(_ make: ChannelNorm<M>) throws -> M {
    try channelNorm(make, affine: false, tracks: false)
  }

  private func channelNorm<M>(_ make: ChannelNorm<M>, affine: Bool, tracks: Bool) throws -> M {
    try make(
      int(0, "num_features"), scalar(1, "eps", default: 1e-5), momentum(2),
      bool(3, "affine", default: affine), bool(4, "track_running_stats", default: tracks),
      bool(nil, "bias", default: true), nil, .cpu)
  }

  /// Returns the momentum, for which None has a meaning of its own.
  private func momentum(_ position: Int) throws -> Scalar? {
    if case .none? = value(position, "momentum") { return nil }
    return try scalar(position, "momentum", default: 0.1)
  }
}
