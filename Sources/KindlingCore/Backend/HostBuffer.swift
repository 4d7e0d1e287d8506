import CKernels

/// A growable array of trivial elements in host memory that throws an error if memory is exhausted.
///
/// A Swift array ends the process if memory runs out. Use this type if the number of elements grows
/// with a user's data: its memory comes from the tensor allocator and counts towards
/// ``MemoryPool/limit``. Access to single elements is bounds-checked. Loops use the pointer of
/// ``withElements(_:)``, without a cost per element.
///
///     let buffer = try HostBuffer<Int>(count: n, "nonzero")
///     buffer.withElements { for i in $0.indices { $0[i] = i } }
///     return try buffer.tensor(shape: [n])
///
/// A buffer is a reference: copies of the variable share the elements.
package final class HostBuffer<Element: BitwiseCopyable>: RandomAccessCollection,
  @unchecked Sendable
{
  /// The number of elements.
  package private(set) var count: Int
  private var storage: Storage
  /// The offset of the first element in bytes.
  private let offset: Int
  private let operation: String

  /// Creates a buffer of `count` uninitialized elements; `operation` is named in error messages.
  package init(count: Int, _ operation: String = "") throws {
    self.count = count
    self.operation = operation
    offset = 0
    storage = try Self.allocate(count, operation)
  }

  fileprivate init(reading storage: Storage, at offset: Int, count: Int, _ operation: String) {
    (self.storage, self.offset, self.count, self.operation) = (storage, offset, count, operation)
  }

  /// Creates a buffer with `count` copies of `element`.
  package convenience init(repeating element: Element, count: Int, _ operation: String = "") throws
  {
    try self.init(count: count, operation)
    withElements { $0.update(repeating: element) }
  }

  /// Creates a buffer with a copy of `elements`.
  package convenience init(_ elements: some Collection<Element>, _ operation: String = "") throws {
    try self.init(count: elements.count, operation)
    withElements { _ = $0.update(fromContentsOf: elements) }
  }

  private static func allocate(_ count: Int, _ operation: String) throws -> Storage {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    do {
      try require(!overflow && count >= 0, .memory, "", "")
      return try CPUBackend.shared.allocate(byteCount: bytes)
    } catch {
      throw TensorError(
        .memory, operation,
        "cannot allocate \(count) elements of \(MemoryLayout<Element>.stride) bytes on cpu: \(MemoryPool.statistics.bytesInUse) of \(MemoryPool.limit) bytes are in use"
      )
    }
  }

  /// Calls `body` with all elements, for reading and writing; the pointer is valid only inside
  /// `body`.
  package func withElements<R>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
  ) rethrows -> R {
    try withExtendedLifetime(storage) {
      try body(
        UnsafeMutableBufferPointer(
          start: (storage.address + offset).assumingMemoryBound(to: Element.self), count: count))
    }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return storage.address.load(
        fromByteOffset: offset + index * MemoryLayout<Element>.stride, as: Element.self)
    }
    set {
      precondition(index >= 0 && index < count, "index out of range")
      storage.address.storeBytes(
        of: newValue, toByteOffset: offset + index * MemoryLayout<Element>.stride, as: Element.self)
    }
  }

  package func withContiguousStorageIfAvailable<R>(
    _ body: (UnsafeBufferPointer<Element>) throws -> R
  ) rethrows -> R? {
    try withElements { try body(UnsafeBufferPointer($0)) }
  }

  /// Appends an element, and doubles the memory if it is full.
  package func append(_ element: Element) throws {
    if (count + 1) * MemoryLayout<Element>.stride > storage.byteCount {
      try reserveCapacity(Swift.max(2 * count, 16))
    }
    count += 1
    self[count - 1] = element
  }

  /// Appends elements.
  package func append(contentsOf elements: some Collection<Element>) throws {
    let (old, total) = (count, count + elements.count)
    if total * MemoryLayout<Element>.stride > storage.byteCount {
      try reserveCapacity(Swift.max(2 * count, total))
    }
    count = total
    withElements {
      _ = UnsafeMutableBufferPointer(rebasing: $0[old...]).update(fromContentsOf: elements)
    }
  }

  /// Reserves memory for `capacity` elements in total.
  package func reserveCapacity(_ capacity: Int) throws {
    guard capacity > count else { return }
    let larger = try Self.allocate(capacity, operation)
    withElements {
      if let base = $0.baseAddress {
        larger.address.copyMemory(from: base, byteCount: count * MemoryLayout<Element>.stride)
      }
    }
    storage = larger
  }

  /// Removes the elements from index `count` on.
  package func truncate(to count: Int) { self.count = Swift.min(self.count, Swift.max(count, 0)) }
}

extension HostBuffer<Int> {
  /// Returns the first number that is not in `range`.
  package func first(outside range: Range<Int>) -> Int? {
    withElements { elements in
      elements.withMemoryRebound(to: Int64.self) { elements in
        guard let base = elements.baseAddress else { return nil }
        let place = kk_first_outside(
          Int64(elements.count), base, Int64(range.lowerBound), Int64(range.upperBound))
        return place < 0 ? nil : Int(base[Int(place)])
      }
    }
  }
}

extension HostBuffer where Element: TensorScalar {
  /// Creates a contiguous tensor of `shape` over this buffer's memory, moved to `device` if it
  /// differs.
  ///
  /// On the CPU nothing is copied: do not write to the buffer afterwards.
  package func tensor(shape: [Int], device: Device = .cpu) throws -> Tensor {
    let wanted = try Layout.checkedCount(shape, Element.dtype, operation)
    try require(
      wanted == count, .shape, operation, "shape \(shape) is invalid for input of size \(count)")
    // Capacity beyond the elements is uninitialized, and is not part of the tensor's memory.
    let byteCount = count * MemoryLayout<Element>.stride
    return try Tensor(
      storage: byteCount == storage.byteCount
        ? storage : Storage(sharing: storage, byteCount: byteCount), shape: shape,
      strides: Layout.contiguousStrides(shape), offset: 0,
      dtype: Element.dtype, numel: count, isContiguous: true
    ).to(device)
  }
}

extension Tensor {
  /// Returns the elements in row-major order, converted like ``to(_:copy:)``, for reading only.
  ///
  /// If they already have that form, the buffer shares this tensor's memory.
  package func hostElementsForReading<S: TensorScalar & BitwiseCopyable>(
    as type: S.Type = S.self, _ operation: String = ""
  ) throws -> HostBuffer<S> {
    guard dtype == S.dtype, isContiguous, device == .cpu else {
      return try hostElements(operation)
    }
    return HostBuffer(
      reading: storage, at: storageOffset * dtype.byteSize, count: numel, operation)
  }

  /// Returns a copy of the elements in row-major order, converted like ``to(_:copy:)``.
  package func hostElements<S: TensorScalar & BitwiseCopyable>(
    as type: S.Type = S.self, _ operation: String = ""
  ) throws -> HostBuffer<S> {
    let source = try noGrad { try detach().to(S.dtype) }
    let result = try HostBuffer<S>(count: numel, operation)
    try source.withUnsafeBuffer(of: S.self) { elements in
      result.withElements { _ = $0.update(fromContentsOf: elements) }
    }
    return result
  }
}
