/// Access to elements as Swift values, and memory shared with other libraries.
extension Tensor {
  /// Creates a tensor over memory owned elsewhere, without a copy (PyTorch: `torch.from_blob`).
  ///
  /// `release` runs once, when the last tensor over this memory is released. If this function
  /// throws, it does not run. Until then the memory must stay valid and hold all elements that
  /// `shape` and `strides` address. `strides` defaults to contiguous.
  public static func fromMemory(
    _ address: UnsafeMutableRawPointer, shape: [Int], strides: [Int]? = nil, dtype: DType,
    release: @escaping @Sendable () -> Void = {}
  ) throws -> Tensor {
    let count = try Layout.checkedCount(shape, dtype, "fromMemory")
    let strides = strides ?? Layout.contiguousStrides(shape)
    try require(
      strides.count == shape.count && !strides.contains(where: { $0 < 0 }), .shape, "fromMemory",
      "strides must be one non-negative number for each dimension, but got strides \(got: strides) for shape \(got: shape)"
    )
    try require(
      Int(bitPattern: address) % dtype.byteSize == 0, .value, "fromMemory",
      "the memory is not aligned to \(dtype.byteSize) bytes, as \(dtype) needs")
    let extent = try Layout.checkedExtent(shape, strides, offset: 0, "fromMemory")
    _ = try Layout.checkedCount([extent], dtype, "fromMemory")
    let storage = Storage(
      external: address, byteCount: extent * dtype.byteSize, backend: CPUBackend.shared,
      release: release)
    return Tensor(
      storage: storage, shape: shape, strides: strides, offset: 0, dtype: dtype, numel: count,
      isContiguous: Layout.isContiguous(shape, strides))
  }

