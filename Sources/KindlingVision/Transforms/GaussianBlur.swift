import KindlingCore

/// Blurs an image by a random amount (torchvision: `transforms.GaussianBlur`).
public struct GaussianBlur: ImageTransform {
  /// Width and height of the kernel, odd.
  public let kernelSize: [Int]
  /// The deviations in pixels that are drawn from.
  public let sigma: ClosedRange<Double>

  /// A transform with a kernel of `kernelSize` by `kernelSize` pixels.
  public init(_ kernelSize: Int, sigma: ClosedRange<Double> = 0.1...2) {
    self.init((kernelSize, kernelSize), sigma: sigma)
  }

  /// A transform with a kernel of this width and height.
  public init(_ kernelSize: (width: Int, height: Int), sigma: ClosedRange<Double> = 0.1...2) {
    self.kernelSize = [kernelSize.width, kernelSize.height]
    self.sigma = sigma
  }

  /// Returns `image` blurred.
  ///
  /// - Throws: `TensorError` for an even kernel, one larger than the image, or a deviation that is
  ///   not positive.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    // Before the draw, since torchvision refuses these when the transform is made.
    _ = try TF.blurKernel(kernelSize, "GaussianBlur")
    guard sigma.lowerBound > 0, sigma.upperBound.isFinite else {
      throw TensorError(
        .value, "GaussianBlur",
        "sigma values should be positive and finite, but got \(PythonText.range(sigma))")
    }
    return try TF.gaussianBlur(image, kernelSize, [Draw.uniform(sigma)])
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    "GaussianBlur(kernel_size=\(TextForm.tuple(kernelSize)), sigma=\(PythonText.range(sigma)))"
  }
}
