/// The pretrained weights of ``resnet18(weights:progress:)`` (torchvision: `ResNet18_Weights`).
public enum ResNet18Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "resnet18-f37072fd"
  /// The weights that torchvision recommends.
  public static let `default` = ResNet18Weights.imagenet1kV1
}

/// The pretrained weights of ``resnet34(weights:progress:)`` (torchvision: `ResNet34_Weights`).
public enum ResNet34Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "resnet34-b627a593"
  /// The weights that torchvision recommends.
  public static let `default` = ResNet34Weights.imagenet1kV1
}

/// The pretrained weights of ``resnet50(weights:progress:)`` (torchvision: `ResNet50_Weights`).
public enum ResNet50Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "resnet50-0676ba61"
  /// Weights trained with torchvision's later recipe.
  case imagenet1kV2 = "resnet50-11ad3fa6"
  /// The weights that torchvision recommends.
  public static let `default` = ResNet50Weights.imagenet1kV2

  /// The preprocessing of images for the model.
  public var transforms: ImageClassification {
    ImageClassification(cropSize: 224, resizeSize: self == .imagenet1kV2 ? 232 : 256)
  }
}

/// The pretrained weights of ``resnet101(weights:progress:)`` (torchvision: `ResNet101_Weights`).
public enum ResNet101Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "resnet101-63fe2227"
  /// Weights trained with torchvision's later recipe.
  case imagenet1kV2 = "resnet101-cd907fc2"
  /// The weights that torchvision recommends.
  public static let `default` = ResNet101Weights.imagenet1kV2

  /// The preprocessing of images for the model.
  public var transforms: ImageClassification {
    ImageClassification(cropSize: 224, resizeSize: self == .imagenet1kV2 ? 232 : 256)
  }
}

/// The pretrained weights of ``resnet152(weights:progress:)`` (torchvision: `ResNet152_Weights`).
public enum ResNet152Weights: String, ImageNetWeights {
  /// Weights trained with the recipe of the paper.
  case imagenet1kV1 = "resnet152-394f9c45"
  /// Weights trained with torchvision's later recipe.
  case imagenet1kV2 = "resnet152-f82ba261"
  /// The weights that torchvision recommends.
  public static let `default` = ResNet152Weights.imagenet1kV2

  /// The preprocessing of images for the model.
  public var transforms: ImageClassification {
    ImageClassification(cropSize: 224, resizeSize: self == .imagenet1kV2 ? 232 : 256)
  }
}
