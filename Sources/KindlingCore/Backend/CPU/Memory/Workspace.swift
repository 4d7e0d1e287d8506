/// Temporary memory from the caching allocator.
struct Workspace {
  let base: UnsafeMutableRawPointer
  private let byteCount: Int

  init(_ byteCount: Int) throws {
    guard let base = Allocator.shared.allocate(byteCount) else { throw Workspace.shortage }
    self.base = base
    self.byteCount = byteCount
  }

  func free() { Allocator.shared.free(base, byteCount) }

  static var shortage: TensorError {
    TensorError(
      .memory, "",
      "not enough memory for intermediate results: \(MemoryPool.statistics.bytesInUse) of \(MemoryPool.limit) bytes are in use"
    )
  }
}
