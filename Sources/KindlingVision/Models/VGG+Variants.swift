/// Creates an 11-layer VGG with weights drawn as in torchvision (torchvision: `models.vgg11`).
public func vgg11(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.a, batchNorm: false, numClasses, dropout)
}

/// Creates an 11-layer VGG with batch normalization and weights drawn as in torchvision
/// (torchvision: `models.vgg11_bn`).
public func vgg11BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.a, batchNorm: true, numClasses, dropout)
}

/// Creates a 13-layer VGG with weights drawn as in torchvision (torchvision: `models.vgg13`).
public func vgg13(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.b, batchNorm: false, numClasses, dropout)
}

/// Creates a 13-layer VGG with batch normalization and weights drawn as in torchvision
/// (torchvision: `models.vgg13_bn`).
public func vgg13BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.b, batchNorm: true, numClasses, dropout)
}

/// Creates a 16-layer VGG with weights drawn as in torchvision (torchvision: `models.vgg16`).
public func vgg16(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.d, batchNorm: false, numClasses, dropout)
}

/// Creates a 16-layer VGG with batch normalization and weights drawn as in torchvision
/// (torchvision: `models.vgg16_bn`).
public func vgg16BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.d, batchNorm: true, numClasses, dropout)
}

/// Creates a 19-layer VGG with weights drawn as in torchvision (torchvision: `models.vgg19`).
public func vgg19(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.e, batchNorm: false, numClasses, dropout)
}

/// Creates a 19-layer VGG with batch normalization and weights drawn as in torchvision
/// (torchvision: `models.vgg19_bn`).
public func vgg19BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.e, batchNorm: true, numClasses, dropout)
}
