import KindlingCore

extension TF {
  /// Returns the image blurred by a Gaussian, with reflection padding.
  ///
  /// `kernelSize` is the odd width and height of the kernel in pixels, or one number for both.
  /// `sigma` is the standard deviation in pixels, along width and height; the default is
  /// `0.15 · kernelSize + 0.35`. Images are blurred as tensors, as in torchvision.
  public static func gaussianBlur<I: ImageOrTensor>(
    _ image: I, _ kernelSize: [Int], _ sigma: [Double]? = nil
  ) throws -> I {
    let (height, width) = try size(image, "gaussianBlur")
    let (kx, ky) = try blurKernel(kernelSize, "gaussianBlur")
    let sigma = sigma ?? kernelSize.map { Double($0) * 0.15 + 0.35 }
    guard (1...2).contains(sigma.count), sigma.allSatisfy({ $0 > 0 && $0.isFinite }),
      let sx = sigma.first, let sy = sigma.last
    else {
      throw TensorError(
        .value, "gaussianBlur", "sigma should be one or two positive numbers, but got \(got: sigma)"
      )
    }
    guard kx / 2 < width, ky / 2 < height else {
      throw TensorError(
        .value, "gaussianBlur",
        "a kernel of \([kx, ky]) needs an image of more than \(kx / 2) × \(ky / 2) pixels, but it is \(width) × \(height)"
      )
    }
    return try image.transformed {
      try TensorForms.gaussianBlur($0, kx, ky, sx, sy)
    } image: {
      try Image(TensorForms.gaussianBlur(pilToTensor($0), kx, ky, sx, sy))
    }
  }

  /// Returns the width and height of a kernel, which must be odd.
  static func blurKernel(_ size: [Int], _ operation: String) throws -> (width: Int, height: Int) {
    guard (1...2).contains(size.count), size.allSatisfy({ $0 > 0 && $0 % 2 == 1 }),
      let width = size.first, let height = size.last
    else {
      throw TensorError(
        .value, operation,
        "kernel_size should be one or two odd and positive integers, but got \(got: size)")
    }
    return (width, height)
  }
}
