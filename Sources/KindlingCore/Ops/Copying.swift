extension Tensor {
  /// A contiguous copy with memory of its own (PyTorch: `Tensor.clone`).
  public func clone() throws -> Tensor {
    let result = try Tensor(uninitializedLike: self, dtype)
    try backend.copy(self, into: result)
    return result.recorded("CloneBackward0", Input(self) { g, _ in g })
  }

  /// This tensor if it is contiguous, else a copy that is (PyTorch: `Tensor.contiguous`).
  public func contiguous() throws -> Tensor { isContiguous ? self : try clone() }

  /// The tensor in another dtype; itself where that is the one it has (PyTorch: `Tensor.to`).
  public func to(_ dtype: DType) throws -> Tensor {
    if dtype == self.dtype { return self }
    let result = try Tensor(uninitializedLike: self, dtype)
    try backend.copy(self, into: result)
    if !dtype.isFloatingPoint { return result }
    let before = self.dtype
    return result.recorded("ToCopyBackward0", Input(self) { g, _ in try g.to(before) })
  }

  /// Overwrites this tensor with `source`, broadcast and converted (PyTorch: `Tensor.copy_`).
  @discardableResult
  public func copy_(_ source: Tensor) throws -> Tensor {
    try inPlace("copy_", [source]) { x, destination in
      guard try Layout.broadcast(source.shape, x.shape, "copy_") == x.shape else {
        throw TensorError(.shape, "copy_", "source of shape \(source.shape) does not broadcast to \(x.shape)")
      }
      let out = destination.alias()
      try out.backend.copy(source, into: out)
      return out.recorded("CopyBackwards", Input(source) { g, _ in g })
    }
  }

  /// The elements in row-major order as a Swift array; throws where a value does not fit `S`.
  public func toArray<S: TensorScalar>(as type: S.Type = S.self) throws -> [S] {
    let host = try noGrad { try contiguous() }
    return try host.backend.withHostBytes(host.storage, mutating: false) { bytes in
      let base = UnsafeRawPointer(bytes.baseAddress!) + host.storageOffset * dtype.byteSize
      return try (0..<host.numel).map { i in
        let scalar = Tensor.read(base, i, dtype)
        guard let value = S(scalar: scalar) else {
          throw TensorError(.value, "toArray", "the element \(scalar.doubleValue) does not fit \(S.self)")
        }
        return value
      }
    }
  }

  /// Element `i` of contiguous elements of `dtype` at `base`.
  static func read(_ base: UnsafeRawPointer, _ i: Int, _ dtype: DType) -> Scalar {
    switch dtype {
    case .float16: .double(Double(base.loadUnaligned(fromByteOffset: i * 2, as: Float16.self)))
    case .bfloat16:
      .double(Double(Float(bitPattern: UInt32(base.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)) << 16)))
    case .float32: .double(Double(base.loadUnaligned(fromByteOffset: i * 4, as: Float.self)))
    case .float64: .double(base.loadUnaligned(fromByteOffset: i * 8, as: Double.self))
    case .int8: .int(Int(base.load(fromByteOffset: i, as: Int8.self)))
    case .int16: .int(Int(base.loadUnaligned(fromByteOffset: i * 2, as: Int16.self)))
    case .int32: .int(Int(base.loadUnaligned(fromByteOffset: i * 4, as: Int32.self)))
    case .int64: .int(base.loadUnaligned(fromByteOffset: i * 8, as: Int.self))
    case .uint8: .int(Int(base.load(fromByteOffset: i, as: UInt8.self)))
    case .bool: .bool(base.load(fromByteOffset: i, as: UInt8.self) != 0)
    }
  }

  /// The only element, as a `Double` (PyTorch: `Tensor.item`).
  public func item() throws -> Double { try item(as: Double.self) }

  /// The only element as `S`; throws where it does not fit, or there is not exactly one.
  public func item<S: TensorScalar>(as type: S.Type) throws -> S {
    guard numel == 1 else {
      throw TensorError(
        .shape, "item", "a Tensor with \(numel) elements cannot be converted to Scalar")
    }
    return try toArray(as: S.self)[0]
  }
}
