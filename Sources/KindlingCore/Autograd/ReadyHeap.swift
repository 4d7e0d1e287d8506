/// A heap of the slots of nodes that are ready to run, latest first.
struct ReadyHeap {
  private var items: [(slot: Int, key: UInt64)] = []

  mutating func push(_ slot: Int, _ key: UInt64) {
    items.append((slot, key))
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if items[parent].key >= items[child].key { break }
      items.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Int? {
    guard let top = items.first else { return nil }
    let last = items.removeLast()
    if items.isEmpty { return top.slot }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1].key > items[child].key { child += 1 }
      if items[parent].key >= items[child].key { break }
      items.swapAt(parent, child)
      parent = child
    }
    return top.slot
  }
}
