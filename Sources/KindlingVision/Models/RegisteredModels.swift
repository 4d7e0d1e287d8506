import KindlingCore
public import KindlingIO
import KindlingNN

extension ModuleRegistry {
  /// Registers VGG and ResNet for `loadModel(from:)`, for files of Kindling and torchvision.
  ///
  /// Call it before loading the first such file. For saving, creating a network is enough.
  public static func registerVisionModels() { visionModels }

  /// The registration, which runs only once.
  private static let visionModels: Void = {
    let models = "torchvision.models"
    register(VGG.self, as: "\(models).vgg.VGG") { try VGG($0) }
    register(
      ResNet.self, as: "\(models).resnet.ResNet",
      attributes: { ["inplanes": .int($0.fc.inFeatures)] },
      make: { try ResNet($0) })
    register(
      BasicBlock.self, as: "\(models).resnet.BasicBlock",
      attributes: { block(stride: $0.conv1.stride, $0.downsample) }, make: { try BasicBlock($0) })
    register(
      Bottleneck.self, as: "\(models).resnet.Bottleneck",
      attributes: { block(stride: $0.conv2.stride, $0.downsample) }, make: { try Bottleneck($0) })
  }()

  /// Returns the stride of a block, and its missing shortcut, which is then not a submodule.
  @Sendable private static func block(
    stride: [Int], _ downsample: Sequential?
  ) -> CheckpointValue {
    let stride = CheckpointValue.int(stride.first ?? 1)
    return downsample == nil ? ["stride": stride, "downsample": nil] : ["stride": stride]
  }
}
