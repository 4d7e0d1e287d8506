/// The numbers of one epoch or batch by name, in order: `loss`, the metrics, and with `val_` before
/// them those of the validation data.
public struct Logs: Sendable, Sequence {
  /// Names and values.
  public private(set) var entries: [(name: String, value: Double)] = []

  /// No numbers.
  public init() {}

  /// The number called `name`; setting nil removes it.
  public subscript(name: String) -> Double? {
    get { entries.first { $0.name == name }?.value }
    set {
      let place = entries.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): entries[place].value = value
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// Visits names and values in order.
  public func makeIterator() -> IndexingIterator<[(name: String, value: Double)]> {
    entries.makeIterator()
  }
}

/// What a training came to, epoch by epoch (Keras: `History`).
public struct History: Sendable {
  /// The numbers of each epoch, the first one first.
  public internal(set) var epochs: [Logs] = []

  /// A history of the given epochs.
  public init(_ epochs: [Logs] = []) { self.epochs = epochs }

  /// The names that any epoch has, in order.
  public var names: [String] {
    var seen: [String] = []
    for logs in epochs {
      for entry in logs where !seen.contains(entry.name) { seen.append(entry.name) }
    }
    return seen
  }

  /// The number `name` of every epoch; NaN where an epoch lacks it.
  public subscript(name: String) -> [Double] { epochs.map { $0[name] ?? .nan } }

  /// The last epoch's number called `name`.
  public func last(_ name: String) -> Double? { epochs.last?[name] }
}
