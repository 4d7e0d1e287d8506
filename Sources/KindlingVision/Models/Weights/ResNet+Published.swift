/// Creates ``resnet18(numClasses:zeroInitResidual:)`` with pretrained weights
/// (torchvision: `models.resnet18(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func resnet18(
  weights: ResNet18Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> ResNet {
  try resnet18().loading(weights, progress)
}

/// Creates ``resnet34(numClasses:zeroInitResidual:)`` with pretrained weights
/// (torchvision: `models.resnet34(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func resnet34(
  weights: ResNet34Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> ResNet {
  try resnet34().loading(weights, progress)
}

/// Creates ``resnet50(numClasses:zeroInitResidual:)`` with pretrained weights
/// (torchvision: `models.resnet50(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func resnet50(
  weights: ResNet50Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> ResNet {
  try resnet50().loading(weights, progress)
}

/// Creates ``resnet101(numClasses:zeroInitResidual:)`` with pretrained weights
/// (torchvision: `models.resnet101(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func resnet101(
  weights: ResNet101Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> ResNet {
  try resnet101().loading(weights, progress)
}

/// Creates ``resnet152(numClasses:zeroInitResidual:)`` with pretrained weights
/// (torchvision: `models.resnet152(weights=…)`).
///
/// `progress` is called during the download; `nil` is silent.
///
/// - Throws: ``VisionError`` like ``ImageNetWeights/stateDict(progress:)``.
public func resnet152(
  weights: ResNet152Weights, progress: DownloadProgress? = defaultDownloadProgress
) throws -> ResNet {
  try resnet152().loading(weights, progress)
}
