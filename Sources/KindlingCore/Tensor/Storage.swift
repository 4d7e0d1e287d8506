/// A block of device memory that tensors view, with a count of its modifications.
package final class Storage: @unchecked Sendable {
  /// The device's own handle; only its backend may dereference it.
  package let address: UnsafeMutableRawPointer
  package let byteCount: Int
  package let backend: any Backend
  /// The version, which every in-place operation increments; the graph compares it with the saved
  /// one.
  @exclusivity(unchecked) package var version = 0
  private let owner: Owner

  private enum Owner {
    case backend
    /// Memory owned elsewhere, with a closure to release it.
    case external(release: @Sendable () -> Void)
    /// The memory of another storage, with a separate version count (`tensor.data`).
    case shared(Storage)
  }

  package init(address: UnsafeMutableRawPointer, byteCount: Int, backend: any Backend) {
    self.address = address
    self.byteCount = byteCount
    self.backend = backend
    owner = .backend
  }

  package init(
    external address: UnsafeMutableRawPointer, byteCount: Int, backend: any Backend,
    release: @escaping @Sendable () -> Void
  ) {
    self.address = address
    self.byteCount = byteCount
    self.backend = backend
    owner = .external(release: release)
  }

  /// The same memory with its own version count, or the first `byteCount` bytes of it.
  package init(sharing other: Storage, byteCount: Int? = nil) {
    address = other.address
    self.byteCount = byteCount ?? other.byteCount
    backend = other.backend
    owner = .shared(other)
  }

  deinit {
    switch owner {
    case .backend: backend.free(address, byteCount: byteCount)
    case .external(let release): release()
    case .shared: break
    }
  }
}
