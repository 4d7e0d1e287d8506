import KindlingCore

extension TF {
  /// Returns the image blurred by a Gaussian; beyond its edges it is mirrored.
  ///
  /// `kernelSize` is the width and height of the kernel in pixels, odd; one number is both. `sigma`
  /// is the standard deviation in pixels, along width and height; by default it follows from the
  /// kernel's size. Images are blurred as tensors, as in torchvision.
  public static func gaussianBlur<I: ImageOrTensor>(
    _ image: I, _ kernelSize: [Int], _ sigma: [Double]? = nil
  ) throws -> I {
    let (height, width) = try size(image, "gaussianBlur")
    guard (1...2).contains(kernelSize.count), kernelSize.allSatisfy({ $0 > 0 && $0 % 2 == 1 }),
      let kx = kernelSize.first, let ky = kernelSize.last
    else {
      throw TensorError(
        .value, "gaussianBlur",
        "kernel_size should be one or two odd and positive integers, but got \(kernelSize)")
    }
    let sigma = sigma ?? kernelSize.map { Double($0) * 0.15 + 0.35 }
    guard (1...2).contains(sigma.count), sigma.allSatisfy({ $0 > 0 && $0.isFinite }),
      let sx = sigma.first, let sy = sigma.last
    else {
      throw TensorError(
        .value, "gaussianBlur", "sigma should be one or two positive numbers, but got \(sigma)")
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
}
