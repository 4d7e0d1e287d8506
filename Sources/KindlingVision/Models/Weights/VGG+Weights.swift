/// The pretrained weights of ``vgg11(weights:progress:)`` (torchvision: `VGG11_Weights`).
public enum VGG11Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg11-8a719046"
  /// The weights that torchvision recommends.
  public static let `default` = VGG11Weights.imagenet1kV1
}

/// The pretrained weights of ``vgg11BN(weights:progress:)`` (torchvision: `VGG11_BN_Weights`).
public enum VGG11BNWeights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg11_bn-6002323d"
  /// The weights that torchvision recommends.
  public static let `default` = VGG11BNWeights.imagenet1kV1
}

/// The pretrained weights of ``vgg13(weights:progress:)`` (torchvision: `VGG13_Weights`).
public enum VGG13Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg13-19584684"
  /// The weights that torchvision recommends.
  public static let `default` = VGG13Weights.imagenet1kV1
}

/// The pretrained weights of ``vgg13BN(weights:progress:)`` (torchvision: `VGG13_BN_Weights`).
public enum VGG13BNWeights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg13_bn-abd245e5"
  /// The weights that torchvision recommends.
  public static let `default` = VGG13BNWeights.imagenet1kV1
}

/// The pretrained weights of ``vgg16(weights:progress:)`` (torchvision: `VGG16_Weights`).
public enum VGG16Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg16-397923af"
  /// The weights of the features alone, ported from Caffe, for detection; those of the classifier
  /// are NaN.
  case imagenet1kFeatures = "vgg16_features-amdegroot-88682ab5"
  /// The weights that torchvision recommends.
  public static let `default` = VGG16Weights.imagenet1kV1

  /// The preprocessing of images for the model.
  public var transforms: ImageClassification {
    switch self {
    case .imagenet1kV1: ImageClassification(cropSize: 224)
    case .imagenet1kFeatures:
      ImageClassification(
        cropSize: 224, mean: [0.48235, 0.45882, 0.40784], std: [1.0 / 255, 1.0 / 255, 1.0 / 255])
    }
  }
}

/// The pretrained weights of ``vgg16BN(weights:progress:)`` (torchvision: `VGG16_BN_Weights`).
public enum VGG16BNWeights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg16_bn-6c64b313"
  /// The weights that torchvision recommends.
  public static let `default` = VGG16BNWeights.imagenet1kV1
}

/// The pretrained weights of ``vgg19(weights:progress:)`` (torchvision: `VGG19_Weights`).
public enum VGG19Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg19-dcbb9e9d"
  /// The weights that torchvision recommends.
  public static let `default` = VGG19Weights.imagenet1kV1
}

/// The pretrained weights of ``vgg19BN(weights:progress:)`` (torchvision: `VGG19_BN_Weights`).
public enum VGG19BNWeights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "vgg19_bn-c79401a0"
  /// The weights that torchvision recommends.
  public static let `default` = VGG19BNWeights.imagenet1kV1
}
