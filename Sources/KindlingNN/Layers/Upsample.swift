public import KindlingCore

/// A layer that resizes its input (PyTorch: `nn.Upsample`).
///
/// - Throws: on use, `TensorError` like
///   ``F/interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
open class Upsample: Module, Layer {
  /// The output size, one number for all spatial dimensions or one for each.
  public let size: [Int]?
  /// The ratio of output size to input size, instead of `size`.
  public let scaleFactor: [Double]?
  /// The interpolation algorithm.
  public let mode: UpsampleMode
  /// Whether corner elements keep their positions.
  public let alignCorners: Bool?
  /// Whether to use the ratio of the sizes instead of `scaleFactor`.
  public let recomputeScaleFactor: Bool?

  /// Creates a layer that resizes to `size` or by `scaleFactor`, for all spatial dimensions or for
  /// each.
  public init(
    size: (any Extents)? = nil, scaleFactor: [Double]? = nil, mode: UpsampleMode = .nearest,
    alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil
  ) {
    isSingleFactor = false
    self.size = size?.extents
    isSingle = size is Int
    self.scaleFactor = scaleFactor
    self.mode = mode
    self.alignCorners = alignCorners
    self.recomputeScaleFactor = recomputeScaleFactor
  }

  /// Creates a layer; `isSingleFactor` states that the factor was given as one number.
  package init(
    _ size: (any Extents)?, _ scaleFactor: [Double]?, isSingleFactor: Bool, _ mode: UpsampleMode,
    _ alignCorners: Bool?, _ recomputeScaleFactor: Bool?
  ) {
    self.isSingleFactor = isSingleFactor
    self.size = size?.extents
    isSingle = size is Int
    self.scaleFactor = scaleFactor
    self.mode = mode
    self.alignCorners = alignCorners
    self.recomputeScaleFactor = recomputeScaleFactor
  }

  /// Creates a layer that resizes by one factor for all spatial dimensions.
  public convenience init<S: TensorScalar>(
    scaleFactor: S, mode: UpsampleMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool? = nil
  ) {
    self.init(
      nil, [scaleFactor.scalar.doubleValue], isSingleFactor: true, mode, alignCorners,
      recomputeScaleFactor)
  }

  /// Whether `size` was given as one number.
  package let isSingle: Bool
  /// Whether `scaleFactor` was given as one number.
  package let isSingleFactor: Bool

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.interpolate(
      x, size: size, scaleFactor: scaleFactor, mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor)
  }

  override open func extraRepr() -> String {
    let what: String
    if let factors = scaleFactor {
      let texts = factors.map(PrintedNumber.shortest)
      let tuple = "(\(texts.joined(separator: ", "))\(texts.count == 1 ? "," : ""))"
      what = "scale_factor=" + (isSingleFactor ? texts.joined() : tuple)
    } else {
      let size = size ?? []
      what = "size=" + (isSingle ? size.map(String.init).joined() : TextForm.tuple(size))
    }
    return "\(what), mode='\(mode.rawValue)'"
  }
}

/// 2-D nearest-neighbour upsampling (PyTorch: `nn.UpsamplingNearest2d`).
open class UpsamplingNearest2d: Upsample {
  /// Creates a layer that resizes to `size`, or by `scaleFactor` with one number for each
  /// dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size, scaleFactor, isSingleFactor: false, .nearest, nil, nil)
  }

  /// Creates a layer that resizes by one factor for both spatial dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(nil, [scaleFactor.scalar.doubleValue], isSingleFactor: true, .nearest, nil, nil)
  }
}

/// 2-D bilinear upsampling with aligned corners (PyTorch: `nn.UpsamplingBilinear2d`).
open class UpsamplingBilinear2d: Upsample {
  /// Creates a layer that resizes to `size`, or by `scaleFactor` with one number for each
  /// dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size, scaleFactor, isSingleFactor: false, .bilinear, true, nil)
  }

  /// Creates a layer that resizes by one factor for both spatial dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(nil, [scaleFactor.scalar.doubleValue], isSingleFactor: true, .bilinear, true, nil)
  }
}

/// A layer that rearranges channels into spatial dimensions (PyTorch: `nn.PixelShuffle`).
open class PixelShuffle: Module, Layer {
  /// The factor by which height and width grow.
  public let upscaleFactor: Int
  /// Creates a pixel shuffle.
  public init(_ upscaleFactor: Int) { self.upscaleFactor = upscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelShuffle(x, upscaleFactor) }
  override open func extraRepr() -> String { "upscale_factor=\(upscaleFactor)" }
}

/// A layer that rearranges spatial dimensions into channels (PyTorch: `nn.PixelUnshuffle`).
open class PixelUnshuffle: Module, Layer {
  /// The factor by which height and width shrink.
  public let downscaleFactor: Int
  /// Creates a pixel unshuffle.
  public init(_ downscaleFactor: Int) { self.downscaleFactor = downscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelUnshuffle(x, downscaleFactor) }
  override open func extraRepr() -> String { "downscale_factor=\(downscaleFactor)" }
}

/// A layer that splits channels into groups and interleaves them (PyTorch: `nn.ChannelShuffle`).
open class ChannelShuffle: Module, Layer {
  /// The number of groups.
  public let groups: Int
  /// Creates a channel shuffle.
  public init(_ groups: Int) { self.groups = groups }
  open func forward(_ x: Tensor) throws -> Tensor { try F.channelShuffle(x, groups) }
  override open func extraRepr() -> String { "groups=\(groups)" }
}
