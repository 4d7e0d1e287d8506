/// Copies and conversions.
extension Tensor {
  /// A copy with memory of its own (PyTorch: `Tensor.clone`).
  ///
  /// It keeps the order of the dimensions in memory, unless `memoryFormat` asks for another.
  /// - Throws: ``TensorError`` where the format is for another number of dimensions.
  public func clone(memoryFormat: MemoryFormat = .preserve) throws -> Tensor {
    let result = try Tensor(like: self, dtype, memoryFormat, "clone")
    try backend.copy(self, into: result)
    return result.recorded("CloneBackward0", Input(self) { g, _ in g })
  }

  /// This tensor if it is contiguous, else a copy that is (PyTorch: `Tensor.contiguous`).
  public func contiguous() throws -> Tensor {
    isContiguous ? self : try clone(memoryFormat: .contiguous)
  }

  /// The same memory outside the graph, whose changes the graph does not notice
  /// (PyTorch: `Tensor.data`).
  ///
  /// Unlike ``detach()``, writing to it does not make a later `backward` fail.
  public var data: Tensor {
    Tensor(
      storage: Storage(sharing: storage), shape: shape, strides: strides, offset: storageOffset,
      dtype: dtype, numel: numel, isContiguous: isContiguous)
  }

  /// How often the memory of this tensor has been written to in place (PyTorch: `Tensor._version`).
  public var version: Int { storage.version }

  // MARK: Conversions

  /// The tensor in another dtype; itself where that is the one it has and no copy is asked for
  /// (PyTorch: `Tensor.to`).
  ///
  /// Floats become integers by truncation, and bool by being compared with zero. A copy keeps the
  /// memory order unless `memoryFormat` asks for another, which itself makes a copy necessary where the
  /// strides do not suggest it.
  /// - Throws: ``TensorError`` where the format is for another number of dimensions.
  public func to(
    _ dtype: DType, copy: Bool = false, memoryFormat: MemoryFormat = .preserve
  ) throws -> Tensor {
    if dtype == self.dtype {
      let stays = memoryFormat == .preserve || suggestedFormat == memoryFormat
      return copy || !stays ? try clone(memoryFormat: memoryFormat) : self
    }
    let result = try Tensor(like: self, dtype, memoryFormat, "to")
    try backend.copy(self, into: result)
    if !dtype.isFloatingPoint { return result }
    let before = self.dtype
    return result.recorded("ToCopyBackward0", Input(self) { g, _ in try g.to(before) })
  }

