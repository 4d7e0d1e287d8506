import Kindling

/// The small convolutional network of the benchmark, with the same initial weights in every
/// library.
final class ConvolutionalNetwork: Module, Layer {
  let c1 = Conv2d(1, 32, 3)
  let c2 = Conv2d(32, 64, 3)
  let f1 = Linear(9216, 128)
  let f2 = Linear(128, 10)

  override init() {}

  /// Sets the parameters.
  func setWeights() throws {
    let layers: [(weight: Tensor, bias: Tensor?, scale: Float)] = [
      (c1.weight, c1.bias, 1 / 3), (c2.weight, c2.bias, 1 / 17), (f1.weight, f1.bias, 1 / 96),
      (f2.weight, f2.bias, 1 / 11.3),
    ]
    try noGrad {
      for (i, layer) in layers.enumerated() {
        try layer.weight.copy_(
          Inputs.normal(2 * i + 1, layer.weight.numel, scale: layer.scale).reshape(
            layer.weight.shape))
        try layer.bias?.copy_(Inputs.normal(2 * i + 2, layer.bias?.numel ?? 0, scale: 0.01))
      }
    }
  }

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try F.maxPool2d(F.relu(c2(F.relu(c1(x)))), 2)
    return try f2(F.relu(f1(y.flatten(startDim: 1))))
  }
}

extension Workloads {
  /// Batch, channels, height and width, kernel, stride, output channels, groups; the padding is
  /// half the kernel, and there is no bias.
  private static let convolutions: [String: [Int]] = [
    "1x64x56x56.k3.64": [1, 64, 56, 3, 1, 64, 1],
    "1x3x224x224.k7s2.64": [1, 3, 224, 7, 2, 64, 1],
    "32x1x28x28.k3.32": [32, 1, 28, 3, 1, 32, 1],
    "8x128x28x28.k3.128": [8, 128, 28, 3, 1, 128, 1],
    "1x512x7x7.k1.2048": [1, 512, 7, 1, 1, 2048, 1],
    "dw.1x96x56x56.k3.96": [1, 96, 56, 3, 1, 96, 96],
  ]

  /// Returns the conv.* workloads.
  static func convolution(_ id: String) throws -> Workload? {
    let name = id.dropFirst("conv.".count)
    guard let dot = name.lastIndex(of: "."), let sizes = convolutions[String(name[..<dot])] else {
      return nil
    }
    let (batch, channels, side, kernel) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let (stride, outputs, groups) = (sizes[4], sizes[5], sizes[6])
    let inputs = channels / groups
    let x = try Inputs.normal(1, batch, channels, side, side)
    let w = try Inputs.normal(
      2, outputs, inputs, kernel, kernel, scale: 1 / Float(inputs * kernel * kernel).squareRoot())
    func forward() throws -> Tensor {
      try F.conv2d(x, w, stride: stride, padding: kernel / 2, groups: groups)
    }
    switch name[dot...] {
    case ".fwd": return Workload(unit: .us) { _ = try forward() }
    case ".fwdbwd":
      try x.requiresGrad_()
      try w.requiresGrad_()
      let size = (side + kernel / 2 * 2 - kernel) / stride + 1
      let g = try Inputs.normal(3, batch, outputs, size, size)
      return Workload(unit: .us) {
        let y = try forward()
        _ = try grad(of: [y], withRespectTo: [x, w], gradOutputs: [g])
      }
    default: return nil
    }
  }

  /// Returns the pool.* and bn.* workloads.
  static func channels(_ id: String) throws -> Workload? {
    let x = try Inputs.normal(1, 8, 64, 56, 56)
    switch id {
    case "pool.max.8x64x56x56": return Workload(unit: .us) { _ = try F.maxPool2d(x, 2) }
    case "pool.avg.8x64x56x56": return Workload(unit: .us) { _ = try F.avgPool2d(x, 2) }
    case "bn.train.8x64x56x56":
      try x.requiresGrad_()
      let norm = BatchNorm2d(64), g = try Inputs.normal(2, 8, 64, 56, 56)
      return Workload(unit: .us) {
        let y = try norm(x)
        _ = try grad(of: [y], withRespectTo: [x] + norm.parameters(), gradOutputs: [g])
      }
    default: return nil
    }
  }
}
