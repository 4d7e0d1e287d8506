import Kindling
import Testing

/// Values and printed forms are PyTorch's.
@Suite struct NewModuleTests {
  @Test func numbersPrintAsTheyWereGiven() {
    let cases: [(Module, String)] = [
      (LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)"),
      (LPPool2d(2.0, 3), "LPPool2d(norm_type=2.0, kernel_size=3, stride=None, ceil_mode=False)"),
      (
        LPPool1d(1.5, 2, stride: 1),
        "LPPool1d(norm_type=1.5, kernel_size=2, stride=1, ceil_mode=False)"
      ),
      (Upsample(scaleFactor: [1.5]), "Upsample(scale_factor=(1.5,), mode='nearest')"),
      (Upsample(scaleFactor: 2), "Upsample(scale_factor=2.0, mode='nearest')"),
      (Upsample(size: [3]), "Upsample(size=(3,), mode='nearest')"),
      (
        UpsamplingNearest2d(scaleFactor: 2), "UpsamplingNearest2d(scale_factor=2.0, mode='nearest')"
      ),
      (
        UpsamplingBilinear2d(size: [3, 4]), "UpsamplingBilinear2d(size=(3, 4), mode='bilinear')"
      ),
      (
        UpsamplingBilinear2d(scaleFactor: [1.5, 2]),
        "UpsamplingBilinear2d(scale_factor=(1.5, 2.0), mode='bilinear')"
      ),
      (FractionalMaxPool3d(2, outputSize: 3), "FractionalMaxPool3d()"),
    ]
    for (module, text) in cases { #expect("\(module)" == text) }
  }

  @Test func upsamplingOfImages() throws {
    let x = try Tensor.arange(12.0).view(1, 1, 3, 4)
    #expect(try UpsamplingNearest2d(scaleFactor: 2)(x).sum().item() == 264)
    let y = try UpsamplingBilinear2d(size: [5, 7])(x).flatten().narrow(0, 0, 9)
    #expect(try y.toArray(as: Double.self) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 2, 2.5])
  }

  @Test func fractionalPoolingOfVolumes() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let x = try Tensor.rand(1, 2, 5, 5, 5)
      let sum = try FractionalMaxPool3d(2, outputSize: 3)(x).sum().item()
      #expect(abs(sum - 47.30952453613281) < 1e-4)
    }
  }

  @Test func lengthsOfSequencesAsNumbers() throws {
    try withDefaultGenerator(Generator(seed: 0)) {
      let logProbs = try Tensor.randn(6, 2, 4).logSoftmax(dim: 2)
      let loss = try CTCLoss()(logProbs, Tensor([[1, 2], [3, 1]]), [6, 5], [2, 1])
      #expect(abs(try loss.item() - 3.892674207687378) < 1e-5)
    }
  }
}
