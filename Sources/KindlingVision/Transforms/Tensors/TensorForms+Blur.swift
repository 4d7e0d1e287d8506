import KindlingCore

extension TensorForms {
  /// Returns the image blurred by a kernel of `kx` by `ky` pixels.
  static func gaussianBlur(
    _ image: Tensor, _ kx: Int, _ ky: Int, _ sx: Double, _ sy: Double
  ) throws -> Tensor {
    return try throughFloats(image) {
      let wide = try TF.pad($0, [kx / 2, ky / 2], paddingMode: .reflect)
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
