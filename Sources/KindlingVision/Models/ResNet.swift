public import KindlingCore
import KindlingIO
public import KindlingNN

/// A block of a residual network.
public protocol ResidualBlock: Layer {
  /// How many times wider the result is than the block's width.
  static var expansion: Int { get }

  /// A block from `inPlanes` channels to `planes · expansion`.
  ///
  /// `stride` is that of a 3×3 convolution; `downsample` is the shortcut, where it has to change
  /// shape.
  init(_ inPlanes: Int, _ planes: Int, stride: Int, downsample: Sequential?)

  /// The block's last normalisation.
  var lastNorm: BatchNorm2d { get }
}

/// A convolution that keeps the size at stride 1, followed by a normalisation.
private func convolution(_ inPlanes: Int, _ planes: Int, _ kernel: Int, stride: Int = 1) -> Conv2d {
  Conv2d(inPlanes, planes, kernel, stride: stride, padding: kernel / 2, bias: false)
}

/// Two 3×3 convolutions and a shortcut (torchvision: `models.resnet.BasicBlock`).
open class BasicBlock: Module, ResidualBlock {
  /// The result is as wide as the block.
  public static let expansion = 1
  /// The first convolution, which has the stride.
  public let conv1: Conv2d
  /// Its normalisation.
  public let bn1: BatchNorm2d
  /// The rectifier after each sum.
  public let relu = ReLU(inplace: true)
  /// The second convolution.
  public let conv2: Conv2d
  /// Its normalisation.
  public let bn2: BatchNorm2d
  /// The shortcut, where it has to change shape.
  public let downsample: Sequential?

  /// A block from `inPlanes` channels to `planes`.
  public required init(_ inPlanes: Int, _ planes: Int, stride: Int, downsample: Sequential?) {
    conv1 = convolution(inPlanes, planes, 3, stride: stride)
    bn1 = BatchNorm2d(planes)
    conv2 = convolution(planes, planes, 3)
    bn2 = BatchNorm2d(planes)
    self.downsample = downsample
  }

  /// A block of what a file holds.
  init(_ saved: SavedModule) throws {
    conv1 = try saved.module("conv1", as: Conv2d.self)
    bn1 = try saved.module("bn1", as: BatchNorm2d.self)
    conv2 = try saved.module("conv2", as: Conv2d.self)
    bn2 = try saved.module("bn2", as: BatchNorm2d.self)
    downsample = try saved.optionalModule("downsample", as: Sequential.self)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    let inner = try bn2(conv2(relu(bn1(conv1(x)))))
    try inner.add_(downsample.map { try $0(x) } ?? x)
    return try relu(inner)
  }

  /// The normalisation of the second convolution.
  public var lastNorm: BatchNorm2d { bn2 }
}

/// A 3×3 convolution between two of size 1, and a shortcut (torchvision: `models.resnet.Bottleneck`).
///
/// The stride is at the 3×3 convolution.
open class Bottleneck: Module, ResidualBlock {
  /// The result is four times as wide as the 3×3 convolution.
  public static let expansion = 4
  /// The convolution that narrows.
  public let conv1: Conv2d
  /// Its normalisation.
  public let bn1: BatchNorm2d
  /// The 3×3 convolution.
  public let conv2: Conv2d
  /// Its normalisation.
  public let bn2: BatchNorm2d
  /// The convolution that widens.
  public let conv3: Conv2d
  /// Its normalisation.
  public let bn3: BatchNorm2d
  /// The rectifier after each step.
  public let relu = ReLU(inplace: true)
  /// The shortcut, where it has to change shape.
  public let downsample: Sequential?

  /// A block from `inPlanes` channels to `4 · planes`.
  public required init(_ inPlanes: Int, _ planes: Int, stride: Int, downsample: Sequential?) {
    conv1 = convolution(inPlanes, planes, 1)
    bn1 = BatchNorm2d(planes)
    conv2 = convolution(planes, planes, 3, stride: stride)
    bn2 = BatchNorm2d(planes)
    let width = ResNet.widened(planes, Bottleneck.expansion)
    conv3 = convolution(planes, width, 1)
    bn3 = BatchNorm2d(width)
    self.downsample = downsample
  }

  /// A block of what a file holds.
  init(_ saved: SavedModule) throws {
    conv1 = try saved.module("conv1", as: Conv2d.self)
    bn1 = try saved.module("bn1", as: BatchNorm2d.self)
    conv2 = try saved.module("conv2", as: Conv2d.self)
    bn2 = try saved.module("bn2", as: BatchNorm2d.self)
    conv3 = try saved.module("conv3", as: Conv2d.self)
    bn3 = try saved.module("bn3", as: BatchNorm2d.self)
    downsample = try saved.optionalModule("downsample", as: Sequential.self)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    let inner = try bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x))))))))
    try inner.add_(downsample.map { try $0(x) } ?? x)
    return try relu(inner)
  }

  /// The normalisation of the convolution that widens.
  public var lastNorm: BatchNorm2d { bn3 }
}

