import KindlingCore

/// Batch normalization with statistics across processes (PyTorch: `nn.SyncBatchNorm`).
///
/// Kindling runs in one process, so this equals batch normalization for any number of spatial
/// dimensions.
///
/// - Shape: `[N, C]` or `[N, C, *]`.
open class SyncBatchNorm: BatchNormalization {
  override func checkRank(_ x: Tensor) throws {
    try require(
      x.ndim >= 2, .shape, typeName, "expected at least 2D input (got \(got: x.ndim)D input)")
    try require(
      x.shape[1] > 0, .shape, typeName, "SyncBatchNorm number of input channels should be non-zero")
  }

  override class var form: LayerForm? { described("batchnorm") { SyncBatchNorm($0) } }
}

extension SyncBatchNorm {
  /// Replaces every batch normalization in `module` by a ``SyncBatchNorm``
  /// (PyTorch: `nn.SyncBatchNorm.convert_sync_batchnorm`).
  ///
  /// The result is the module, or its replacement if it is a batch normalization itself.
  /// Parameters, statistics and modes are kept. Parameters remain the same objects, so an existing
  /// optimizer keeps working.
  ///
  /// - Throws: `TensorError` `.value`, before any replacement, if a batch normalization is a stored
  ///   property: only an assignment can replace it.
  public static func convertSyncBatchnorm(_ module: Module) throws -> Module {
    var replacements: [ObjectIdentifier: SyncBatchNorm] = [:]
    func replacement(_ old: BatchNormalization) throws -> SyncBatchNorm {
      if let known = replacements[ObjectIdentifier(old)] { return known }
      let made = try SyncBatchNorm(replacing: old)
      replacements[ObjectIdentifier(old)] = made
      return made
    }
    if let own = module as? BatchNormalization { return try replacement(own) }
    var places: [(holder: Module, name: String, old: BatchNormalization)] = []
    for (path, holder) in module.namedModules() {
      for (name, child) in holder.submodules {
        guard let old = child as? BatchNormalization else { continue }
        // Assigns the child to its own place, to test whether a replacement is possible.
        try require(
          holder.replaceMember(name, with: old), .value, "convertSyncBatchnorm",
          "'\(path.isEmpty ? name : "\(path).\(name)")' is a stored property, which cannot be replaced from outside: assign it, or keep the module in a Sequential, ModuleList or ModuleDict"
        )
        places.append((holder, name, old))
      }
    }
    for (holder, name, old) in places {
      _ = try holder.replaceMember(name, with: replacement(old))
      holder.callsPlainly = false
    }
    return module
  }

  /// Creates a normalization with the parameters, the statistics and the mode of `old`.
  private convenience init(replacing old: BatchNormalization) throws {
    try old.checkInitialization()
    self.init(
      old.numFeatures, eps: old.writtenEps, momentum: old.writtenMomentum, affine: old.affine,
      trackRunningStats: old.trackRunningStats, bias: old.bias != nil)
    if old.affine {
      weight = old.weight
      bias = old.bias
    }
    runningMean = old.runningMean
    runningVar = old.runningVar
    numBatchesTracked = old.numBatchesTracked
    train(old.isTraining)
  }
}
