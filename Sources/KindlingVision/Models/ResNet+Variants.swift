/// A residual network with 18 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.resnet18`).
///
/// With `zeroInitResidual` each block starts as what its shortcut does.
public func resnet18(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(BasicBlock.self, [2, 2, 2, 2], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// A residual network with 34 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.resnet34`).
///
/// With `zeroInitResidual` each block starts as what its shortcut does.
public func resnet34(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(BasicBlock.self, [3, 4, 6, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// A residual network with 50 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.resnet50`).
///
/// With `zeroInitResidual` each block starts as what its shortcut does.
public func resnet50(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(Bottleneck.self, [3, 4, 6, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// A residual network with 101 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.resnet101`).
///
/// With `zeroInitResidual` each block starts as what its shortcut does.
public func resnet101(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(
    Bottleneck.self, [3, 4, 23, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}

/// A residual network with 152 layers of weights, its parameters drawn as torchvision draws them
/// (torchvision: `models.resnet152`).
///
/// With `zeroInitResidual` each block starts as what its shortcut does.
public func resnet152(numClasses: Int = 1000, zeroInitResidual: Bool = false) -> ResNet {
  ResNet(
    Bottleneck.self, [3, 8, 36, 3], numClasses: numClasses, zeroInitResidual: zeroInitResidual)
}
