/// Copies and conversions.
extension Tensor {
  /// Returns a copy with its own memory (PyTorch: `Tensor.clone`).
  ///
  /// The copy keeps the memory order of the dimensions unless `memoryFormat` is another.
  /// - Throws: ``TensorError`` if the format requires another number of dimensions.
  public func clone(memoryFormat: MemoryFormat = .preserve) throws -> Tensor {
    let result = try Tensor(like: self, dtype, memoryFormat, "clone")
    try backend.copy(self, into: result)
    return try result.recorded("CloneBackward0", Input(self) { g, _ in g })
  }

  /// Returns this tensor if it is contiguous, else a contiguous copy
  /// (PyTorch: `Tensor.contiguous`).
  public func contiguous() throws -> Tensor {
    isContiguous ? self : try clone(memoryFormat: .contiguous)
  }

  /// A tensor that shares this memory, detached from the graph and from version checks
  /// (PyTorch: `Tensor.data`).
  ///
  /// Unlike ``detach()``, writing to it does not make a later `backward` fail.
  public var data: Tensor {
    Tensor(
      storage: Storage(sharing: storage), shape: shape, strides: strides, offset: storageOffset,
      dtype: dtype, numel: numel, isContiguous: isContiguous)
  }

  /// The number of in-place writes to this tensor's memory (PyTorch: `Tensor._version`).
  public var version: Int { storage.version }

  // MARK: Conversions

  /// Converts the tensor to `dtype`; returns the tensor itself if nothing changes
  /// (PyTorch: `Tensor.to`).
  ///
  /// Floats are truncated to integers, and compared with zero for bool. A copy keeps the memory
  /// order unless `memoryFormat` is another. A format that the strides do not suggest also requires
  /// a copy.
  /// - Throws: ``TensorError`` if the format requires another number of dimensions.
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
    return try result.recorded("ToCopyBackward0", Input(self) { g, _ in try g.to(before) })
  }

  /// Moves the tensor to `device`; returns the tensor itself if it is already there
  /// (PyTorch: `Tensor.to`).
  ///
  /// - Throws: ``TensorError`` `.device` if the device is absent.
  public func to(_ device: Device, copy: Bool = false) throws -> Tensor {
    let target = try device.backend
    if target === backend { return copy ? try clone() : self }
    let here = try noGrad { try contiguous() }
    let result = try Tensor(uninitialized: shape, dtype, on: target, "to")
    let (start, count) = (here.storageOffset * dtype.byteSize, numel * dtype.byteSize)
    // Without elements, the offset may be past the end of the memory.
    if count > 0 {
      try backend.withHostBytes(here.storage, mutating: false) { source in
        try target.withHostBytes(result.storage, mutating: true) { destination in
          destination.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[start..<start + count]))
        }
      }
    }
    let before = self.device
    return try result.recorded("ToCopyBackward0", Input(self) { g, _ in try g.to(before) })
  }

  /// Moves the tensor to another device and converts it to a dtype (PyTorch: `Tensor.to`).
  public func to(_ device: Device, _ dtype: DType, copy: Bool = false) throws -> Tensor {
    try to(device, copy: copy).to(dtype)
  }

  /// Converts the tensor to the dtype and device of `other` (PyTorch: `Tensor.to`).
  public func to(_ other: Tensor, copy: Bool = false) throws -> Tensor {
    try to(other.device, copy: copy).to(other.dtype)
  }

  /// Converts the tensor to another dtype (PyTorch: `Tensor.type`).
  public func type(_ dtype: DType) throws -> Tensor { try to(dtype) }
  /// Converts the tensor to the dtype of `other` (PyTorch: `Tensor.type_as`).
  public func typeAs(_ other: Tensor) throws -> Tensor { try to(other) }
  /// Moves the tensor to host memory (PyTorch: `Tensor.cpu`).
  public func cpu() throws -> Tensor { try to(.cpu) }
  /// Moves the tensor to a CUDA device (PyTorch: `Tensor.cuda`).
  public func cuda(_ index: Int? = nil) throws -> Tensor { try to(Device(.cuda, index)) }

  /// Converts the tensor to float32 (PyTorch: `Tensor.float`).
  public func float() throws -> Tensor { try to(.float32) }
  /// Converts the tensor to float64 (PyTorch: `Tensor.double`).
  public func double() throws -> Tensor { try to(.float64) }
  /// Converts the tensor to float16 (PyTorch: `Tensor.half`).
  public func half() throws -> Tensor { try to(.float16) }
  /// Converts the tensor to bfloat16 (PyTorch: `Tensor.bfloat16`).
  public func bfloat16() throws -> Tensor { try to(.bfloat16) }
  /// Converts the tensor to int64 (PyTorch: `Tensor.long`).
  public func long() throws -> Tensor { try to(.int64) }
  /// Converts the tensor to int32 (PyTorch: `Tensor.int`).
  public func int() throws -> Tensor { try to(.int32) }
  /// Converts the tensor to int16 (PyTorch: `Tensor.short`).
  public func short() throws -> Tensor { try to(.int16) }
  /// Converts the tensor to int8 (PyTorch: `Tensor.char`).
  public func char() throws -> Tensor { try to(.int8) }
  /// Converts the tensor to uint8 (PyTorch: `Tensor.byte`).
  public func byte() throws -> Tensor { try to(.uint8) }
  /// Converts the tensor to bool; nonzero elements become true (PyTorch: `Tensor.bool`).
  public func bool() throws -> Tensor { try to(.bool) }

  // MARK: Writing

  /// Overwrites this tensor with `source`, after broadcasting and conversion
  /// (PyTorch: `Tensor.copy_`).
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
      return try out.recorded(
        "CopyBackwards", Input(x) { g, _ in try Tensor.zeros(like: g) }, Input(source) { g, _ in g }
      )
    }
  }

  /// Sets every element to `value` (PyTorch: `Tensor.fill_`).
  @discardableResult
  public func fill_<S: TensorScalar>(_ value: S) throws -> Tensor {
    try filling(value.scalar, "fill_", "FillBackward2")
  }

  /// Sets every element to the value of a 0-dimensional tensor (PyTorch: `Tensor.fill_`).
  @discardableResult
  public func fill_(_ value: Tensor) throws -> Tensor {
    try require(
      value.ndim == 0, .shape, "fill_",
      "fill_ only supports 0-dimension value tensor but got tensor with \(got: value.ndim) dimensions."
    )
    let value = try value.apart(from: self)
    return try inPlace("fill_", [value], preserving: false) { x, destination in
      let out = destination.alias()
      try out.backend.copy(value, into: out)
      return try out.recorded(
        "FillBackward3", Input(x) { g, _ in try Tensor.zeros(like: g) },
        Input(value) { g, _ in try g.sum() })
    }
  }

  /// Sets every element to zero (PyTorch: `Tensor.zero_`).
  @discardableResult
  public func zero_() throws -> Tensor { try filling(.int(0), "zero_", "ZeroBackward0") }

  private func filling(_ value: Scalar, _ operation: String, _ node: String) throws -> Tensor {
    try value.check(fills: dtype, count: numel, operation)
    return try inPlace(operation, preserving: false, onExpanded: .written) { x, destination in
      let out = destination.alias()
      if out.numel > 0 { try out.backend.fill(out, value) }
      return try out.recorded(node, Input(x) { g, _ in try Tensor.zeros(like: g) })
    }
  }

  func checkBroadcast(_ source: [Int], _ operation: String) throws {
    try require(
      Layout.broadcast(source, shape, operation) == shape, .shape, operation,
      "source of shape \(source) does not broadcast to \(shape)")
  }
}
