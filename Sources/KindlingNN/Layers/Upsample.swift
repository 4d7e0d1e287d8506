public import KindlingCore

/// Another size (PyTorch: `nn.Upsample`).
///
/// - Throws: on use, `TensorError` as
///   ``F/interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
open class Upsample: Module, Layer {
  /// The new size, one number for all place dimensions or one for each.
  public let size: [Int]?
  /// How many times larger, instead of `size`.
  public let scaleFactor: [Double]?
  /// How elements between elements are made.
  public let mode: UpsampleMode
  /// Whether corners stay in place.
  public let alignCorners: Bool?
  /// Whether the ratio of the sizes counts, not `scaleFactor`.
  public let recomputeScaleFactor: Bool?

  /// A change to `size`, or by `scaleFactor`: one number or one for each place dimension.
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

  /// Creates a layer whose only factor was given as one number, if `isSingleFactor`.
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

  /// A change by one factor for all place dimensions.
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

/// Enlarges images by repeating the nearest element (PyTorch: `nn.UpsamplingNearest2d`).
open class UpsamplingNearest2d: Upsample {
  /// A change to `size`, or by `scaleFactor`: one number for each place dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size, scaleFactor, isSingleFactor: false, .nearest, nil, nil)
  }

  /// A change by one factor for both place dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(nil, [scaleFactor.scalar.doubleValue], isSingleFactor: true, .nearest, nil, nil)
  }
}

/// Enlarges images by bilinear interpolation with corners that stay in place
/// (PyTorch: `nn.UpsamplingBilinear2d`).
open class UpsamplingBilinear2d: Upsample {
  /// A change to `size`, or by `scaleFactor`: one number for each place dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size, scaleFactor, isSingleFactor: false, .bilinear, true, nil)
  }

  /// A change by one factor for both place dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(nil, [scaleFactor.scalar.doubleValue], isSingleFactor: true, .bilinear, true, nil)
  }
}

/// ``F/pixelShuffle(_:_:)`` as a layer (PyTorch: `nn.PixelShuffle`).
open class PixelShuffle: Module, Layer {
  /// How many times larger the image gets.
  public let upscaleFactor: Int
  /// Channels made places.
  public init(_ upscaleFactor: Int) { self.upscaleFactor = upscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelShuffle(x, upscaleFactor) }
  override open func extraRepr() -> String { "upscale_factor=\(upscaleFactor)" }
}

/// ``F/pixelUnshuffle(_:_:)`` as a layer (PyTorch: `nn.PixelUnshuffle`).
open class PixelUnshuffle: Module, Layer {
  /// How many times smaller the image gets.
  public let downscaleFactor: Int
  /// Places made channels.
  public init(_ downscaleFactor: Int) { self.downscaleFactor = downscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelUnshuffle(x, downscaleFactor) }
  override open func extraRepr() -> String { "downscale_factor=\(downscaleFactor)" }
}

/// ``F/channelShuffle(_:_:)`` as a layer (PyTorch: `nn.ChannelShuffle`).
open class ChannelShuffle: Module, Layer {
  /// How many groups there are.
  public let groups: Int
  /// Channels dealt out in turn.
  public init(_ groups: Int) { self.groups = groups }
  open func forward(_ x: Tensor) throws -> Tensor { try F.channelShuffle(x, groups) }
  override open func extraRepr() -> String { "groups=\(groups)" }
}
