public import KindlingCore

/// The base class of the padding layers.
open class PaddingLayer: Module {
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
        .value, typeName, "needs 1 or \(2 * rank) numbers of padding, but got \(given)")
    }
  }

  fileprivate func padded(_ x: Tensor, value: Double? = nil) throws -> Tensor {
    try checkInitialization()
    return try F.pad(x, padding, mode: mode, value: value)
  }

  override open func extraRepr() -> String { TextForm.tuple(padding) }
}

/// The base class of ``ConstantPad1d``, ``ConstantPad2d`` and ``ConstantPad3d``.
open class ConstantPaddingLayer: PaddingLayer, Layer {
  /// The padding value.
  public let value: Scalar

  fileprivate init(_ padding: some Extents, rank: Int, value: Scalar) {
    self.value = value
    super.init(padding, rank: rank, .constant)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try padded(x, value: value.doubleValue) }

  override open func extraRepr() -> String {
    "padding=\(TextForm.tuple(padding)), value=\(PrintedNumber.python(value))"
  }
}

/// 1-D padding with a constant (PyTorch: `nn.ConstantPad1d`).
open class ConstantPad1d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 2.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 1, value: value.scalar)
  }
}

/// 2-D padding with a constant (PyTorch: `nn.ConstantPad2d`).
open class ConstantPad2d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 4.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 2, value: value.scalar)
  }
}

/// 3-D padding with a constant (PyTorch: `nn.ConstantPad3d`).
open class ConstantPad3d: ConstantPaddingLayer {
  /// Creates a layer that pads with `value`; `padding` is one number for all sides, or 6.
  public init<S: TensorScalar>(_ padding: some Extents, _ value: S) {
    super.init(padding, rank: 3, value: value.scalar)
  }
}

/// 1-D zero padding (PyTorch: `nn.ZeroPad1d`).
open class ZeroPad1d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .constant) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 2-D zero padding (PyTorch: `nn.ZeroPad2d`).
open class ZeroPad2d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .constant) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 3-D zero padding (PyTorch: `nn.ZeroPad3d`).
open class ZeroPad3d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .constant) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 1-D padding by reflection of the input (PyTorch: `nn.ReflectionPad1d`).
open class ReflectionPad1d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .reflect) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 2-D padding by reflection of the input (PyTorch: `nn.ReflectionPad2d`).
open class ReflectionPad2d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .reflect) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 3-D padding by reflection of the input (PyTorch: `nn.ReflectionPad3d`).
open class ReflectionPad3d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .reflect) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 1-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad1d`).
open class ReplicationPad1d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .replicate) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 2-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad2d`).
open class ReplicationPad2d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .replicate) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 3-D padding by replication of the edge elements (PyTorch: `nn.ReplicationPad3d`).
open class ReplicationPad3d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .replicate) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 1-D circular padding (PyTorch: `nn.CircularPad1d`).
open class CircularPad1d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 2.
  public init(_ padding: some Extents) { super.init(padding, rank: 1, .circular) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 2-D circular padding (PyTorch: `nn.CircularPad2d`).
open class CircularPad2d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 4.
  public init(_ padding: some Extents) { super.init(padding, rank: 2, .circular) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}

/// 3-D circular padding (PyTorch: `nn.CircularPad3d`).
open class CircularPad3d: PaddingLayer, Layer {
  /// Creates a layer; `padding` is one number for all sides, or 6.
  public init(_ padding: some Extents) { super.init(padding, rank: 3, .circular) }
  open func forward(_ x: Tensor) throws -> Tensor { try padded(x) }
}
