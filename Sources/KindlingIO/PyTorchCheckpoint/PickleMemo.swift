/// The memo of a pickle: values by number, which are almost always assigned in order.
struct PickleMemo {
  private var dense: [PickleValue] = []
  private var sparse: [Int: PickleValue] = [:]

  /// The number of values, which is the next number.
  var count: Int { dense.count + sparse.count }

  /// Whether the numbers have been assigned in order so far.
  var isDense: Bool { sparse.isEmpty }

  subscript(index: Int) -> PickleValue? {
    dense.indices.contains(index) ? dense[index] : sparse[index]
  }

  /// Sets the value of `index`; returns whether the index is new.
  mutating func set(_ index: Int, _ value: PickleValue) -> Bool {
    if dense.indices.contains(index) {
      dense[index] = value
      return false
    }
    if index == dense.count, sparse.isEmpty {
      dense.append(value)
      return true
    }
    return sparse.updateValue(value, forKey: index) == nil
  }
}
