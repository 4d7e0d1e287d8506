import Kindling
import Testing
import _TestExpectations

/// A residual block of the networks for CIFAR: its shortcut takes every second pixel, and its new
/// channels are zeros on both sides.
private final class Block: Module, Layer {
  let conv1, conv2: Conv2d
  let bn1, bn2: BatchNorm2d
  let stride, extra: Int

  init(_ inputs: Int, _ outputs: Int, _ stride: Int) {
    conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false)
    bn1 = BatchNorm2d(outputs)
    conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false)
    bn2 = BatchNorm2d(outputs)
    (self.stride, extra) = (stride, outputs - inputs)
  }

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try bn2(conv2(bn1(conv1(x)).relu()))
    if stride == 1 && extra == 0 { return try (y + x).relu() }
    let half = try x[.all, .all, .step(nil, nil, 2), .step(nil, nil, 2)]
    return try (y + F.pad(half, [0, 0, 0, 0, extra / 2, extra / 2])).relu()
  }
}

private final class ResNet20: Module, Layer {
  let conv1 = Conv2d(3, 16, 3, padding: 1, bias: false)
  let bn1 = BatchNorm2d(16)
  let layer1 = Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
  let layer2 = Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
  let layer3 = Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
  let linear = Linear(64, 10)

  func forward(_ x: Tensor) throws -> Tensor {
    try linear(layer3(layer2(layer1(bn1(conv1(x)).relu()))).mean(dims: [2, 3]))
  }
}

private final class MNISTNet: Module, Layer {
  let conv1 = Conv2d(1, 8, 3), conv2 = Conv2d(8, 16, 3), conv3 = Conv2d(16, 24, 3)
  let norm1 = BatchNorm2d(24)
  let fc1 = Linear(24 * 22 * 22, 32), fc2 = Linear(32, 10)
  let norm2 = BatchNorm1d(10)

  func forward(_ x: Tensor) throws -> Tensor {
    let images = try conv3(conv2(conv1(x).relu()).relu()).relu()
    let features = try fc1(norm1(images).flatten(startDim: 1)).relu()
    return try norm2(fc2(features)).logSoftmax(dim: 1)
  }
}

/// Published checkpoints, which the project may use and not hold.
@Suite(.enabled(if: Shared.has("golden/serialization/burn_mnist.pt"), "\(Shared.absence)"))
struct RealCheckpointTests {
  static let entries =
    (try? Golden.json("serialization/manifest.json")["real_checkpoints"]?.array) ?? []

  /// The state dict in the file, checked against what PyTorch says of it.
  private func state(_ entry: JSONValue) throws -> StateDict {
    let name = try #require(entry["file"]?.string)
    // One of them was written on a device that is not here.
    let content = try load(Shared.path("golden/serialization/\(name)"), device: .cpu)
    for (key, expected) in entry["extra_entries"]?.object ?? [:] {
      #expect(content[key]?.doubleValue == expected.double, "\(key)")
    }
    let state = try #require((content["state_dict"] ?? content).stateDict)
    let keys = try #require(entry["keys"]?.array)
    #expect(state.keys == keys.compactMap { $0["key"]?.string })
    for key in keys {
      let path = try #require(key["key"]?.string)
      let tensor = try #require(state[path])
      #expect(
        tensor.shape == key["shape"]?.ints && tensor.dtype.description == key["dtype"]?.string)
      let sums = [try tensor.to(.float64).sum().item(), try tensor.to(.float64).abs().sum().item()]
      for (sum, name) in zip(sums, ["sum", "sum_abs"]) {
        let expected = try #require(key[name]?.double)
        expectClose(sum, expected, rtol: 1e-10, atol: 1e-10, "\(path)")
      }
    }
    return state
  }

  @Test(arguments: entries)
  func givesTheRecordedLogits(entry: JSONValue) throws {
    let name = try #require(entry["file"]?.string)
    let state = try state(entry)
    let model: any Layer = name.contains("resnet") ? ResNet20() : MNISTNet()
    let own = StateDict(
      state.map { (key: String, value: Tensor) in
        (key.hasPrefix("module.") ? String(key.dropFirst(7)) : key, value)
      })
    // Checkpoints older than the count of batches lack it.
    let result = try model.loadStateDict(own, strict: false)
    #expect(result.unexpectedKeys.isEmpty)
    #expect(result.missingKeys.allSatisfy { $0.hasSuffix("num_batches_tracked") }, "\(result)")
    model.eval()
    let arrays = try Golden.tensors("serialization/values.safetensors")
    let logits = try noGrad { try model(arrays.tensor("\(name)/input")) }
    try expectClose(logits, arrays.tensor("\(name)/logits"), rtol: 1e-4, atol: 1e-4)
    #expect(try logits.argmax(dim: 1).toArray(as: Int.self) == entry["argmax"]?.ints)
  }
}
