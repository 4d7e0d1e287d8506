import KindlingCore

/// Arranges a batch of images in a grid with `nrow` images per row
/// (torchvision: `utils.make_grid`).
///
/// - Parameters:
///   - images: `[N, C, H, W]`, `[C, H, W]` or `[H, W]`.
///   - nrow: the maximum number of images in a row.
///   - padding: the number of pixels between and around images.
///   - normalize: whether to shift and scale values to the range 0 to 1.
///   - valueRange: the values that become 0 and 1; by default the minimum and maximum.
///   - scaleEach: whether to scale each image by its own range.
///   - padValue: the value of the padding.
/// - Returns: the grid, `[C, H′, W′]`; one channel becomes three.
/// - Throws: `TensorError` for other shapes, no images, or invalid arguments.
public func makeGrid(
  _ images: Tensor, nrow: Int = 8, padding: Int = 2, normalize: Bool = false,
  valueRange: (Double, Double)? = nil, scaleEach: Bool = false, padValue: Double = 0
) throws -> Tensor {
  guard nrow > 0, padding >= 0 else {
    throw TensorError(
      .value, "makeGrid",
      "nrow must be positive and padding not negative, but got \(got: nrow) and \(got: padding)")
  }
  return try noGrad {
    var batch = images
    if batch.ndim == 2 { batch = try batch.unsqueeze(0) }
    if batch.ndim == 3 { batch = try batch.unsqueeze(0) }
    guard batch.ndim == 4, batch.shape[0] > 0 else {
      throw TensorError(
        .shape, "makeGrid",
        "expected images [N, C, H, W], [C, H, W] or [H, W], at least one, but got shape \(got: images.shape)"
      )
    }
    guard batch.numel > 0 else {
      throw TensorError(
        .shape, "makeGrid", "images have to have pixels, but are of shape \(images.shape)")
    }
    if batch.shape[1] == 1 { batch = try Tensor.cat([batch, batch, batch], dim: 1) }
    if normalize { batch = try normalized(batch, valueRange, scaleEach) }
    if batch.shape[0] == 1 { return try batch.squeeze(0) }

    let (count, channels) = (batch.shape[0], batch.shape[1])
    let columns = min(nrow, count), rows = (count + columns - 1) / columns
    // Any padding above the size limit of images is rejected below.
    let gap = min(padding, ImageFormat.mostPixels)
    let (height, width) = (batch.shape[2] + gap, batch.shape[3] + gap)
    // An expanded batch may have more images than memory could hold.
    guard rows <= ImageFormat.mostPixels / height, columns <= ImageFormat.mostPixels / width else {
      throw TensorError(
        .value, "makeGrid",
        "a grid of \(rows) by \(columns) images of shape \(batch.shape) with padding \(padding) is too large"
      )
    }
    let grid = try batch.newFull(
      [channels, height * rows + padding, width * columns + padding], padValue)
    for k in 0..<count {
      let (y, x) = (k / columns * height + padding, k % columns * width + padding)
      try grid.slice(1, y, y + height - padding).slice(2, x, x + width - padding)
        .copy_(batch.select(0, k))
    }
    return grid
  }
}

/// Arranges a list of images of one shape in a grid; see
/// ``makeGrid(_:nrow:padding:normalize:valueRange:scaleEach:padValue:)-(Tensor,_,_,_,_,_,_)``.
public func makeGrid(
  _ images: [Tensor], nrow: Int = 8, padding: Int = 2, normalize: Bool = false,
  valueRange: (Double, Double)? = nil, scaleEach: Bool = false, padValue: Double = 0
) throws -> Tensor {
  try makeGrid(
    Tensor.stack(images), nrow: nrow, padding: padding, normalize: normalize,
    valueRange: valueRange, scaleEach: scaleEach, padValue: padValue)
}

/// Writes images to one PNG or JPEG file, several of them in a grid
/// (torchvision: `utils.save_image`).
///
/// Floats range from 0 (black) to 1; the arguments are those of `makeGrid`.
///
/// - Throws: `TensorError` for shapes that are not images, ``VisionError`` if the file cannot be
///   written.
public func saveImage(
  _ images: Tensor, to path: String, nrow: Int = 8, padding: Int = 2, normalize: Bool = false,
  valueRange: (Double, Double)? = nil, scaleEach: Bool = false, padValue: Double = 0
) throws {
  let grid = try makeGrid(
    images, nrow: nrow, padding: padding, normalize: normalize, valueRange: valueRange,
    scaleEach: scaleEach, padValue: padValue)
  // Adds half a level, since the conversion truncates.
  try noGrad { try writeImage(grid.mul(255).add(0.5).clamp(min: 0, max: 255).to(.uint8), to: path) }
}

/// Writes a list of images of one shape to one PNG or JPEG file, in a grid
/// (torchvision: `utils.save_image`).
public func saveImage(
  _ images: [Tensor], to path: String, nrow: Int = 8, padding: Int = 2, normalize: Bool = false,
  valueRange: (Double, Double)? = nil, scaleEach: Bool = false, padValue: Double = 0
) throws {
  try saveImage(
    Tensor.stack(images), to: path, nrow: nrow, padding: padding, normalize: normalize,
    valueRange: valueRange, scaleEach: scaleEach, padValue: padValue)
}

private func normalized(
  _ batch: Tensor, _ range: (Double, Double)?, _ scaleEach: Bool
) throws -> Tensor {
  func scaled(_ x: Tensor) throws -> Tensor {
    if x.numel == 0 { return x }
    let (low, high) = try range ?? (x.min().item(), x.max().item())
    return try x.clamp(min: low, max: high).sub(low).div(max(high - low, 1e-5))
  }
  guard batch.dtype.isFloatingPoint else {
    throw TensorError(
      .dtype, "makeGrid", "normalize needs floats, but the images are \(batch.dtype)")
  }
  return try scaleEach ? Tensor.stack(batch.unbind(0).map(scaled)) : scaled(batch)
}