  /// The tensor on another device; itself where it lies there already (PyTorch: `Tensor.to`).
  ///
  /// - Throws: ``TensorError`` `.device` where there is no such device.
  public func to(_ device: Device, copy: Bool = false) throws -> Tensor {
    let target = try device.backend
    if target === backend { return copy ? try clone() : self }
    let here = try noGrad { try contiguous() }
    let result = try Tensor(uninitialized: shape, dtype, on: target, "to")
    let (start, count) = (here.storageOffset * dtype.byteSize, numel * dtype.byteSize)
    // Where there are no elements the offset may lie behind the memory.
    if count > 0 {
      try backend.withHostBytes(here.storage, mutating: false) { source in
        try target.withHostBytes(result.storage, mutating: true) { destination in
          destination.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[start..<start + count]))
        }
      }
    }
    let before = self.device
    return result.recorded("ToCopyBackward0", Input(self) { g, _ in try g.to(before) })
  }

  /// The tensor on another device in another dtype (PyTorch: `Tensor.to`).
  public func to(_ device: Device, _ dtype: DType, copy: Bool = false) throws -> Tensor {
    try to(device, copy: copy).to(dtype)
  }

  /// The tensor with the dtype and on the device of `other` (PyTorch: `Tensor.to`).
  public func to(_ other: Tensor, copy: Bool = false) throws -> Tensor {
    try to(other.device, copy: copy).to(other.dtype)
  }

  /// The tensor in another dtype (PyTorch: `Tensor.type`).
  public func type(_ dtype: DType) throws -> Tensor { try to(dtype) }
  /// The tensor in the dtype of `other` (PyTorch: `Tensor.type_as`).
  public func typeAs(_ other: Tensor) throws -> Tensor { try to(other) }
  /// The tensor in host memory (PyTorch: `Tensor.cpu`).
  public func cpu() throws -> Tensor { try to(.cpu) }
  /// The tensor on a CUDA device (PyTorch: `Tensor.cuda`).
  public func cuda(_ index: Int? = nil) throws -> Tensor { try to(Device(.cuda, index)) }

  /// The tensor in float32 (PyTorch: `Tensor.float`).
  public func float() throws -> Tensor { try to(.float32) }
  /// The tensor in float64 (PyTorch: `Tensor.double`).
  public func double() throws -> Tensor { try to(.float64) }
  /// The tensor in float16 (PyTorch: `Tensor.half`).
  public func half() throws -> Tensor { try to(.float16) }
  /// The tensor in bfloat16 (PyTorch: `Tensor.bfloat16`).
  public func bfloat16() throws -> Tensor { try to(.bfloat16) }
  /// The tensor in int64 (PyTorch: `Tensor.long`).
  public func long() throws -> Tensor { try to(.int64) }
  /// The tensor in int32 (PyTorch: `Tensor.int`).
  public func int() throws -> Tensor { try to(.int32) }
  /// The tensor in int16 (PyTorch: `Tensor.short`).
  public func short() throws -> Tensor { try to(.int16) }
  /// The tensor in int8 (PyTorch: `Tensor.char`).
  public func char() throws -> Tensor { try to(.int8) }
  /// The tensor in uint8 (PyTorch: `Tensor.byte`).
  public func byte() throws -> Tensor { try to(.uint8) }
  /// The tensor in bool: whether each element is not zero (PyTorch: `Tensor.bool`).
  public func bool() throws -> Tensor { try to(.bool) }

  // MARK: Writing

  /// Overwrites this tensor with `source`, broadcast and converted (PyTorch: `Tensor.copy_`).
  @discardableResult
  public func copy_(_ source: Tensor) throws -> Tensor {
    if source === self && !(isGradEnabled && requiresGrad) {
      storage.version += 1
      return self
    }
    try checkBroadcast(source.shape, "copy_")
    return try inPlace("copy_", [source], preserving: false) { x, destination in
      let out = destination.alias()
      try out.backend.copy(source, into: out)
      if !dtype.isFloatingPoint { return out }
      return out.recorded(
        "CopyBackwards", Input(x) { g, _ in try Tensor.zeros(like: g) }, Input(source) { g, _ in g }
      )
    }
  }

  /// Sets every element to `value` (PyTorch: `Tensor.fill_`).
  @discardableResult
  public func fill_<S: TensorScalar>(_ value: S) throws -> Tensor {
    try filling(value.scalar, "fill_", "FillBackward2")
  }

  /// Sets every element to the one of the 0-dimensional `value` (PyTorch: `Tensor.fill_`).
  @discardableResult
  public func fill_(_ value: Tensor) throws -> Tensor {
    guard value.ndim == 0 else {
      throw TensorError(
        .shape, "fill_",
        "fill_ only supports 0-dimension value tensor but got tensor with \(value.ndim) dimensions."
      )
    }
    return try inPlace("fill_", [value], preserving: false) { x, destination in
      let out = destination.alias()
      try out.backend.copy(value, into: out)
      return out.recorded(
        "FillBackward3", Input(x) { g, _ in try Tensor.zeros(like: g) },
        Input(value) { g, _ in try g.sum() })
    }
  }

  /// Sets every element to zero (PyTorch: `Tensor.zero_`).
  @discardableResult
  public func zero_() throws -> Tensor { try filling(.int(0), "zero_", "ZeroBackward0") }

  private func filling(_ value: Scalar, _ operation: String, _ node: String) throws -> Tensor {
    try value.check(fills: dtype, operation)
    return try inPlace(operation, preserving: false, onExpanded: .written) { x, destination in
      let out = destination.alias()
      if out.numel > 0 { try out.backend.fill(out, value) }
      return out.recorded(node, Input(x) { g, _ in try Tensor.zeros(like: g) })
    }
  }

  private func checkBroadcast(_ source: [Int], _ operation: String) throws {
    guard try Layout.broadcast(source, shape, operation) == shape else {
      throw TensorError(
        .shape, operation, "source of shape \(source) does not broadcast to \(shape)")
    }
  }
}
