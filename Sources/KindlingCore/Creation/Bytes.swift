/// Conversions between tensors and bytes, for `Data`, network buffers and other programs' files.
extension Tensor {
  /// Creates a 1-dimensional tensor by copying the little-endian elements in `buffer`
  /// (PyTorch: `torch.frombuffer`).
  ///
  /// The first element begins at byte `offset`. If `count` is nil, all following elements are read.
  ///
  /// - Throws: ``TensorError`` `.value` if `buffer` has too few bytes, or if `count` is nil and the
  ///   buffer ends within an element.
  public static func frombuffer(
    _ buffer: some Collection<UInt8>, dtype: DType, count: Int? = nil, offset: Int = 0,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let size = buffer.count
    try require(
      offset >= 0 && offset <= size, .value, "frombuffer",
      "offset must be non-negative and no greater than buffer length (\(expected: size)), but got \(got: offset)"
    )
    let rest = size - offset
    if count == nil, rest % dtype.byteSize != 0 {
      throw TensorError(
        .value, "frombuffer",
        "buffer size (\(rest) bytes after the offset) must be a multiple of element size (\(dtype.byteSize))"
      )
    }
    let wanted = count ?? rest / dtype.byteSize
    try require(
      wanted >= 0 && wanted <= rest / dtype.byteSize, .value, "frombuffer",
      "requested buffer length (\(wanted) * \(dtype.byteSize) bytes) after offset (\(offset) bytes) must not be greater than actual buffer length (\(size) bytes)"
    )
    let result = try Tensor(uninitialized: [wanted], dtype, on: CPUBackend.shared, "frombuffer")
    try result.backend.withHostBytes(result.storage, mutating: true) { target in
      let target = UnsafeMutableRawBufferPointer(rebasing: target[..<(wanted * dtype.byteSize)])
      target.copyBytes(from: buffer.dropFirst(offset).prefix(target.count))
      // A Swift `Bool` in memory must be 0 or 1.
      if dtype == .bool { for i in target.indices where target[i] > 1 { target[i] = 1 } }
    }
    return requiresGrad ? try result.requiresGrad_() : result
  }

  /// The size of all elements in bytes; repeated elements of an expanded tensor count each time
  /// (PyTorch: `Tensor.nbytes`).
  ///
  /// It is `Int.max` if the size exceeds `Int`.
  public var nbytes: Int {
    let (count, overflow) = numel.multipliedReportingOverflow(by: dtype.byteSize)
    return overflow ? .max : count
  }

  /// Returns the elements in row-major order as little-endian bytes
  /// (PyTorch: `Tensor.numpy().tobytes()`): `Data(try x.bytes())`.
  public func bytes() throws -> [UInt8] {
    let host = try noGrad { try contiguous() }
    if host.numel == 0 { return [] }
    return try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      let start = host.storageOffset * dtype.byteSize
      return Array(bytes[start..<start + host.numel * dtype.byteSize])
    }
  }
}
