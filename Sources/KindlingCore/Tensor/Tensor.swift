import CKernels

/// A multi-dimensional array of numbers that remembers how it was computed.
///
/// A tensor is a view (shape, strides, offset) of a storage that other tensors may share, as in
/// PyTorch. Every operation throws a ``TensorError`` rather than trap.
///
/// Concurrent reads are safe; a writer (in-place operations, `backward`) needs to be alone.
public final class Tensor: @unchecked Sendable {
  // Run-time checks of exclusive access took a fifth of a small operation's time; a writer has to be
  // alone anyway.
  @exclusivity(unchecked) package internal(set) var storage: Storage
  /// The size of each dimension.
  @exclusivity(unchecked) public internal(set) var shape: [Int]
  /// How many elements apart neighbours along each dimension lie in the storage.
  @exclusivity(unchecked) public internal(set) var strides: [Int]
  /// Where in the storage the first element lies, in elements.
  @exclusivity(unchecked) public internal(set) var storageOffset: Int
  /// The type of the elements.
  @exclusivity(unchecked) public internal(set) var dtype: DType
  /// The number of elements.
  @exclusivity(unchecked) public internal(set) var numel: Int
  /// Whether the elements lie one after another in row-major order.
  @exclusivity(unchecked) public internal(set) var isContiguous: Bool

  /// A number that entered an operation as such: it takes part in promotion by category alone.
  @exclusivity(unchecked) package internal(set) var isWrappedNumber = false
  /// Made in `inferenceMode`: never recorded, and no part of a graph later.
  @exclusivity(unchecked) package internal(set) var isInferenceTensor: Bool
  @exclusivity(unchecked) var requiresGradFlag = false
  /// Which output of `node` this is.
  @exclusivity(unchecked) var outputIndex: Int32 = 0
  /// The node that computed this tensor; ``gradFn`` also brings views up to date.
  @exclusivity(unchecked) var node: Node?
  /// The tensor that this is a view of, itself no view; with the version of the storage for which
  /// `node` is right, and how the view was made.
  @exclusivity(unchecked) var viewBase: Tensor?
  @exclusivity(unchecked) var viewVersion = 0
  @exclusivity(unchecked) var viewOrigin = ViewOrigin.single
  /// What few tensors have: a gradient, hooks.
  @exclusivity(unchecked) var meta: AutogradMeta?

  /// A view of `storage`; the caller vouches that it stays inside.
  package init(
    storage: Storage, shape: [Int], strides: [Int], offset: Int, dtype: DType, numel: Int,
    isContiguous: Bool
  ) {
    self.storage = storage
    self.shape = shape
    self.strides = strides
    storageOffset = offset
    self.dtype = dtype
    self.numel = numel
    self.isContiguous = isContiguous
    isInferenceTensor = kk_state().pointee.inference_mode
  }

  /// A new contiguous tensor whose elements are not set.
  package convenience init(
    uninitialized shape: [Int], _ dtype: DType, on backend: any Backend, _ operation: String = ""
  ) throws {
    let count = try Layout.checkedCount(shape, dtype, operation)
    self.init(
      storage: try backend.allocate(byteCount: count * dtype.byteSize), shape: shape,
      strides: Layout.contiguousStrides(shape), offset: 0, dtype: dtype, numel: count,
      isContiguous: true)
  }

  /// A new tensor with dense strides, given in whatever order, whose elements are not set.
  package convenience init(
    uninitialized shape: [Int], strides: [Int], _ dtype: DType, on backend: any Backend,
    _ operation: String = ""
  ) throws {
    let count = try Layout.checkedCount(shape, dtype, operation)
    self.init(
      storage: try backend.allocate(byteCount: count * dtype.byteSize), shape: shape,
      strides: strides, offset: 0, dtype: dtype, numel: count,
      isContiguous: Layout.isContiguous(shape, strides))
  }

  /// A new tensor shaped like `other`, whose elements are not set.
  ///
  /// It keeps the memory order of `other`: its strides if it is dense, else dense ones in the same
  /// order (PyTorch: `torch.preserve_format`).
  package convenience init(uninitializedLike other: Tensor, _ dtype: DType) throws {
    // An expanded tensor of bytes can have more elements than there is memory for wider ones.
    let (byteCount, overflow) = other.numel.multipliedReportingOverflow(by: dtype.byteSize)
    if overflow { _ = try Layout.checkedCount(other.shape, dtype, "") }
    let strides =
      other.isContiguous ? other.strides : Layout.preservedStrides(other.shape, other.strides)
    self.init(
      storage: try other.backend.allocate(byteCount: byteCount), shape: other.shape,
      strides: strides, offset: 0, dtype: dtype, numel: other.numel,
      isContiguous: other.isContiguous || Layout.isContiguous(other.shape, strides))
  }

  /// The same storage seen otherwise, outside the graph.
  package func alias(shape: [Int], strides: [Int], offset: Int) -> Tensor {
    let result = Tensor(
      storage: storage, shape: shape, strides: strides, offset: offset, dtype: dtype,
      numel: shape.reduce(1, &*), isContiguous: Layout.isContiguous(shape, strides))
    result.isInferenceTensor = isInferenceTensor
    return result
  }

  /// The same view as an object of its own, outside the graph.
  package func alias() -> Tensor {
    let result = Tensor(
      storage: storage, shape: shape, strides: strides, offset: storageOffset, dtype: dtype,
      numel: numel, isContiguous: isContiguous)
    result.isInferenceTensor = isInferenceTensor
    return result
  }

  /// The number of dimensions.
  public var ndim: Int { shape.count }
  /// Where the elements lie.
  public var device: Device { storage.backend.device }
  package var backend: any Backend { storage.backend }
}
