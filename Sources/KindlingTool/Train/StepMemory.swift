import Kindling

/// An estimate of the memory of a training step, made before the first one.
///
/// Every layer saves values for the backward pass, so a step needs many times the memory of its
/// samples.
struct StepMemory {
  let model: ModelKind
  /// The shape of a sample.
  let shape: [Int]
  let batchSize: Int
  let hidden: [Int]
  let classes: Int
  /// The number of values that the optimizer stores per parameter.
  let optimizerValues: Int

  /// Throws if a step needs more memory than is free; `options` names the options that reduce it.
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

  /// Returns the bytes of linear layers: weights, gradients, optimizer state, activations and their
  /// gradients.
  private func dense(_ hidden: [Int]) -> Double {
    let features = shape.reduce(1.0) { $0 * Double($1) }
    let widths = [features] + (hidden + [classes]).map(Double.init)
    let weights = zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    let values = 2 * features + widths.dropFirst().reduce(0, +) * 4
    return 4 * (weights * Double(2 + optimizerValues) + values * Double(batchSize))
  }

  /// Returns the bytes of convolutions, which are proportional to the pixels: measured on two small
  /// images.
  private func convolutional(free: Double) throws -> Double {
    guard shape.count == 3 else { return 0 }
    let pixels = Double(shape[1]) * Double(shape[2]) * Double(batchSize)
    // No network here needs this much per pixel, so usual steps need no measurement.
    guard pixels * 4096 > free / 2 else { return 0 }
    let state = Generator.default.stateBytes
    defer { try? Generator.default.setState(state) }
    let (small, large) = (64.0, 128.0)
    let (first, second) = (try measured(Int(small)), try measured(Int(large)))
    let perPixel = (second - first) / (large * large - small * small)
    return second + perPixel * (pixels - large * large)
  }

  /// Returns the bytes of a step on an image of `side` by `side` pixels.
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