  /// Calls `body` with the elements in row-major order, without a copy if they are contiguous on
  /// the host (PyTorch: `Tensor.numpy`).
  ///
  /// The buffer is valid only inside `body`.
  ///
  /// - Throws: ``TensorError`` `.dtype` if elements are not of type `S`.
  public func withUnsafeBuffer<S: TensorScalar, R>(
    of type: S.Type, _ body: (UnsafeBufferPointer<S>) throws -> R
  ) throws -> R {
    try checkElement(S.self, "withUnsafeBuffer")
    let host = try noGrad { try contiguous() }
    return try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      try body(UnsafeBufferPointer(host.elements(of: S.self, in: bytes)))
    }
  }

  /// Calls `body` with the elements in row-major order for writing, as one in-place change
  /// (PyTorch: `Tensor.numpy`).
  ///
  /// The buffer is valid only inside `body`.
  ///
  /// - Throws: ``TensorError`` `.dtype` if elements are not of type `S`, `.value` if this tensor is
  ///   not contiguous, `.autograd` for a leaf that requires a gradient while recording.
  public func withUnsafeMutableBuffer<S: TensorScalar, R>(
    of type: S.Type, _ body: (UnsafeMutableBufferPointer<S>) throws -> R
  ) throws -> R {
    try checkElement(S.self, "withUnsafeMutableBuffer")
    try require(
      isContiguous, .value, "withUnsafeMutableBuffer",
      "the tensor of shape \(shape) and strides \(strides) is not contiguous; write to contiguous() and copy_ it back"
    )
    try require(
      !isGradEnabled || !requiresGrad, .autograd, "withUnsafeMutableBuffer",
      "a Variable that requires grad is being written to; wrap the update in noGrad { }")
    return try backend.withHostBytes(storage, mutating: true) { bytes in
      defer { storage.version += 1 }
      return try body(elements(of: S.self, in: bytes))
    }
  }

  private func checkElement<S: TensorScalar>(_ type: S.Type, _ operation: String) throws {
    try require(
      S.dtype == dtype && S.self != Scalar.self, .dtype, operation,
      "expected elements of \(dtype), but \(S.self) has the layout of \(S.dtype); convert with to(.\(S.dtype)) first"
    )
  }

  private func elements<S>(
    of type: S.Type, in bytes: UnsafeMutableRawBufferPointer
  ) -> UnsafeMutableBufferPointer<S> {
    let base = bytes.baseAddress.map { $0 + storageOffset * dtype.byteSize }
    return UnsafeMutableBufferPointer(
      start: base?.assumingMemoryBound(to: S.self), count: base == nil ? 0 : numel)
  }

  // MARK: Swift arrays

  /// Returns the elements in row-major order (PyTorch: `Tensor.tolist`).
  ///
  /// - Throws: ``TensorError`` `.value` if an element is out of the range of `S`.
  public func toArray<S: TensorScalar>(as type: S.Type = S.self) throws -> [S] {
    // An expanded tensor can have more elements than memory has room for.
    try Layout.checkList(numel, bytes: MemoryLayout<S>.stride, "toArray")
    if S.dtype == dtype && S.self != Scalar.self {
      return try withUnsafeBuffer(of: S.self) { Array($0) }
    }
    let host = try noGrad { try contiguous() }
    return try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      guard let start = bytes.baseAddress else { return [] }
      let base = UnsafeRawPointer(start) + host.storageOffset * dtype.byteSize
      return try (0..<host.numel).map { i in
        let scalar = Tensor.read(base, i, dtype)
        let value = try require(
          S(scalar: scalar), .value, "toArray",
          "value \(scalar.doubleValue) cannot be converted to type \(S.self) without overflow")
        return value
      }
    }
  }

  /// Returns the elements as nested arrays: `try x.tolist(as: [[Float]].self)`
  /// (PyTorch: `Tensor.tolist`).
  ///
  /// - Throws: ``TensorError`` `.shape` if the nesting depth is not this tensor's number of
  ///   dimensions, `.value` if an element does not fit.
  public func tolist<N: TensorNestable>(as type: N.Type = N.self) throws -> N {
    try require(
      N.nestingDepth == ndim, .shape, "tolist",
      "a tensor of shape \(shape) has \(ndim) dimensions, but \(N.self) is nested \(N.nestingDepth) deep"
    )
    // Each nested array takes an allocation and a slot in its parent.
    var (arrays, size, fits) = (0, 1, true)
    for extent in shape.dropLast() {
      let (product, over) = size.multipliedReportingOverflow(by: extent)
      let (sum, overAll) = arrays.addingReportingOverflow(product)
      (size, arrays, fits) = (product, sum, fits && !over && !overAll)
    }
    try Layout.checkList(fits ? arrays : .max, bytes: 64, "tolist")
    var leaves = try toArray(as: N.Leaf.self)[...]
    guard let result = N.nested(&leaves, shape: shape, level: 0) else {
      throw TensorError(.shape, "tolist", "a tensor of shape \(shape) does not fill \(N.self)")
    }
    return result
  }

  /// Reads element `i` of contiguous elements of `dtype` at `base`.
  static func read(_ base: UnsafeRawPointer, _ i: Int, _ dtype: DType) -> Scalar {
    func at<T>(_ type: T.Type) -> T {
      base.loadUnaligned(fromByteOffset: i * dtype.byteSize, as: T.self)
    }
    return switch dtype {
    case .float16: .double(Double(at(Float16.self)))
    case .bfloat16: .double(Double(Float(bitPattern: UInt32(at(UInt16.self)) << 16)))
    case .float32: .double(Double(at(Float.self)))
    case .float64: .double(at(Double.self))
    case .int8: .int(Int(at(Int8.self)))
    case .int16: .int(Int(at(Int16.self)))
    case .int32: .int(Int(at(Int32.self)))
    case .int64: .int(at(Int.self))
    case .uint8: .int(Int(at(UInt8.self)))
    case .bool: .bool(at(UInt8.self) != 0)
    }
  }

  /// Returns the only element as a `Double` (PyTorch: `Tensor.item`).
  ///
  /// NaN is returned without a sign, as Python prints it.
  ///
  /// - Throws: ``TensorError`` `.shape` unless the tensor has exactly one element.
  public func item() throws -> Double { try item(as: Double.self) }

  /// Returns the only element as `S`.
  ///
  /// - Throws: ``TensorError`` `.shape` unless the tensor has exactly one element; `.value` if the
  ///   element is out of the range of `S`.
  public func item<S: TensorScalar>(as type: S.Type) throws -> S {
    var scalar = try scalarValue("item")
    if case .double(let value) = scalar, value.isNaN { scalar = .double(.nan) }
    let value = try require(
      S(scalar: scalar), .value, "item",
      "value \(scalar.doubleValue) cannot be converted to type \(S.self) without overflow")
    return value
  }

  /// Returns the only element, of any dtype.
  package func scalarValue(_ operation: String) throws -> Scalar {
    try require(
      numel == 1, .shape, operation,
      "a Tensor with \(numel) elements cannot be converted to Scalar")
    return try backend.withHostBytes(storage, mutating: false) { bytes in
      guard let base = bytes.baseAddress else { return .int(0) }
      return Tensor.read(UnsafeRawPointer(base), storageOffset, dtype)
    }
  }
}
