import Kindling
import KindlingVision
import Testing
import _TestSupport

/// A block of the ResNets for CIFAR: its shortcut takes every second pixel and adds channels of zeros.
private final class CifarBlock: Module, Layer {
  let conv1: Conv2d, bn1: BatchNorm2d, conv2: Conv2d, bn2: BatchNorm2d
  private let stride: Int, extra: Int

  init(_ inPlanes: Int, _ planes: Int, _ stride: Int) {
    conv1 = Conv2d(inPlanes, planes, 3, stride: stride, padding: 1, bias: false)
    bn1 = BatchNorm2d(planes)
    conv2 = Conv2d(planes, planes, 3, padding: 1, bias: false)
    bn2 = BatchNorm2d(planes)
    self.stride = stride
    extra = planes - inPlanes
  }

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try bn2(conv2(F.relu(bn1(conv1(x)))))
    if stride == 1 && extra == 0 { return try F.relu(y + x) }
    let half = try x[.all, .all, .step(nil, nil, 2), .step(nil, nil, 2)]
    return try F.relu(y + F.pad(half, [0, 0, 0, 0, extra / 2, extra / 2]))
  }
}

private final class CifarResNet: Module, Layer {
  let conv1 = Conv2d(3, 16, 3, padding: 1, bias: false)
  let bn1 = BatchNorm2d(16)
  let layer1: Sequential, layer2: Sequential, layer3: Sequential
  let linear = Linear(64, 10)

  init(blocks: Int) {
    func group(_ from: Int, _ to: Int, _ stride: Int) -> Sequential {
      Sequential((0..<blocks).map { CifarBlock($0 == 0 ? from : to, to, $0 == 0 ? stride : 1) })
    }
    layer1 = group(16, 16, 1)
    layer2 = group(16, 32, 2)
    layer3 = group(32, 64, 2)
  }

  func forward(_ x: Tensor) throws -> Tensor {
    let places = try layer3(layer2(layer1(F.relu(bn1(conv1(x))))))
    return try linear(places.mean(dims: [2, 3]))
  }
}

private final class MnistNet: Module, Layer {
  let conv1 = Conv2d(1, 8, 3), conv2 = Conv2d(8, 16, 3), conv3 = Conv2d(16, 24, 3)
  let norm1 = BatchNorm2d(24), fc1 = Linear(24 * 22 * 22, 32), fc2 = Linear(32, 10)
  let norm2 = BatchNorm1d(10)

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try F.relu(conv3(F.relu(conv2(F.relu(conv1(x))))))
    return try F.logSoftmax(norm2(fc2(F.relu(fc1(norm1(y).flatten(startDim: 1))))), dim: 1)
  }
}

/// Checkpoints that others have trained and published: strictly loaded, they give the logits that
/// PyTorch gives.
@Suite(.enabled(if: Shared.has("golden/serialization/burn_mnist.pt"), "\(Shared.absence)"))
struct CheckpointModelTests {
  private func check(
    _ model: any Layer, _ state: StateDict, _ file: String, _ folder: String
  ) throws {
    try model.loadStateDict(state)
    model.eval()
    let values = try TensorFile(folder + "/values.safetensors")
    let logits = try noGrad { try model(values.tensor("\(file)/input")) }
    try assertClose(logits, values.tensor("\(file)/logits"), rtol: 1e-4, atol: 1e-5, file)
  }

  @Test func resnet20OfCIFAR() throws {
    let folder = Shared.path("golden/serialization"), file = "resnet20-12fca82f.th"
    let nested = try #require(try load("\(folder)/\(file)")["state_dict"]?.stateDict)
    let state = nested.map { ($0.key.replacing("module.", with: "", maxReplacements: 1), $0.value) }
    try withDefaultGenerator(Generator(seed: 0)) {
      try check(CifarResNet(blocks: 3), StateDict(state), file, folder)
    }
  }

  @Test func netOfMNIST() throws {
    let folder = Shared.path("golden/serialization"), file = "burn_mnist.pt"
    try withDefaultGenerator(Generator(seed: 0)) {
      try check(MnistNet(), loadStateDict(from: "\(folder)/\(file)"), file, folder)
    }
  }
}
