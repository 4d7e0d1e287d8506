import KindlingCore

extension TF {
  /// The image blurred by a Gaussian; beyond its edges it is mirrored.
  ///
  /// `kernelSize` is the width and height of the kernel in pixels, odd; one number is both. `sigma`
  /// is the deviation in pixels, along width and height; it follows from the kernel's size where
  /// nil.
  public static func gaussianBlur(
    _ image: Tensor, _ kernelSize: [Int], _ sigma: [Double]? = nil
  ) throws -> Tensor {
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
    return try throughFloats(image) {
      let wide = try pad($0, [kx / 2, ky / 2], paddingMode: .reflect)
      let rows = try gaussian(ky, sy, $0.dtype), columns = try gaussian(kx, sx, $0.dtype)
      let kernel = try rows.unsqueeze(1).matmul(columns.unsqueeze(0))
      return try wide.reshape([-1, 1] + wide.shape.suffix(2))
        .convolution(kernel.view(1, 1, ky, kx)).reshape(image.shape)
    }
  }

  private static func gaussian(_ count: Int, _ sigma: Double, _ dtype: DType) throws -> Tensor {
    let half = Double(count - 1) / 2
    let x = try Tensor.linspace(-half, half, steps: count, dtype: dtype)
    let density = try (-0.5 * (x / sigma).pow(2)).exp()
    return try density / density.sum()
  }
}
