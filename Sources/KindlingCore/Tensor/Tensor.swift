import CKernels

/// A multi-dimensional array of numbers with its computation history.
///
/// A tensor is a view (shape, strides, offset) of a storage that other tensors may share, as in
/// PyTorch. Operations throw a ``TensorError`` instead of trapping.
///
/// Concurrent reads are safe; a writer (in-place operations, `backward`) needs exclusive access.
public final class Tensor: @unchecked Sendable {
  // Run-time exclusivity checks took a fifth of the time of a small operation. A writer needs
  // exclusive access anyway.
  @exclusivity(unchecked) package internal(set) var storage: Storage
  /// The size of each dimension.
  @exclusivity(unchecked) public internal(set) var shape: [Int]
  /// The distance between adjacent elements along each dimension, in elements of the storage.
  @exclusivity(unchecked) public internal(set) var strides: [Int]
  /// The position of the first element in the storage, in elements.
  @exclusivity(unchecked) public internal(set) var storageOffset: Int
  /// The type of the elements.
  @exclusivity(unchecked) public internal(set) var dtype: DType
  /// The number of elements.
  @exclusivity(unchecked) public internal(set) var numel: Int
  /// Whether the elements are contiguous in row-major order.
  @exclusivity(unchecked) public internal(set) var isContiguous: Bool

  /// Whether this tensor wraps a number operand, which takes part in promotion only by category.
  @exclusivity(unchecked) package internal(set) var isWrappedNumber = false
  /// Whether this tensor was created in `inferenceMode`: it is never recorded and never part of a
  /// graph.
  @exclusivity(unchecked) package internal(set) var isInferenceTensor: Bool
  @exclusivity(unchecked) var requiresGradFlag = false
  /// The index of this tensor among the outputs of `node`.
  @exclusivity(unchecked) var outputIndex: Int32 = 0
  /// The node that computed this tensor; ``gradFn`` also updates the history of views.
  @exclusivity(unchecked) var node: Node?
  /// The base of this view, itself not a view, with the storage version for which `node` is valid
  /// and the origin of the view.
  @exclusivity(unchecked) var viewBase: Tensor?
  @exclusivity(unchecked) var viewVersion = 0
  @exclusivity(unchecked) var viewOrigin = ViewOrigin.single
  /// Data that few tensors have: a gradient and hooks.
  @exclusivity(unchecked) var meta: AutogradMeta?

  /// Creates a view of `storage`; the caller guarantees that it stays inside.
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

  /// Creates a contiguous tensor with uninitialized elements.
  package convenience init(
    uninitialized shape: [Int], _ dtype: DType, on backend: any Backend, _ operation: String = ""
  ) throws {
    let count = try Layout.checkedCount(shape, dtype, operation)
    self.init(
      storage: try backend.allocate(byteCount: count * dtype.byteSize), shape: shape,
      strides: Layout.contiguousStrides(shape), offset: 0, dtype: dtype, numel: count,
      isContiguous: true)
  }

  /// Creates a tensor with dense strides, in any order, and uninitialized elements.
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

  /// Creates a tensor with the shape of `other` and uninitialized elements.
  ///
  /// It keeps the memory order of `other`: its strides if it is dense, else dense ones in the same
  /// order (PyTorch: `torch.preserve_format`).
  package convenience init(uninitializedLike other: Tensor, _ dtype: DType) throws {
    // An expanded tensor of bytes can have more elements than fit into memory in a wider dtype.
    let (byteCount, overflow) = other.numel.multipliedReportingOverflow(by: dtype.byteSize)
    if overflow { _ = try Layout.checkedCount(other.shape, dtype, "") }
    let strides =
      other.isContiguous ? other.strides : Layout.preservedStrides(other.shape, other.strides)
    self.init(
      storage: try other.backend.allocate(byteCount: byteCount), shape: other.shape,
      strides: strides, offset: 0, dtype: dtype, numel: other.numel,
      isContiguous: other.isContiguous || Layout.isContiguous(other.shape, strides))
  }

  /// Returns another view of the storage, outside the graph.
  package func alias(shape: [Int], strides: [Int], offset: Int) -> Tensor {
    let result = Tensor(
      storage: storage, shape: shape, strides: strides, offset: offset, dtype: dtype,
      numel: shape.reduce(1, &*), isContiguous: Layout.isContiguous(shape, strides))
    result.isInferenceTensor = isInferenceTensor
    return result
  }

  /// Returns the same view as a new object, outside the graph.
  package func alias() -> Tensor {
    let result = Tensor(
      storage: storage, shape: shape, strides: strides, offset: storageOffset, dtype: dtype,
      numel: numel, isContiguous: isContiguous)
    result.isInferenceTensor = isInferenceTensor
    return result
  }

  /// The number of dimensions.
  public var ndim: Int { shape.count }
  /// The device of the elements.
  public var device: Device { storage.backend.device }
  package var backend: any Backend { storage.backend }
}
