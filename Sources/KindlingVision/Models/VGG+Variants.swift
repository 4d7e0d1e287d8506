/// VGG with 11 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg11`).
public func vgg11(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.a, batchNorm: false, numClasses, dropout)
}

/// VGG with 11 layers of weights and batch normalisation, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg11_bn`).
public func vgg11BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.a, batchNorm: true, numClasses, dropout)
}

/// VGG with 13 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg13`).
public func vgg13(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.b, batchNorm: false, numClasses, dropout)
}

/// VGG with 13 layers of weights and batch normalisation, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg13_bn`).
public func vgg13BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.b, batchNorm: true, numClasses, dropout)
}

/// VGG with 16 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg16`).
public func vgg16(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.d, batchNorm: false, numClasses, dropout)
}

/// VGG with 16 layers of weights and batch normalisation, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg16_bn`).
public func vgg16BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.d, batchNorm: true, numClasses, dropout)
}

/// VGG with 19 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg19`).
public func vgg19(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.e, batchNorm: false, numClasses, dropout)
}

/// VGG with 19 layers of weights and batch normalisation, its parameters drawn as torchvision draws them
/// (torchvision: `models.vgg19_bn`).
public func vgg19BN(numClasses: Int = 1000, dropout: Double = 0.5) -> VGG {
  VGGPlan.model(VGGPlan.e, batchNorm: true, numClasses, dropout)
}
