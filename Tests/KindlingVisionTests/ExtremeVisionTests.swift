import Kindling
import KindlingPlatform
import KindlingVision
import Testing
import _TestExpectations

/// Arguments that nobody means end as errors, or as something harmless.
@Suite struct ExtremeVisionTests {
  @Test func refuses() throws {
    let image = try Tensor.rand(3, 4, 5)
    let nothing = try Tensor.zeros(1 << 40, 3, 0, 0)
    expectRefusal("crop: …within reason…") { try TF.crop(image, .min, 0, 1, 1) }
    expectRefusal("crop: …within reason…") { try TF.crop(image, 0, .min, 1, 1) }
    expectRefusal("…cannot become one of…") { try TF.centerCrop(Tensor.zeros(1, 0, 5), [.max]) }
    expectRefusal("makeGrid: …have to have pixels…") { try makeGrid(nothing, padding: 1 << 28) }
    expectRefusal("makeGrid: …have to have pixels…") { try makeGrid(nothing, padding: 0) }
    expectRefusal("makeGrid: …is too large") {
      try makeGrid(Tensor.zeros(1, 3, 2, 2).expand(1 << 40, 3, 2, 2), padding: 1 << 28)
    }
    expectRefusal("…is too large") { try makeGrid(Tensor.rand(2, 3, 4, 5), padding: 1 << 28) }
    expectRefusal("…cannot become one of…") { try Resize(.max)(Image(.l, width: 2, height: 2)) }
    expectRefusal("pad: …within reason…") { try Pad(.min)(Image(.l, width: 2, height: 2)) }
    expectRefusal("rotate: …within reason…") { try TF.rotate(image, 1, center: (.infinity, 0)) }
    expectRefusal("Image: an image cannot have…") { try Image(.rgb, width: .max, height: .max) }
  }

  @Test func rectanglesBeyondAnyImageDoNotFit() throws {
    let image = try Tensor.rand(3, 20, 20)
    for range in [1.0...1e36, 1e-30...1e-29] {
      #expect(try RandomResizedCrop(7, scale: range)(image).shape == [3, 7, 7])
    }
    let whole = try RandomErasing(p: 1, ratio: 1e-37...1e-36)(image)
    #expect(whole.shape == [3, 20, 20])
  }

  @Test(arguments: [
    [0, 1e-308], [1e-7, 3e-7], [-1e300, 1e300], [5e14, 5e14 + 1], [0, .infinity], [.nan, .nan],
  ]) func axesOfAnyRange(values: [Double]) throws {
    let figure = Figure()
    try figure.addSubplot().plot(values)
    let svg = try figure.svg()
    #expect(svg.hasSuffix("</svg>\n"))
    #expect(!svg.contains("0000000000"), "\(svg)")
  }

  @Test func aSparseFileIsRefusedBeforeItIsRead() throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.writeSparse(3 << 30, to: "\(folder)/big.png")
      expectRefusal("…more than any image…") { try readImage("\(folder)/big.png") }
    }
  }

  /// Movements far beyond the image leave nothing of it.
  @Test func farAwayIsEmpty() throws {
    let image = try Image(.l, width: 3, height: 3, color: [9])
    for mode in [InterpolationMode.nearest, .bilinear, .bicubic] {
      for (move, scale) in [(Int.max, 1.0), (.min, 1e-300), (0, 1e-300)] {
        let far = try TF.affine(
          image, angle: 30, translate: (move, 0), scale: scale, shear: [1], interpolation: mode)
        #expect(try move == 0 || far.bytes().allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func aPipeIsNoFile() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      expectRefusal("…/pipe: is a pipe, not a file") { try readImage(path) }
      expectRefusal("…/pipe: is a pipe, not a file") { try IDX.read(path) }
      remove(path)
    }
  }
}