/// A convolutional classifier after He et al., *Deep residual learning for image recognition*,
/// arXiv:1512.03385 (torchvision: `models.ResNet`).
///
/// Made by ``resnet18(numClasses:zeroInitResidual:)`` and its relatives; keys and printing are
/// torchvision's.
/// - Shape: `[N, 3, H, W]` → `[N, numClasses]`.
open class ResNet: Module, Layer {
  /// The first convolution, 7 by 7.
  public var conv1: Conv2d
  /// Its normalisation.
  public let bn1: BatchNorm2d
  /// Its rectifier.
  public let relu = ReLU(inplace: true)
  /// The first pooling.
  public let maxpool = MaxPool2d(3, stride: 2, padding: 1)
  /// Blocks of 64 channels.
  public let layer1: Sequential
  /// Blocks of 128 channels at half the size.
  public let layer2: Sequential
  /// Blocks of 256 channels at a quarter of the size.
  public let layer3: Sequential
  /// Blocks of 512 channels at an eighth of the size.
  public let layer4: Sequential
  /// The mean over all places.
  public let avgpool = AdaptiveAvgPool2d([1, 1])
  /// The classifier.
  public var fc: Linear

  /// A network of four groups of `block`s, whose numbers are `layers`.
  ///
  /// With `zeroInitResidual` each block starts as what its shortcut does.
  public init(
    _ block: any ResidualBlock.Type, _ layers: [Int], numClasses: Int = 1000,
    zeroInitResidual: Bool = false
  ) {
    conv1 = Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false)
    bn1 = BatchNorm2d(64)
    var inPlanes = 64
    let fits = layers.count == 4 && layers.allSatisfy { (1...ResNet.mostBlocks).contains($0) }
    func group(_ i: Int) -> Sequential {
      let planes = 64 << i, width = ResNet.widened(planes, block.expansion)
      let stride = i == 0 ? 1 : 2
      // Numbers that are refused build nothing.
      let blocks = (0..<(fits ? layers[i] : 0)).map { index -> any Layer in
        let step = index == 0 ? stride : 1
        // Drawn before the block, as in torchvision.
        let shortcut =
          index == 0 && (stride != 1 || inPlanes != width)
          ? Sequential(
            Conv2d(inPlanes, width, 1, stride: step, bias: false), BatchNorm2d(width)) : nil
        defer { inPlanes = width }
        return block.init(inPlanes, planes, stride: step, downsample: shortcut)
      }
      return Sequential(blocks)
    }
    layer1 = group(0)
    layer2 = group(1)
    layer3 = group(2)
    layer4 = group(3)
    fc = Linear(ResNet.widened(512, block.expansion), numClasses)
    super.init()
    ModuleRegistry.registerVisionModels()
    if !fits {
      initializationError = TensorError(
        .value, "ResNet",
        "needs the numbers of blocks of four groups, each from 1 to \(ResNet.mostBlocks), but got \(layers)"
      )
    }
    keepingError {
      for case let layer as Conv2d in modules() {
        try Init.kaimingNormal_(layer.weight, mode: .fanOut, nonlinearity: "relu")
      }
      guard zeroInitResidual else { return }
      for case let block as any ResidualBlock in modules() {
        if let weight = block.lastNorm.weight { try Init.zeros_(weight) }
      }
    }
  }

  /// The most blocks of one group.
  static let mostBlocks = 1000

  /// `planes` times `expansion`, or as many channels as can be counted, which no layer can have.
  static func widened(_ planes: Int, _ expansion: Int) -> Int {
    let (width, over) = planes.multipliedReportingOverflow(by: expansion)
    return over ? .max : width
  }

  /// A network of what a file holds.
  init(_ saved: SavedModule) throws {
    conv1 = try saved.module("conv1", as: Conv2d.self)
    bn1 = try saved.module("bn1", as: BatchNorm2d.self)
    layer1 = try saved.module("layer1", as: Sequential.self)
    layer2 = try saved.module("layer2", as: Sequential.self)
    layer3 = try saved.module("layer3", as: Sequential.self)
    layer4 = try saved.module("layer4", as: Sequential.self)
    fc = try saved.module("fc", as: Linear.self)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    let stem = try maxpool(relu(bn1(conv1(x))))
    let places = try layer4(layer3(layer2(layer1(stem))))
    return try fc(avgpool(places).flatten(startDim: 1))
  }
}
