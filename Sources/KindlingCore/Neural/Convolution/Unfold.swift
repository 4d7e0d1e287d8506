/// The conversion of images to columns of sliding blocks, and the sum of columns back into images.
package struct SlidingBlocks: Sendable {
  let operation: String
  let image: [Int]
  let kernel: [Int]
  let dilation: [Int]
  let padding: [Int]
  let stride: [Int]
  /// The number of blocks along each dimension.
  let blocks: [Int]

  /// Creates blocks of `kernel` elements over images of size `image`; each list has one number or
  /// two.
  ///
  /// - Throws: ``TensorError`` if a number is invalid or no block fits.
  package init(
    _ operation: String, image: [Int], kernel: [Int], dilation: [Int], padding: [Int],
    stride: [Int]
  ) throws {
    func two(_ values: [Int], _ name: String, least: Int) throws -> [Int] {
      try require(
        values.count == 1 || values.count == 2, .value, operation,
        "\(name) must be one number or two, but got \(got: values)")
      try require(
        values.allSatisfy({ $0 >= least && $0 < 1 << 31 }), .value, operation,
        "\(name) should be \(least == 0 ? "not negative" : "greater than zero") and less than 2³¹, but got \(got: values)"
      )
      return values.count == 2 ? values : [values[0], values[0]]
    }
    let image = try two(image, "output_size", least: 1)
    let kernel = try two(kernel, "kernel_size", least: 1)
    let dilation = try two(dilation, "dilation", least: 1)
    let padding = try two(padding, "padding", least: 0)
    let stride = try two(stride, "stride", least: 1)
    blocks = (0..<2).map { d in
      let span = image[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1
      return span < 0 ? 0 : span / stride[d] + 1
    }
    (self.operation, self.image, self.kernel) = (operation, image, kernel)
    (self.dilation, self.padding, self.stride) = (dilation, padding, stride)
    try require(
      blocks[0] > 0 && blocks[1] > 0, .shape, operation,
      "Given an image of spatial size \(image), kernel_size=\(kernel), dilation=\(dilation), padding=\(padding), stride=\(stride), calculated shape of the array of sliding blocks as \(blocks), but its components must be at least one"
    )
  }

  /// The size of a padded image.
  private var extent: [Int] {
    (0..<2).map { max(image[$0] + 2 * padding[$0], 1) }
  }

  private func view(_ padded: Tensor) -> Tensor {
    let s = padded.strides
    return padded.alias(
      shape: [padded.shape[0], padded.shape[1]] + kernel + blocks,
      strides: [
        s[0], s[1], dilation[0] * s[2], dilation[1] * s[3], stride[0] * s[2], stride[1] * s[3],
      ], offset: padded.storageOffset)
  }

  private func inside(_ padded: Tensor) -> Tensor {
    padded.alias(
      shape: Array(padded.shape.prefix(2)) + image, strides: padded.strides,
      offset: padded.storageOffset + padding[0] * padded.strides[2] + padding[1])
  }

  /// Converts images `[N, C, H, W]` to columns `[N, C · kernel, blocks]`.
  package func columns(of x: Tensor) throws -> Tensor {
    let size = kernel[0] * kernel[1], count = blocks[0] * blocks[1]
    _ = try Layout.checkedCount([x.shape[0], x.shape[1], size, count], x.dtype, operation)
    let result = try noGrad {
      let padded = try x.newZeros([x.shape[0], x.shape[1]] + extent)
      try x.backend.copy(x, into: inside(padded))
      return try view(padded).clone(memoryFormat: .contiguous)
        .reshape([x.shape[0], x.shape[1] * size, count])
    }
    return try result.recorded("Im2ColBackward0", Input(x) { g, _ in try images(of: g) })
  }

  /// Sums columns into images `[N, C, H, W]`; each element is the sum of its copies in the columns.
  package func images(of x: Tensor) throws -> Tensor {
    let size = kernel[0] * kernel[1]
    guard x.ndim == 3, x.shape[1] % size == 0, x.shape[2] == blocks[0] * blocks[1] else {
      throw TensorError(
        .shape, operation,
        "Given output_size=\(expected: image), kernel_size=\(expected: kernel), dilation=\(expected: dilation), padding=\(expected: padding), stride=\(expected: stride), expected input of [N, C · \(expected: size), \(expected: blocks[0] * blocks[1])], but got \(got: x.shape)"
      )
    }
    let result = try noGrad {
      let padded = try x.newZeros([x.shape[0], x.shape[1] / size] + extent)
      let source = try x.reshape([x.shape[0], x.shape[1] / size] + kernel + blocks)
      let target = view(padded)
      for i in 0..<kernel[0] {
        for j in 0..<kernel[1] {
          let part = try target.select(2, i).select(2, j)
          try part.add_(source.select(2, i).select(2, j))
        }
      }
      return try inside(padded).clone()
    }
    return try result.recorded("Col2ImBackward0", Input(x) { g, _ in try columns(of: g) })
  }
}
