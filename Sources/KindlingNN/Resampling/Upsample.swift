public import KindlingCore

/// A layer that resizes its input (PyTorch: `nn.Upsample`).
///
/// - Throws: on use, `TensorError` like
///   ``F/interpolate(_:size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)``.
open class Upsample: Module, Layer {
  /// The output size, one number for all spatial dimensions or one for each.
  public final var size: [Int]? { writtenSize?.extents }
  /// The ratio of output size to input size, instead of `size`.
  public final var scaleFactor: [Double]? { writtenFactor?.numbers }
  /// The interpolation algorithm.
  public let mode: UpsampleMode
  /// Whether corner elements keep their positions.
  public let alignCorners: Bool?
  /// Whether to use the ratio of the sizes instead of `scaleFactor`.
  public let recomputeScaleFactor: Bool?

  /// The output size as it was given: one number, or one for each spatial dimension.
  private let writtenSize: (any Extents)?
  /// The factor as it was given.
  private var writtenFactor: UpsampleFactor?

  /// Creates a layer that resizes to `size` or by `scaleFactor`, for all spatial dimensions or for
  /// each.
  public init(
    size: (any Extents)? = nil, scaleFactor: [Double]? = nil, mode: UpsampleMode = .nearest,
    alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil
  ) {
    writtenSize = size
    writtenFactor = scaleFactor.map { .each($0) }
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
      nil, .single(scaleFactor.scalar.doubleValue), mode, alignCorners, recomputeScaleFactor)
  }

  fileprivate convenience init(
    _ size: (any Extents)?, _ factor: UpsampleFactor?, _ mode: UpsampleMode,
    _ alignCorners: Bool?, _ recomputeScaleFactor: Bool?
  ) {
    self.init(
      size: size, mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor)
    writtenFactor = factor
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.interpolate(
      x, size: size, scaleFactor: scaleFactor, mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor)
  }

  override class var form: LayerForm? { described { Upsample($0, $1, $2, $3, $4) } }

  fileprivate static func described<L: Upsample>(
    _ make: @escaping ((any Extents)?, UpsampleFactor?, UpsampleMode, Bool?, Bool?) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "upsampling",
      .optionalExtents("size", \.writtenSize, .when { $0.scaleFactor == nil })
        .after("name", .string("\(L.self)")),
      .init("scale_factor", \.writtenFactor, .when { $0.scaleFactor != nil }),
      .init("mode", \.mode), .init("align_corners", \.alignCorners, .hidden).ifMissing(nil),
      .init("recompute_scale_factor", \.recomputeScaleFactor, .hidden).ifMissing(nil),
      make: make)
  }
}

/// The ratio of output size to input size, as it was given.
private enum UpsampleFactor: AttributeValue {
  /// One number for all spatial dimensions.
  case single(Double)
  /// One number for each spatial dimension.
  case each([Double])

  var numbers: [Double] {
    switch self {
    case .single(let number): [number]
    case .each(let numbers): numbers
    }
  }

  var saved: CheckpointValue {
    switch self {
    case .single(let number): number.saved
    case .each(let numbers): .tuple(numbers.map(\.saved))
    }
  }

  static func read(_ name: String, _ layer: any SavedLayer) throws -> UpsampleFactor {
    if let numbers = layer.value(name)?.elements { return .each(numbers.compactMap(\.doubleValue)) }
    return .single(try layer.double(name))
  }
}

/// 2-D nearest-neighbour upsampling (PyTorch: `nn.UpsamplingNearest2d`).
open class UpsamplingNearest2d: Upsample {
  /// Creates a layer that resizes to `size`, or by `scaleFactor` with one number for each
  /// dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size: size, scaleFactor: scaleFactor, mode: .nearest)
  }

  /// Creates a layer that resizes by one factor for both spatial dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(scaleFactor: scaleFactor, mode: .nearest)
  }

  override class var form: LayerForm? { described { UpsamplingNearest2d($0, $1, $2, $3, $4) } }
}

/// 2-D bilinear upsampling with aligned corners (PyTorch: `nn.UpsamplingBilinear2d`).
open class UpsamplingBilinear2d: Upsample {
  /// Creates a layer that resizes to `size`, or by `scaleFactor` with one number for each
  /// dimension.
  public convenience init(size: (any Extents)? = nil, scaleFactor: [Double]? = nil) {
    self.init(size: size, scaleFactor: scaleFactor, mode: .bilinear, alignCorners: true)
  }

  /// Creates a layer that resizes by one factor for both spatial dimensions.
  public convenience init<S: TensorScalar>(scaleFactor: S) {
    self.init(scaleFactor: scaleFactor, mode: .bilinear, alignCorners: true)
  }

  override class var form: LayerForm? { described { UpsamplingBilinear2d($0, $1, $2, $3, $4) } }
}

/// A layer that rearranges channels into spatial dimensions (PyTorch: `nn.PixelShuffle`).
open class PixelShuffle: Module, Layer {
  /// The factor by which height and width grow.
  public let upscaleFactor: Int
  /// Creates a pixel shuffle.
  public init(_ upscaleFactor: Int) { self.upscaleFactor = upscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelShuffle(x, upscaleFactor) }

  override class var form: LayerForm? {
    LayerForm(PixelShuffle.self, "pixelshuffle", .init("upscale_factor", \.upscaleFactor)) {
      PixelShuffle($0)
    }
  }
}

/// A layer that rearranges spatial dimensions into channels (PyTorch: `nn.PixelUnshuffle`).
open class PixelUnshuffle: Module, Layer {
  /// The factor by which height and width shrink.
  public let downscaleFactor: Int
  /// Creates a pixel unshuffle.
  public init(_ downscaleFactor: Int) { self.downscaleFactor = downscaleFactor }
  open func forward(_ x: Tensor) throws -> Tensor { try F.pixelUnshuffle(x, downscaleFactor) }

  override class var form: LayerForm? {
    LayerForm(PixelUnshuffle.self, "pixelshuffle", .init("downscale_factor", \.downscaleFactor)) {
      PixelUnshuffle($0)
    }
  }
}

/// A layer that splits channels into groups and interleaves them (PyTorch: `nn.ChannelShuffle`).
open class ChannelShuffle: Module, Layer {
  /// The number of groups.
  public let groups: Int
  /// Creates a channel shuffle.
  public init(_ groups: Int) { self.groups = groups }
  open func forward(_ x: Tensor) throws -> Tensor { try F.channelShuffle(x, groups) }

  override class var form: LayerForm? {
    LayerForm(ChannelShuffle.self, "channelshuffle", .init("groups", \.groups)) {
      ChannelShuffle($0)
    }
  }
}
