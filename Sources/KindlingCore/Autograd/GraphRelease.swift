import CKernels

/// Releases graphs, and modules that hold others, without recursion.
///
/// Swift's `deinit` recurses, and a long chain of nodes would overflow the stack. Nodes therefore
/// hand the parts that only they hold to a list of the thread, which the outermost `deinit` drains.
package enum GraphRelease {
  /// Calls `collect`, which appends parts to the list and drops its own references to them.
  package static func drop(_ collect: (inout [AnyObject]) -> Void) {
    let state = kk_state()
    if let outer = state.pointee.pending?.assumingMemoryBound(to: [AnyObject].self) {
      collect(&outer.pointee)
      return
    }
    var parts: [AnyObject] = []
    collect(&parts)
    if parts.isEmpty { return }
    withUnsafeMutablePointer(to: &parts) { list in
      state.pointee.pending = UnsafeMutableRawPointer(list)
      while let part = list.pointee.popLast() { _ = consume part }
      state.pointee.pending = nil
    }
  }
}

extension Edge {
  /// Hands the node to `parts` if nobody else holds it.
  mutating func collect(into parts: inout [AnyObject]) {
    if isKnownUniquelyReferenced(&node) { parts.append(node) }
  }
}
