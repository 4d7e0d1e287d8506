import KindlingCore
import Numerics

extension TF {
  /// The image blurred by a Gaussian; beyond its edges it is mirrored.
  ///
  /// - Parameters:
  ///   - kernelSize: width and height of the kernel in pixels, odd; one number is both.
  ///   - sigma: deviation in pixels, along width and height; follows from the kernel's size where nil.
  public static func gaussianBlur(
    _ image: Tensor, _ kernelSize: [Int], _ sigma: [Double]? = nil
  ) throws -> Tensor {
    let (height, width) = try size(image, "gaussianBlur")
    guard (1...2).contains(kernelSize.count), kernelSize.allSatisfy({ $0 > 0 && $0 % 2 == 1 }),
      let kx = kernelSize.first, let ky = kernelSize.last
    else {
      throw TensorError(
        .value, "gaussianBlur", "kernel_size should be one or two odd and positive integers, but got \(kernelSize)")
    }
    let sigma = sigma ?? kernelSize.map { Double($0) * 0.15 + 0.35 }
    guard (1...2).contains(sigma.count), sigma.allSatisfy({ $0 > 0 && $0.isFinite }),
      let sx = sigma.first, let sy = sigma.last
    else {
      throw TensorError(
        .value, "gaussianBlur", "sigma should be one or two positive numbers, but got \(sigma)")
    }
    return try throughFloats(image) {
      try Resampling.apply(
        $0, rows: Resampling.blur(height, ky, sy), columns: Resampling.blur(width, kx, sx))
    }
  }
}

extension Resampling {
  /// The share of each of `count` pixels in each blurred one, mirrored at the edges.
  static func blur(_ count: Int, _ kernelSize: Int, _ sigma: Double) throws -> Tensor {
    let half = kernelSize / 2
    guard half < count else {
      throw TensorError(
        .value, "gaussianBlur",
        "a kernel of \(kernelSize) pixels needs an image of more than \(half) pixels, but it has \(count)")
    }
    let places = try TF.places(-half..<count + half, of: count, .reflect)
    var kernel = (-half...half).map { Double.exp(-0.5 * (Double($0) / sigma) * (Double($0) / sigma)) }
    let sum = kernel.reduce(0, +)
    kernel = kernel.map { $0 / sum }
    let result = try Tensor.zeros([count, count], dtype: .float64)
    try result.withUnsafeMutableBuffer(of: Double.self) { table in
      for i in 0..<count {
        for (k, weight) in kernel.enumerated() { table[i * count + places[i + k]] += weight }
      }
    }
    return result
  }
}
