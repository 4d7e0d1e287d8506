import KindlingCore
public import KindlingIO
import KindlingNN

extension ModuleRegistry {
  /// Lets `loadModel(from:)` make VGG and ResNet networks of files, torchvision's among
  /// them.
  ///
  /// Call it before the first such file; for saving, making a network is enough.
  public static func registerVisionModels() { visionModels }

  /// Done once, however often it is asked for.
  private static let visionModels: Void = {
    let models = "torchvision.models"
    register(VGG.self, as: "\(models).vgg.VGG") { try VGG($0) }
    register(
      ResNet.self, as: "\(models).resnet.ResNet", attributes: { ["inplanes": .int($0.fc.inFeatures)] },
      make: { try ResNet($0) })
    register(
      BasicBlock.self, as: "\(models).resnet.BasicBlock", attributes: { ["stride": stride($0.conv1)] },
      make: { try BasicBlock($0) })
    register(
      Bottleneck.self, as: "\(models).resnet.Bottleneck", attributes: { ["stride": stride($0.conv2)] },
      make: { try Bottleneck($0) })
  }()

  /// What a block's stride is to torchvision.
  @Sendable private static func stride(_ layer: Conv2d) -> CheckpointValue {
    .int(layer.stride.first ?? 1)
  }
}
