import CKernels

/// The release of graphs, and of modules that contain others, without recursion.
///
/// Swift's `deinit` recurses, and a long chain of nodes would overflow the stack. Nodes therefore
/// add the objects that only they reference to a list of the thread. The outermost `deinit` drains
/// it.
package enum GraphRelease {
  /// Calls `collect`, which appends objects to the list and drops its own references to them.
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
  /// Appends the node to `parts` if nothing else references it.
  mutating func collect(into parts: inout [AnyObject]) {
    if isKnownUniquelyReferenced(&node) { parts.append(node) }
  }
}
