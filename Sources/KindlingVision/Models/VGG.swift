public import KindlingCore
import KindlingIO
public import KindlingNN

/// A VGG network for image classification (torchvision: `models.VGG`).
///
/// ``vgg16(numClasses:dropout:)`` and similar functions create it. Keys and printed form are
/// torchvision's.
/// - Shape: `[N, 3, H, W]`, at least 32 by 32 → `[N, numClasses]`.
/// - Source: Simonyan and Zisserman, *Very deep convolutional networks for large-scale image
///   recognition*, arXiv:1409.1556.
open class VGG: Module, Layer {
  /// The convolutions and pooling layers.
  public let features: Sequential
  /// An average pooling to 7 by 7.
  public let avgpool = AdaptiveAvgPool2d([7, 7])
  /// The three linear layers with dropout.
  public let classifier: Sequential

  /// Creates a classifier on `features`, which output 512 channels.
  ///
  /// With `initWeights` parameters are drawn again as in torchvision, after the draws of the
  /// layers. `dropout` is the dropout probability after the two hidden layers.
  public init(
    _ features: Sequential, numClasses: Int = 1000, initWeights: Bool = true, dropout: Double = 0.5
  ) {
    self.features = features
    classifier = Sequential(
      Linear(512 * 7 * 7, 4096), ReLU(inplace: true), Dropout(dropout),
      Linear(4096, 4096), ReLU(inplace: true), Dropout(dropout),
      Linear(4096, numClasses))
    super.init()
    ModuleRegistry.registerVisionModels()
    if initWeights { drawWeights() }
  }

  /// Creates a classifier from a saved module.
  init(_ saved: SavedModule) throws {
    features = try saved.module("features", as: Sequential.self)
    classifier = try saved.module("classifier", as: Sequential.self)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try classifier(avgpool(features(x)).flatten(startDim: 1))
  }

  private func drawWeights() {
    keepingError {
      for module in modules() {
        switch module {
        case let layer as Conv2d:
          try Init.kaimingNormal_(layer.weight, mode: .fanOut, nonlinearity: "relu")
          if let bias = layer.bias { try Init.zeros_(bias) }
        case let layer as Linear:
          try Init.normal_(layer.weight, mean: 0, std: 0.01)
          if let bias = layer.bias { try Init.zeros_(bias) }
        default: break  // Batch normalisations start as ones and zeros by themselves.
        }
      }
    }
  }

  /// Returns convolutions with the given numbers of channels; 0 means a pooling layer.
  static func layers(_ plan: [Int], batchNorm: Bool) -> Sequential {
    var layers: [any Layer] = []
    var channels = 3
    for width in plan {
      if width == 0 {
        layers.append(MaxPool2d(2, stride: 2))
        continue
      }
      layers.append(Conv2d(channels, width, 3, padding: 1))
      if batchNorm { layers.append(BatchNorm2d(width)) }
      layers.append(ReLU(inplace: true))
      channels = width
    }
    return Sequential(layers)
  }
}

/// The numbers of channels of the four depths; 0 means a pooling layer.
enum VGGPlan {
  static let a = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]
  static let b = [64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]
  static let d = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]
  static let e = [
    64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0,
  ]

  static func model(_ plan: [Int], batchNorm: Bool, _ numClasses: Int, _ dropout: Double) -> VGG {
    VGG(VGG.layers(plan, batchNorm: batchNorm), numClasses: numClasses, dropout: dropout)
  }
}
