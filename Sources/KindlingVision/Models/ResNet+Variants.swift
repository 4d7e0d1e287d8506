/// Creates an 18-layer residual network with random weights (torchvision: `models.resnet18`).
///
/// Weights are drawn as in torchvision. With `zeroInitResidual` each block is initially equal to
/// its shortcut.
public func resnet18(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(BasicBlock.self, [2, 2, 2, 2], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// Creates a 34-layer residual network with random weights (torchvision: `models.resnet34`).
///
/// Weights are drawn as in torchvision. With `zeroInitResidual` each block is initially equal to
/// its shortcut.
public func resnet34(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(BasicBlock.self, [3, 4, 6, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// Creates a 50-layer residual network with random weights (torchvision: `models.resnet50`).
///
/// Weights are drawn as in torchvision. With `zeroInitResidual` each block is initially equal to
/// its shortcut.
public func resnet50(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(Bottleneck.self, [3, 4, 6, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// Creates a 101-layer residual network with random weights (torchvision: `models.resnet101`).
///
/// Weights are drawn as in torchvision. With `zeroInitResidual` each block is initially equal to
/// its shortcut.
public func resnet101(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(
    Bottleneck.self, [3, 4, 23, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// Creates a 152-layer residual network with random weights (torchvision: `models.resnet152`).
///
/// Weights are drawn as in torchvision. With `zeroInitResidual` each block is initially equal to
/// its shortcut.
public func resnet152(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(
    Bottleneck.self, [3, 8, 36, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}
