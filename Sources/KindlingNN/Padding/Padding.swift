public import KindlingCore

/// The base class of the padding layers.
open class PaddingLayer: Module, Layer {
  /// The elements before and after along each dimension, the last dimension first.
  public let padding: [Int]
  fileprivate let mode: PaddingMode

  fileprivate init(_ padding: some Extents, rank: Int, _ mode: PaddingMode) {
    let given = padding.extents
    self.padding = given.count == 1 ? [Int](repeating: given[0], count: 2 * rank) : given
    self.mode = mode
    super.init()
    if self.padding.count != 2 * rank {
      initializationError = TensorError(
        .value, typeName,
        "needs 1 or \(expected: 2 * rank) numbers of padding, but got \(got: given)")
    }
  }

  /// The padding value, if it is not 0.
  fileprivate var constant: Double? { nil }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.pad(x, padding, mode: mode, value: constant)
  }

  static func described<L: PaddingLayer>(_ make: @escaping ([Int]) -> L) -> LayerForm {
    LayerForm(L.self, "padding", .init("padding", \.padding, .bare), make: make)
  }

  /// Returns the form of zero padding, which in PyTorch is constant padding with 0.0.
  static func describedZeros<L: PaddingLayer>(_ make: @escaping ([Int]) -> L) -> LayerForm {
    LayerForm(
      L.self, "padding", .init("padding", \.padding, .bare).after("value", .double(0)), make: make)
  }
}

/// The base class of ``ConstantPad1d``, ``ConstantPad2d`` and ``ConstantPad3d``.
open class ConstantPaddingLayer: PaddingLayer {
  /// The padding value.
  public let value: Scalar

  fileprivate init(_ padding: some Extents, rank: Int, value: Scalar) {
    self.value = value
    super.init(padding, rank: rank, .constant)
  }

  override fileprivate var constant: Double? { value.doubleValue }

  static func described<L: ConstantPaddingLayer>(
    _ make: @escaping (Scalar, [Int]) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "padding", .init("value", \.value, .named.last), .init("padding", \.padding),
      make: make)
  }
}

/// 1-D padding with a constant (PyTorch: `nn.ConstantPad1d`).
open class ConstantPad1d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 2.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 1, value: value.scalar)
  }

  override class var form: LayerForm? { described { ConstantPad1d($1, $0) } }
}

/// 2-D padding with a constant (PyTorch: `nn.ConstantPad2d`).
open class ConstantPad2d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 4.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 2, value: value.scalar)
  }

  override class var form: LayerForm? { described { ConstantPad2d($1, $0) } }
}

/// 3-D padding with a constant (PyTorch: `nn.ConstantPad3d`).
open class ConstantPad3d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 6.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 3, value: value.scalar)
  }

  override class var form: LayerForm? { described { ConstantPad3d($1, $0) } }
}

/// 1-D zero padding (PyTorch: `nn.ZeroPad1d`).
open class ZeroPad1d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .constant) }
  override class var form: LayerForm? { describedZeros { ZeroPad1d($0) } }
}

/// 2-D zero padding (PyTorch: `nn.ZeroPad2d`).
open class ZeroPad2d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .constant) }
  override class var form: LayerForm? { describedZeros { ZeroPad2d($0) } }
}

/// 3-D zero padding (PyTorch: `nn.ZeroPad3d`).
open class ZeroPad3d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .constant) }
  override class var form: LayerForm? { describedZeros { ZeroPad3d($0) } }
}

/// 1-D padding by reflection of the input (PyTorch: `nn.ReflectionPad1d`).
open class ReflectionPad1d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .reflect) }
  override class var form: LayerForm? { described { ReflectionPad1d($0) } }
}

/// 2-D padding by reflection of the input (PyTorch: `nn.ReflectionPad2d`).
open class ReflectionPad2d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .reflect) }
  override class var form: LayerForm? { described { ReflectionPad2d($0) } }
}

/// 3-D padding by reflection of the input (PyTorch: `nn.ReflectionPad3d`).
open class ReflectionPad3d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .reflect) }
  override class var form: LayerForm? { described { ReflectionPad3d($0) } }
}

/// 1-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad1d`).
open class ReplicationPad1d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .replicate) }
  override class var form: LayerForm? { described { ReplicationPad1d($0) } }
}

/// 2-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad2d`).
open class ReplicationPad2d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .replicate) }
  override class var form: LayerForm? { described { ReplicationPad2d($0) } }
}

/// 3-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad3d`).
open class ReplicationPad3d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .replicate) }
  override class var form: LayerForm? { described { ReplicationPad3d($0) } }
}

/// 1-D circular padding (PyTorch: `nn.CircularPad1d`).
open class CircularPad1d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .circular) }
  override class var form: LayerForm? { described { CircularPad1d($0) } }
}

/// 2-D circular padding (PyTorch: `nn.CircularPad2d`).
open class CircularPad2d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .circular) }
  override class var form: LayerForm? { described { CircularPad2d($0) } }
}

/// 3-D circular padding (PyTorch: `nn.CircularPad3d`).
open class CircularPad3d: PaddingLayer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .circular) }
  override class var form: LayerForm? { described { CircularPad3d($0) } }
}
