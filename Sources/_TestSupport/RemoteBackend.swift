import CKernels
import KindlingCore
import KindlingPlatform
import Synchronization

/// A device for tests whose memory is not host memory.
///
/// The address of a storage is an inaccessible page: code that dereferences it instead of asking
/// the backend ends the process. The contents are stored elsewhere, and copied to and from the host
/// by counted transfers. Computations are those of the CPU on that memory. Fused operations use
/// their default implementations, so that these are tested too.
package final class RemoteBackend: Backend {
  /// The first such device, registered by ``register()``.
  package static let shared = RemoteBackend(0)
  package let device: Device

  /// Creates device number `index`: tests that count transfers concurrently need separate devices.
  package init(_ index: Int) { device = Device(.privateUse, index) }

  private struct Contents {
    var memory: [UInt: Storage] = [:]
    var reads = 0, writes = 0
  }
  private let contents = Mutex(Contents())

  /// Registers the device, so that `x.to(RemoteBackend.shared.device)` finds it.
  package static func register() { Device.register(shared) }

  /// The numbers of reads and writes of the device's memory by the host.
  package var transfers: (reads: Int, writes: Int) { contents.withLock { ($0.reads, $0.writes) } }

  private var host: CPUBackend { .shared }

  // MARK: Memory

  package func allocate(byteCount: Int) throws -> Storage {
    let memory = try host.allocate(byteCount: byteCount)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let page = mmap(nil, max(1, byteCount), PROT_NONE, flags, -1, 0), page != MAP_FAILED
    else {
      throw TensorError(.memory, "", "cannot reserve \(byteCount) bytes of address space")
    }
    contents.withLock { $0.memory[UInt(bitPattern: page)] = memory }
    return Storage(address: page, byteCount: byteCount, backend: self)
  }

  package func free(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    contents.withLock { _ = $0.memory.removeValue(forKey: UInt(bitPattern: address)) }
    munmap(address, max(1, byteCount))
  }

  package func withHostBytes<R>(
    _ storage: Storage, mutating: Bool, _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) throws -> R {
    let memory = try memory(of: storage)
    contents.withLock {
      $0.reads += mutating ? 0 : 1; $0.writes += mutating ? 1 : 0
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.byteCount, alignment: 64)
    defer { copy.deallocate() }
    return try host.withHostBytes(memory, mutating: mutating) { bytes in
      copy.copyMemory(from: UnsafeRawBufferPointer(bytes))
      let result = try body(copy)
      if mutating { bytes.copyMemory(from: UnsafeRawBufferPointer(copy)) }
      return result
    }
  }

  private func memory(of storage: Storage) throws -> Storage {
    let key = UInt(bitPattern: storage.address)
    guard let memory = contents.withLock({ $0.memory[key] }) else {
      throw TensorError(.device, "", "a storage on \(storage.backend.device) is none of \(device)")
    }
    return memory
  }

  /// Returns the tensor as seen by the device's processor.
  private func local(_ x: Tensor) throws -> Tensor {
    Tensor(
      storage: try memory(of: x.storage), shape: x.shape, strides: x.strides,
      offset: x.storageOffset, dtype: x.dtype, numel: x.numel, isContiguous: x.isContiguous)
  }

  // MARK: Computations

  package func fill(_ out: Tensor, _ value: Scalar) throws { try host.fill(local(out), value) }

  package func copy(_ source: Tensor, into out: Tensor) throws {
    try host.copy(local(source), into: local(out))
  }

  package func unary(
    _ op: UnaryOp, _ x: Tensor, _ parameters: (Double, Double), dtype: DType, into out: Tensor
  ) throws { try host.unary(op, local(x), parameters, dtype: dtype, into: local(out)) }

  package func binary(
    _ op: BinaryOp, _ a: Tensor, _ b: Tensor, _ parameter: Double, dtype: DType, into out: Tensor
  ) throws { try host.binary(op, local(a), local(b), parameter, dtype: dtype, into: local(out)) }

  package func ternary(
    _ op: TernaryOp, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ parameter: Double, dtype: DType,
    into out: Tensor
  ) throws {
    try host.ternary(op, local(a), local(b), local(c), parameter, dtype: dtype, into: local(out))
  }

  package func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into out: Tensor) throws {
    try host.where(local(condition), local(a), local(b), into: local(out))
  }

  package func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws {
    try host.reduce(op, local(x), dtype: dtype, into: local(out))
  }

  package func scan(
    _ op: ScanOp, _ x: Tensor, dim: Int, backwards: Bool, dtype: DType, into out: Tensor,
    indices: Tensor?
  ) throws {
    try host.scan(
      op, local(x), dim: dim, backwards: backwards, dtype: dtype, into: local(out),
      indices: indices.map(local))
  }

  package func sort(
    _ x: Tensor, dim: Int, descending: Bool, into out: Tensor, indices: Tensor
  ) throws {
    try host.sort(
      local(x), dim: dim, descending: descending, into: local(out), indices: local(indices))
  }

  package func element(_ x: Tensor, ofRank rank: Tensor, into out: Tensor) throws {
    try host.element(local(x), ofRank: local(rank), into: local(out))
  }

  package func matmul(
    _ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor
  ) throws { try host.matmul(local(a), local(b), alpha: alpha, beta: beta, into: local(out)) }

  package func maxPool(_ x: Tensor, _ p: Pooling, into y: Tensor, indices: Tensor?) throws {
    try host.maxPool(local(x), p, into: local(y), indices: indices.map(local))
  }

  package func averagePool(_ x: Tensor, _ p: Pooling, into y: Tensor) throws {
    try host.averagePool(local(x), p, into: local(y))
  }

  package func averagePoolBackward(_ gradient: Tensor, _ p: Pooling, into x: Tensor) throws {
    try host.averagePoolBackward(local(gradient), p, into: local(x))
  }

  package func addToPlanes(_ y: Tensor, _ indices: Tensor, planes: Int, into x: Tensor) throws {
    try host.addToPlanes(local(y), local(indices), planes: planes, into: local(x))
  }

  package func weightedSums(
    _ x: Tensor, _ places: Tensor, _ weights: Tensor?, into out: Tensor
  ) throws {
    try host.weightedSums(local(x), local(places), weights.map(local), into: local(out))
  }

  package func spreadSums(
    _ y: Tensor, _ places: Tensor, _ weights: Tensor?, into x: Tensor
  ) throws {
    try host.spreadSums(local(y), local(places), weights.map(local), into: local(x))
  }

  package func placeProducts(
    _ y: Tensor, _ x: Tensor, _ places: Tensor, into weights: Tensor
  ) throws {
    try host.placeProducts(local(y), local(x), local(places), into: local(weights))
  }

  package func random(
    _ distribution: Distribution, _ generator: Generator, into out: Tensor
  ) throws { try host.random(distribution, generator, into: local(out)) }

  package func randperm(_ generator: Generator, into out: Tensor) throws {
    try host.randperm(generator, into: local(out))
  }

  package func take(_ x: Tensor, _ rows: Rows, into out: Tensor) throws {
    try host.take(local(x), rows, into: local(out))
  }

  package func put(_ op: ScatterOp, _ source: Tensor, _ rows: Rows, into out: Tensor) throws {
    try host.put(op, local(source), rows, into: local(out))
  }

  package func nllLoss(
    _ logProbabilities: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor
  ) throws {
    try host.nllLoss(
      local(logProbabilities), local(target), weight: weight.map(local), ignoreIndex: ignoreIndex,
      reduction: reduction, totalWeight: local(totalWeight), into: local(out))
  }

  package func nllLossBackward(
    _ gradient: Tensor, _ target: Tensor, weight: Tensor?, ignoreIndex: Int,
    reduction: LossReduction, totalWeight: Tensor, into out: Tensor
  ) throws {
    try host.nllLossBackward(
      local(gradient), local(target), weight: weight.map(local), ignoreIndex: ignoreIndex,
      reduction: reduction, totalWeight: local(totalWeight), into: local(out))
  }
}
