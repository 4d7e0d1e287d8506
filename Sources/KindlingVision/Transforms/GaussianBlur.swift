import KindlingCore

/// A transform that blurs an image by a random amount (torchvision: `transforms.GaussianBlur`).
public struct GaussianBlur: ImageTransform {
  /// The odd width and height of the kernel.
  public let kernelSize: [Int]
  /// The range of standard deviations, in pixels.
  public let sigma: ClosedRange<Double>

  /// Creates a transform with a kernel of `kernelSize` by `kernelSize` pixels.
  public init(_ kernelSize: Int, sigma: ClosedRange<Double> = 0.1...2) {
    self.init((kernelSize, kernelSize), sigma: sigma)
  }

  /// Creates a transform with a kernel of this width and height.
  public init(_ kernelSize: (width: Int, height: Int), sigma: ClosedRange<Double> = 0.1...2) {
    self.kernelSize = [kernelSize.width, kernelSize.height]
    self.sigma = sigma
  }

  /// Returns the blurred `image`.
  ///
  /// - Throws: `TensorError` for an even kernel, one larger than the image, or a standard deviation
  ///   that is not positive.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    // Checked before the draw, since torchvision rejects these when the transform is created.
    _ = try TF.blurKernel(kernelSize, "GaussianBlur")
    guard sigma.lowerBound > 0, sigma.upperBound.isFinite else {
      throw TensorError(
        .value, "GaussianBlur",
        "sigma values should be positive and finite, but got \(got: PythonText.range(sigma))")
    }
    return try TF.gaussianBlur(image, kernelSize, [Draw.uniform(sigma)])
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "GaussianBlur(kernel_size=\(TextForm.tuple(kernelSize)), sigma=\(PythonText.range(sigma)))"
  }
}
