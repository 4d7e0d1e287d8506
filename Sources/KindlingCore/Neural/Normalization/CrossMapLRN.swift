/// A local response normalization across channels, as computed by Torch 7.
package struct CrossMapLRN: Sendable {
  let size: Int
  let alpha: Double
  let beta: Double
  let k: Double

  package init(size: Int, alpha: Double, beta: Double, k: Double) {
    (self.size, self.alpha, self.beta, self.k) = (size, alpha, beta, k)
  }

  /// Normalizes `x`, `[N, C, H, W]`.
  package func apply(_ x: Tensor) throws -> Tensor {
    let (output, scale) = try noGrad {
      let scale = try self.scale(of: x)
      return (try scale.pow(-beta).mul(x), scale)
    }
    try Recording.record([output], "CrossMapLRN2dBackward", [x], saving: [x, output, scale]) {
      gradients, saved in
      guard let g = gradients[0] else { return [nil] }
      return [try gradient(g, saved[0], saved[1], saved[2])]
    }
    return output
  }

  /// Returns `k` plus the scaled sums of squares, by a running sum over channels.
  private func scale(of x: Tensor) throws -> Tensor {
    let channels = x.shape[1], reach = size / 2 + size % 2
    if x.numel == 0 { return try x.clone() }
    let squares = try x.pow(2)
    var sum = try Tensor.zeros(like: squares.select(1, 0))
    for c in 0..<min(reach, channels) { try sum.add_(squares.select(1, c)) }
    var sums = [sum]
    for c in 1..<max(channels, 1) where c < channels {
      sum = try sum.clone()
      if c < channels - reach + 1 { try sum.add_(squares.select(1, c + reach - 1)) }
      if c > reach { try sum.sub_(squares.select(1, c - reach)) }
      sums.append(sum)
    }
    return try Tensor.stack(sums, dim: 1).mul_(alpha / Double(size)).add_(k)
  }

  /// Returns the gradient, with PyTorch's window.
  private func gradient(
    _ gradient: Tensor, _ x: Tensor, _ output: Tensor, _ scale: Tensor
  ) throws -> Tensor {
    let direct = try scale.pow(-beta).mul(gradient)
    if x.numel == 0 { return direct }
    let channels = x.shape[1], before = size == 1 ? 0 : size / 2 + size % 2
    let ratio = try gradient.mul(output).div(scale)
    let padded = try ratio.constantPad([0, 0, 0, 0, before, size - 1 - before])
    var sum = try padded.narrow(1, 0, channels)
    for shift in 1..<max(size, 1) where shift < size {
      sum = try sum + padded.narrow(1, shift, channels)
    }
    let factor = 2 * alpha * beta / Double(size)
    return try direct - x.mul(sum).mul(factor)
  }
}
