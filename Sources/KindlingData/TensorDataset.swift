public import KindlingCore

/// A dataset of tensors indexed along the first dimension
/// (PyTorch: `torch.utils.data.TensorDataset`).
///
/// `TensorDataset(features, targets)` has samples `(Tensor, Tensor)`; it takes up to four tensors.
public struct TensorDataset<Sample>: BatchedDataset {
  /// The tensors; sample `i` is row `i` of each.
  public let tensors: [Tensor]
  private let pack: ([Tensor]) -> Sample

  private init(all tensors: [Tensor], _ pack: @escaping ([Tensor]) -> Sample) throws {
    for tensor in tensors {
      guard tensor.ndim > 0 else {
        throw TensorError(
          .shape, "TensorDataset",
          "tensors need a first dimension to take rows of, but one is 0-dimensional")
      }
      guard tensor.shape[0] == tensors[0].shape[0] else {
        throw TensorError(
          .shape, "TensorDataset",
          "size mismatch between tensors: the first dimensions are \(tensors.map { $0.shape.first ?? 0 })"
        )
      }
    }
    self.tensors = tensors
    self.pack = pack
  }

  /// Creates a dataset of the rows of a tensor.
  public init(_ a: Tensor) throws where Sample == Tensor { try self.init(all: [a]) { $0[0] } }

  /// Creates a dataset of two tensors with the same number of rows.
  public init(_ a: Tensor, _ b: Tensor) throws where Sample == (Tensor, Tensor) {
    try self.init(all: [a, b]) { ($0[0], $0[1]) }
  }

  /// Creates a dataset of three tensors with the same number of rows.
  public init(_ a: Tensor, _ b: Tensor, _ c: Tensor) throws
  where Sample == (Tensor, Tensor, Tensor) {
    try self.init(all: [a, b, c]) { ($0[0], $0[1], $0[2]) }
  }

  /// Creates a dataset of four tensors with the same number of rows.
  public init(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, _ d: Tensor
  ) throws where Sample == (Tensor, Tensor, Tensor, Tensor) {
    try self.init(all: [a, b, c, d]) { ($0[0], $0[1], $0[2], $0[3]) }
  }

  /// The number of samples.
  public var count: Int { tensors[0].shape[0] }

  /// The sample at `index`.
  public subscript(index: Int) -> Sample {
    get throws {
      try checkIndices([index], count, "TensorDataset")
      return pack(try tensors.map { try $0.select(0, index) })
    }
  }

  /// Returns the rows `indices` of every tensor.
  public func batch(_ indices: [Int]) throws -> Sample? {
    try checkIndices(indices, count, "TensorDataset")
    return pack(try tensors.map { try $0.rows(indices) })
  }
}

extension Tensor {
  /// Returns copies of the rows `indices`, which must be in range.
  package func rows(_ indices: [Int]) throws -> Tensor {
    guard isContiguous, !requiresGrad, device == .cpu else {
      return try indexSelect(0, Tensor(indices))
    }
    let result = try Tensor.empty([indices.count] + shape.dropFirst(), dtype: dtype, device: device)
    if result.numel == 0 { return result }
    let row = numel / shape[0] * dtype.byteSize, start = storageOffset * dtype.byteSize
    try backend.withHostBytes(storage, mutating: false) { source in
      try backend.withHostBytes(result.storage, mutating: true) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        // Consecutive rows are copied together.
        var i = 0
        while i < indices.count {
          var run = 1
          while i + run < indices.count, indices[i + run] == indices[i] + run { run += 1 }
          (target + i * row).copyMemory(
            from: source + start + indices[i] * row, byteCount: run * row)
          i += run
        }
      }
    }
    return result
  }
}
