import Kindling
import Testing
import _TestExpectations

/// Resizing, sampling and shuffling of images.
@Suite struct ResamplingTests {
  @Test func refusals() throws {
    let image = try Tensor.ones(1, 4, 4, 4)
    expectRefusal("interpolate: …same number of spatial dimensions…") {
      try F.interpolate(image, size: [1, 2, 3])
    }
    expectRefusal("…either size or scale_factor should be defined") { try F.interpolate(image) }
    expectRefusal("interpolate: only one of size or scale_factor should be defined") {
      try F.interpolate(image, size: [2], scaleFactor: [2])
    }
    expectRefusal("interpolate: Got 4D input, but linear mode needs 3D input") {
      try F.interpolate(image, size: 2, mode: .linear)
    }
    expectRefusal("interpolate: align_corners option can only be set…") {
      try F.interpolate(image, size: 2, alignCorners: true)
    }
    expectRefusal("…Only 3D, 4D and 5D input…") { try F.interpolate(Tensor.ones(2, 2), size: 2) }
    expectRefusal("interpolate: …greater than 0…") { try F.interpolate(image, size: [0, 1]) }
    expectRefusal("…makes no size of 4") { try F.interpolate(image, scaleFactor: Double.nan) }
    expectRefusal("interpolate: Anti-alias option is restricted…") {
      try F.interpolate(image, size: 2, antialias: true)
    }
    expectRefusal("interpolate: …is larger than half of the memory there is") {
      try F.interpolate(image, size: [1, 1 << 30])
    }
    expectRefusal("…same batch size…") { try F.gridSample(image, Tensor.ones(2, 3, 3, 2)) }
    expectRefusal("grid_sampler: …size 2 in last dimension…") {
      try F.gridSample(image, Tensor.ones(1, 3, 3, 3))
    }
    expectRefusal("affine_grid: …2D affine matrices of shape 1x2x3…") {
      try F.affineGrid(Tensor.ones(1, 2, 2), [1, 1, 2, 2])
    }
    expectRefusal("pixel_shuffle: …divisible by the square of upscale_factor…") {
      try F.pixelShuffle(Tensor.ones(3, 2, 2), 2)
    }
    expectRefusal("…positive upscale_factor, but got 0") { try F.pixelShuffle(image, 0) }
    expectRefusal("pixel_unshuffle: …height to be divisible by downscale_factor…") {
      try F.pixelUnshuffle(image, 3)
    }
    expectRefusal("…Got 4 channels and 3 groups…") { try F.channelShuffle(image, 3) }
    expectRefusal("ZeroPad2d: needs 1 or 4 numbers of padding…") { try ZeroPad2d([1, 2])(image) }
    // Coordinates that are no numbers do not lead out of the image.
    let nowhere = try Tensor.full([1, 1, 2, 2], Double.nan)
    #expect(try F.gridSample(image, nowhere).shape == [1, 4, 1, 2])
    let far = try Tensor.full([1, 1, 2, 2], Double.infinity)
    #expect(
      try F.gridSample(image, far, mode: .nearest, paddingMode: .border).shape == [1, 4, 1, 2])
  }

  @Test func refusesSizesBeyondAllMemory() throws {
    expectRefusal("interpolate: …larger than half of the memory…") {
      try F.interpolate(
        Tensor.zeros(1, 1, 1, 1).expand([1, 1, 2, 1 << 40]), size: [2, 2], mode: .bilinear,
        antialias: true)
    }
  }

  @Test func takesAnyScale() throws {
    let image = try Tensor.ones(1, 4, 4, 4)
    // Scales may lead anywhere: the nearest element there is counts.
    for mode in [UpsampleMode.nearest, .bilinear, .bicubic] {
      for factor in [1e-30, 1e-300, 1e30] {
        _ = try? F.interpolate(image, scaleFactor: factor, mode: mode, antialias: mode != .nearest)
      }
    }
  }

  @Test(arguments: [
    (GridMode.bilinear, GridPadding.zeros, Double.nan, Double.nan, [0.0, .nan]),
    (.bilinear, .border, .nan, 4.75, [0, 3]), (.bilinear, .border, .infinity, 6.75, [0, 3]),
    (.bilinear, .reflection, .infinity, 4.75, [0, 3]), (.nearest, .zeros, .nan, 0, [0, 0]),
    (.nearest, .border, .nan, 4, [0, 0]), (.bicubic, .zeros, .nan, .nan, [.nan, .nan]),
    (.bicubic, .border, 1e30, 6.99609375, [0, 3.515625]),
  ])
  func gridsOutsideOfNumbers(
    mode: GridMode, padding: GridPadding, place: Double, value: Double, gradient: [Double]
  ) throws {
    let x = try Tensor.arange(1.0, 10.0).view(1, 1, 3, 3).requiresGrad_()
    let grid = try Tensor([place, 0.25]).view(1, 1, 1, 2).requiresGrad_()
    let y = try F.gridSample(x, grid, mode: mode, paddingMode: padding, alignCorners: true)
    try expectClose(y.view(1), [value], rtol: 1e-6)
    try y.sum().backward()
    try expectClose(#require(grid.grad).view(2), gradient, rtol: 1e-6, "grid")
  }

  /// The size decides whether a dimension is copied, not the factor; PyTorch's gradient of `nearest`
  /// goes by the size where its values do not.
  @Test(arguments: [
    (UpsampleMode.linear, 1, 1.3, [0.0, 1, 2], [1.0, 1, 1]),
    (.nearest, 1, 1.3, [0, 0, 1], [1, 1, 1]), (.nearestExact, 1, 1.3, [0, 1, 1], [1, 2, 0]),
    (.nearest, 1, 2.2, [0, 0, 0, 1, 1, 2], [2, 2, 2]),
    (.nearest, 2, 1.3, [0, 1, 2], [1, 1, 1]),
    (.nearest, 2, 2.2, [0, 0, 1, 1, 2, 2], [4, 4, 4]),
    (.bilinear, 2, 1.3, [0, 1, 2], [1, 1, 1]), (.trilinear, 3, 1.3, [0, 1, 2], [1, 1, 1]),
  ])
  func interpolationOfTheSameSize(
    mode: UpsampleMode, rank: Int, factor: Double, values: [Double], gradient: [Double]
  ) throws {
    let line = try Tensor([0.0, 1, 2]).expand([1, 1] + Array(repeating: 3, count: rank))
    for layer in [false, true] {
      let x = try line.clone().requiresGrad_()
      let y =
        layer
        ? try Upsample(scaleFactor: factor, mode: mode)(x)
        : try F.interpolate(x, scaleFactor: factor, mode: mode)
      try y.sum().backward()
      var first = y, firstGrad = try #require(x.grad)
      for _ in 0...rank { (first, firstGrad) = (try first[0], try firstGrad[0]) }
      try expectClose(first, values, "\(mode)")
      try expectClose(firstGrad, gradient, "gradient of \(mode)")
    }
  }

  @Test func upsamplingOfImages() throws {
    let x = try Tensor.arange(12.0).view(1, 1, 3, 4)
    #expect(try UpsamplingNearest2d(scaleFactor: 2)(x).sum().item() == 264)
    let y = try UpsamplingBilinear2d(size: [5, 7])(x).flatten().narrow(0, 0, 9)
    #expect(try y.toArray(as: Double.self) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 2, 2.5])
  }
}
