/// Creates ``vgg11(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg11(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg11(
  weights: VGG11Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.a, batchNorm: false, weights, progress)
}

/// Creates ``vgg11BN(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg11_bn(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg11BN(
  weights: VGG11BNWeights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.a, batchNorm: true, weights, progress)
}

/// Creates ``vgg13(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg13(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg13(
  weights: VGG13Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.b, batchNorm: false, weights, progress)
}

/// Creates ``vgg13BN(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg13_bn(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg13BN(
  weights: VGG13BNWeights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.b, batchNorm: true, weights, progress)
}

/// Creates ``vgg16(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg16(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg16(
  weights: VGG16Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.d, batchNorm: false, weights, progress)
}

/// Creates ``vgg16BN(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg16_bn(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg16BN(
  weights: VGG16BNWeights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.d, batchNorm: true, weights, progress)
}

/// Creates ``vgg19(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg19(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg19(
  weights: VGG19Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.e, batchNorm: false, weights, progress)
}

/// Creates ``vgg19BN(numClasses:dropout:)`` with pretrained weights
/// (torchvision: `models.vgg19_bn(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func vgg19BN(
  weights: VGG19BNWeights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> VGG {
  try VGGPlan.model(VGGPlan.e, batchNorm: true, weights, progress)
}

extension VGGPlan {
  /// Creates a network; as in torchvision, only the layers draw parameters before the weights are
  /// loaded.
  fileprivate static func model(
    _ plan: [Int], batchNorm: Bool, _ weights: some ImageNetWeights, _ progress: DownloadProgress?
  ) throws -> VGG {
    let features = VGG.layers(plan, batchNorm: batchNorm)
    return try VGG(features, initWeights: false).loading(weights, progress)
  }
}
