import KindlingCore

/// A transform that subtracts a mean from each channel and divides by a standard deviation
/// (torchvision: `transforms.Normalize`).
///
/// - Shape: `[*, C, H, W]`, unchanged; `mean` and `std` have `C` numbers, or one for all channels.
/// - Dtypes: floating point. Integers throw.
public struct Normalize: Transform {
  /// The mean to subtract from each channel.
  public var mean: [Double] { writtenMean.map(\.value) }
  /// The standard deviation to divide each channel by.
  public var std: [Double] { writtenStd.map(\.value) }
  private let writtenMean: [WrittenNumber]
  private let writtenStd: [WrittenNumber]

  /// Creates a transform of channel `c` to `(x - mean[c]) / std[c]`.
  public init<M: TensorScalar, S: TensorScalar>(_ mean: [M], _ std: [S]) {
    writtenMean = mean.map { WrittenNumber($0) }
    writtenStd = std.map { WrittenNumber($0) }
  }

  /// Creates the transform with PyTorch's argument labels.
  public init<M: TensorScalar, S: TensorScalar>(mean: [M], std: [S]) { self.init(mean, std) }

  /// Returns the normalized image.
  ///
  /// - Throws: `TensorError` for an integer image, fewer than three dimensions, numbers that do not
  ///   match the channels, or a standard deviation of zero.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    guard image.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "Normalize",
        "input tensor should be a float tensor, but got \(got: image.dtype); apply ToTensor() first"
      )
    }
    guard image.ndim >= 3 else {
      throw TensorError(
        .shape, "Normalize",
        "expected tensor to be a tensor image of size (..., C, H, W), but got shape \(got: image.shape)"
      )
    }
    let channels = image.shape[image.ndim - 3]
    for (name, values) in [("mean", mean), ("std", std)]
    where values.count != channels && values.count != 1 {
      throw TensorError(
        .shape, "Normalize",
        "\(name) has \(values.count) numbers, but the image has \(channels) channels")
    }
    if std.contains(0) {
      throw TensorError(
        .value, "Normalize", "std \(std) contains 0, which leads to division by zero")
    }
    let shift = try Tensor(mean).to(image.dtype).reshape(-1, 1, 1)
    let scale = try Tensor(std).to(image.dtype).reshape(-1, 1, 1)
    return try image.sub(shift).div_(scale)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "Normalize(mean=\(tuple(writtenMean)), std=\(tuple(writtenStd)))"
  }

  private func tuple(_ values: [WrittenNumber]) -> String {
    values.count == 1
      ? "(\(values[0].text),)" : "(" + values.map(\.text).joined(separator: ", ") + ")"
  }
}
