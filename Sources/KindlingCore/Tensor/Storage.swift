/// A block of a device's memory that tensors view, with the count of its modifications.
package final class Storage: @unchecked Sendable {
  /// The device's own handle; only its backend may follow it.
  package let address: UnsafeMutableRawPointer
  package let byteCount: Int
  package let backend: any Backend
  /// Raised by every in-place operation; the graph compares it with what it saved.
  @exclusivity(unchecked) package var version = 0
  private let owner: Owner

  private enum Owner {
    case backend
    /// Memory owned elsewhere, and how to give it back.
    case external(release: @Sendable () -> Void)
    /// Memory of another storage, with a version count of its own (`tensor.data`).
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

  /// The same memory with its own version count.
  package init(sharing other: Storage) {
    address = other.address
    byteCount = other.byteCount
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
