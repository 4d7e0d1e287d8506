public import KindlingCore
import KindlingIO
public import KindlingNN

/// A block of a residual network.
public protocol ResidualBlock: Layer {
  /// The ratio of output channels to the block's width.
  static var expansion: Int { get }

  /// Creates a block from `inPlanes` channels to `planes · expansion`.
  ///
  /// `stride` is the stride of a 3×3 convolution; `downsample` is the shortcut if the shape
  /// changes.
  init(_ inPlanes: Int, _ planes: Int, stride: Int, downsample: Sequential?)

  /// The last normalization of the block.
  var lastNorm: BatchNorm2d { get }
}

/// Creates a convolution that keeps the size at stride 1; a normalization follows, so it has no
/// bias.
private func convolution(_ inPlanes: Int, _ planes: Int, _ kernel: Int, stride: Int = 1) -> Conv2d {
  Conv2d(inPlanes, planes, kernel, stride: stride, padding: kernel / 2, bias: false)
}

/// A residual block of two 3×3 convolutions (torchvision: `models.resnet.BasicBlock`).
open class BasicBlock: Module, ResidualBlock {
  /// The output has as many channels as the block's width.
  public static let expansion = 1
  /// The first convolution, which has the stride.
  public let conv1: Conv2d
  /// The normalization of `conv1`.
  public let bn1: BatchNorm2d
  /// The rectifier after the first normalization and after the sum.
  public let relu = ReLU(inplace: true)
  /// The second convolution.
  public let conv2: Conv2d
  /// The normalization of `conv2`.
  public let bn2: BatchNorm2d
  /// The shortcut, if the shape changes.
  public let downsample: Sequential?

  /// Creates a block from `inPlanes` channels to `planes`.
  public required init(_ inPlanes: Int, _ planes: Int, stride: Int, downsample: Sequential?) {
    conv1 = convolution(inPlanes, planes, 3, stride: stride)
    bn1 = BatchNorm2d(planes)
    conv2 = convolution(planes, planes, 3)
    bn2 = BatchNorm2d(planes)
    self.downsample = downsample
  }

  /// Creates a block from a saved module.
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

  /// The normalization of the second convolution.
  public var lastNorm: BatchNorm2d { bn2 }
}

/// A residual block of a 3×3 convolution between two 1×1 convolutions
/// (torchvision: `models.resnet.Bottleneck`).
///
/// The 3×3 convolution has the stride.
open class Bottleneck: Module, ResidualBlock {
  /// The output has four times as many channels as the block's width.
  public static let expansion = 4
  /// The 1×1 convolution that reduces channels.
  public let conv1: Conv2d
  /// The normalization of `conv1`.
  public let bn1: BatchNorm2d
  /// The 3×3 convolution.
  public let conv2: Conv2d
  /// The normalization of `conv2`.
  public let bn2: BatchNorm2d
  /// The 1×1 convolution that expands channels.
  public let conv3: Conv2d
  /// The normalization of `conv3`.
  public let bn3: BatchNorm2d
  /// The rectifier after each normalization and the sum.
  public let relu = ReLU(inplace: true)
  /// The shortcut, if the shape changes.
  public let downsample: Sequential?

  /// Creates a block from `inPlanes` channels to `4 · planes`.
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

  /// Creates a block from a saved module.
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

  /// The normalization of the expanding convolution.
  public var lastNorm: BatchNorm2d { bn3 }
}

/// A residual network for image classification (torchvision: `models.ResNet`).
///
/// ``resnet18(numClasses:zeroInitResidual:)`` and similar functions create it. Keys and printed
/// form are torchvision's.
/// - Shape: `[N, 3, H, W]` → `[N, numClasses]`.
/// - Source: He et al., *Deep residual learning for image recognition*, arXiv:1512.03385.
open class ResNet: Module, Layer {
  /// The first convolution, 7×7.
  public var conv1: Conv2d
  /// The normalization of `conv1`.
  public let bn1: BatchNorm2d
  /// The rectifier after `bn1`.
  public let relu = ReLU(inplace: true)
  /// The max pooling after the first convolution.
  public let maxpool = MaxPool2d(3, stride: 2, padding: 1)
  /// The blocks of width 64.
  public let layer1: Sequential
  /// The blocks of width 128, at half the size.
  public let layer2: Sequential
  /// The blocks of width 256, at a quarter of the size.
  public let layer3: Sequential
  /// The blocks of width 512, at an eighth of the size.
  public let layer4: Sequential
  /// The global average pooling.
  public let avgpool = AdaptiveAvgPool2d([1, 1])
  /// The linear classifier.
  public var fc: Linear

  /// Creates a network of four groups of `block`s, with `layers[i]` blocks in group `i`.
  ///
  /// With `zeroInitResidual` each block is initially equal to its shortcut.
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
      // With invalid numbers no blocks are created.
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
        "needs the numbers of blocks of four groups, each from 1 to \(expected: ResNet.mostBlocks), but got \(got: layers)"
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

  /// The maximum number of blocks in a group.
  static let mostBlocks = 1000

  /// Returns `planes` times `expansion`, or `Int.max` on overflow, which no layer accepts.
  static func widened(_ planes: Int, _ expansion: Int) -> Int {
    let (width, over) = planes.multipliedReportingOverflow(by: expansion)
    return over ? .max : width
  }

  /// Creates a network from a saved module.
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
