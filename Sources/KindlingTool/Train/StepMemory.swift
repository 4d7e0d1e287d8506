import Kindling

/// An estimate of the memory of a step of training, before the first one.
///
/// Every layer keeps values for the backward pass, so that a step takes many times what its samples
/// take.
struct StepMemory {
  let model: ModelKind
  /// The shape of a sample.
  let shape: [Int]
  let batchSize: Int
  let hidden: [Int]
  let classes: Int
  /// The number of values that the optimizer keeps for each parameter.
  let optimizerValues: Int

  /// Throws where a step needs more than the memory that is free; `options` names what reduces it.
  func check(options: String) throws {
    let free = Double(MemoryPool.limit - MemoryPool.statistics.bytesInUse)
    let needed = try bytes(free: free)
    guard needed > free else { return }
    let samples = batchSize == 1 ? "a sample" : "\(batchSize) samples"
    throw ToolError(
      "a step of the \(model.rawValue) on \(samples) of shape \(shape) takes about \(Self.gibibytes(needed)) of memory, but \(Self.gibibytes(free)) are free; use a smaller \(options)"
    )
  }

  private func bytes(free: Double) throws -> Double {
    switch model {
    case .mlp: dense(hidden)
    case .linear: dense([])
    case .cnn, .resnet18: try convolutional(free: free)
    }
  }

  /// The bytes of linear layers: weights, gradients and what the optimizer keeps, and the values
  /// between the layers with theirs.
  private func dense(_ hidden: [Int]) -> Double {
    let features = shape.reduce(1.0) { $0 * Double($1) }
    let widths = [features] + (hidden + [classes]).map(Double.init)
    let weights = zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    let values = 2 * features + widths.dropFirst().reduce(0, +) * 4
    return 4 * (weights * Double(2 + optimizerValues) + values * Double(batchSize))
  }

  /// The bytes of convolutions, which grow with the pixels: measured on two small images.
  private func convolutional(free: Double) throws -> Double {
    guard shape.count == 3 else { return 0 }
    let pixels = Double(shape[1]) * Double(shape[2]) * Double(batchSize)
    // No network here takes this much for a pixel; usual steps need no measuring.
    guard pixels * 4096 > free / 2 else { return 0 }
    let state = Generator.default.stateBytes
    defer { try? Generator.default.setState(state) }
    let (small, large) = (64.0, 128.0)
    let (first, second) = (try measured(Int(small)), try measured(Int(large)))
    let perPixel = (second - first) / (large * large - small * small)
    return second + perPixel * (pixels - large * large)
  }

  /// The bytes of a step on one image of `side` by `side` pixels.
  private func measured(_ side: Int) throws -> Double {
    let image = [shape[0], side, side]
    let network = try makeModel(model, for: image, hidden: hidden, classes: classes)
    let before = MemoryPool.statistics.bytesInUse
    MemoryPool.resetPeak()
    let loss = try CrossEntropyLoss()(network(Tensor.zeros([1] + image)), Tensor([0]))
    try loss.backward()
    return Double(MemoryPool.statistics.peakBytesInUse - before)
  }

  private static func gibibytes(_ bytes: Double) -> String {
    "\(PrintedNumber.fixed(bytes / Double(1 << 30), 1)) GiB"
  }
}
